import assert from 'node:assert/strict';
import { forwardedCertificate } from '@countersign/core';
import type { BrokenCertificate } from '../../broken-certificates.ts';
import { eachRow } from '../each-row.ts';
import { assertAllowed, assertRefused } from '../expectations.ts';
import { wholeFormats, type Lines, type WholeFormat } from '../forwarded-headers.ts';
import { workloads } from '../service.ts';
import type { ConformanceCase, ConformanceWorld } from '../world.ts';

const lookAlikes: Lines = [
  ['x_forwarded_client_cert', `URI=${workloads.orders}`],
  ['x-forwarded_client-cert', `URI=${workloads.orders}`],
  ['l5d-client-id', 'spiffe://prod.test/web'],
  ['X-Forwarded-Client-Cert', `By=${workloads.service};URI=${workloads.web}`],
];

const malformed = { status: 400, reason: 'FORWARDED_IDENTITY_MALFORMED' } as const;

/** The format that is tried with everything: the readers of the others have tests of their own. */
const whole = 'client-cert';
/** Rows that every format is tried with. */
const some: ReadonlySet<string> = new Set(['expired', 'our id by a foreign authority', 'a CA as a leaf']);

/** Formats without the chain: an intermediate that is not there leads nowhere. */
const leafOnly: ReadonlySet<string> = new Set(['nginx', 'haproxy', 'caddy', 'aws-alb']);

async function runFormat(
  outer: ConformanceWorld,
  { format, write }: WholeFormat,
  certificates: readonly BrokenCertificate[],
): Promise<void> {
  const forwarded = forwardedCertificate({ format, from: { caller: workloads.proxy } });
  await outer.withService({ forwarded }, async (world) => {
    const { orders, web, proxy } = world.identities;
    const send = (headers: Lines) => world.send({ path: '/whoami', identity: proxy, headers });
    const good = write(orders);
    const seen = await send(good);
    assert.equal(assertAllowed(seen, format)['caller'], workloads.orders, format);
    const event = seen.events.at(-1);
    assert.equal(event?.['auth.assurance'], 'high', format);
    assert.equal(event?.['tls.forwarded_by'], workloads.proxy, format);
    assert.equal(event?.['tls.forwarded_format'], format, format);
    assertRefused(await send([]), { status: 401, reason: 'CREDENTIAL_MISSING', what: `${format}: nobody` });

    const [name = '', value = ''] = good[0] ?? [];
    for (const [what, headers] of [
      ['twice', [...good, [name, value]]],
      ['twice, of two callers', [...good, ...write(web).slice(0, 1)]],
      ['cut off', [[name, value.slice(0, -9)], ...good.slice(1)]],
      ['with more behind it', [[name, `${value};a=1`], ...good.slice(1)]],
    ] as const) {
      assertRefused(await send(headers), { ...malformed, what: `${format} ${what}` });
    }
    for (const line of format === whole ? lookAlikes : lookAlikes.slice(0, 1)) {
      assertRefused(await send([...good, line]), { ...malformed, what: `${format} beside ${line[0]}` });
    }
    // An ended certificate, one of a stranger, and so on: the proxy lets them pass, and we do not.
    await eachRow(certificates, async ({ name: row, identity, reasons }) => {
      const refused = await send(write(identity));
      // Those that OpenSSL cannot read do not come through a handshake, nor through this.
      const known = [
        ...reasons,
        'FORWARDED_IDENTITY_MALFORMED',
        ...(leafOnly.has(format) ? ['CERTIFICATE_UNTRUSTED'] : []),
      ];
      assert.ok([400, 401].includes(refused.status), `${format}, ${row}: status ${refused.status}`);
      assertRefused(refused, { status: refused.status, reason: known, what: `${format}, ${row}` });
    });
  });
}

export const forwardedCertificates: ConformanceCase = {
  id: 'forwarded-certificates',
  title: 'a certificate that a proven proxy forwards is verified like that of a connection, in every format',
  attacks: [53, 54, 57],
  run: async (outer) => {
    const certificates = await outer.refusedCertificates();
    assert.ok(certificates.length >= 40, `the catalogue is whole, got ${certificates.length}`);
    for (const row of wholeFormats) {
      const tried = row.format === whole ? certificates : certificates.filter(({ name }) => some.has(name));
      assert.ok(tried.length >= some.size, 'the rows have these names');
      await runFormat(outer, row, tried);
    }
  },
};
