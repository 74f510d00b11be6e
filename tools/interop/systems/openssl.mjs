/**
 * OpenSSL: an X.509 and TLS implementation driven from outside Node. It verifies what our test authority issues, reads
 * the same fields as our DER reader, and speaks mutual TLS with a guarded service.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { X509Certificate } from 'node:crypto';
import { guardedService, names, writePair } from '../bench.mjs';
import { documentedCa } from '../openssl/documented-ca.mjs';
import { aptInstall, expectThat, runProgram, versionOf } from '../program.mjs';

const request = 'GET /who HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n';
const accepted = `caller=${names.caller}`;

/** @type {import('../try-out.mjs').System} */
export const system = {
  name: 'openssl',
  version: () => versionOf('openssl', ['version'], /^OpenSSL (\S+)/),
  install: () => aptInstall('openssl'),
  prove: async (bench) => {
    const authority = await bench.testing.createTestAuthority({ trustDomain: names.trustDomain });
    const foreign = await bench.testing.createTestAuthority({ trustDomain: names.trustDomain });
    const root = join(bench.scratch, 'root.pem');
    writeFileSync(root, authority.bundlePem);
    const given = { bench, authority, foreign, root };
    const proved = [await verifies(given), await readsTheSame(given), await handshakes(given), await resumes(given)];
    return [...proved, await documentedCa(bench)];
  },
};

/**
 * @typedef {object} Given
 * @property {import('../bench.mjs').Bench} bench
 * @property {import('@countersign/testing').TestAuthority} authority
 * @property {import('@countersign/testing').TestAuthority} foreign
 * @property {string} root file with the root certificate
 */

/** @param {Given} given */
async function verifies({ bench, authority, foreign, root }) {
  const intermediate = await authority.issueIntermediate();
  const rows = /** @type {const} */ ([
    ['EC', await authority.issue({ id: names.caller }), true],
    ['RSA', await authority.issue({ id: names.caller, key: 'rsa-2048' }), true],
    ['Ed25519', await authority.issue({ id: names.caller, key: 'ed25519' }), true],
    ['an intermediate', await intermediate.issue({ id: names.caller }), true],
    ['a foreign root', await foreign.issue({ id: names.caller }), false],
    [
      'an expired one',
      await authority.issue({ id: names.caller, startsInSeconds: -7200, lifetimeSeconds: -3600 }),
      false,
    ],
    ['server purpose only', await authority.issue({ id: names.caller, extendedKeyUsage: ['serverAuth'] }), false],
  ]);
  for (const [label, pair, good] of rows) {
    const { certificate } = writePair(bench.scratch, 'verified', pair);
    const args = ['verify', '-CAfile', root, '-untrusted', certificate, '-purpose', 'sslclient', '-x509_strict'];
    const ended = await runProgram('openssl', [...args, certificate]);
    expectThat((ended.code === 0) === good, `openssl verify ${good ? 'takes' : 'refuses'} ${label}`, ended);
  }
  return 'openssl verify takes EC, RSA, Ed25519 and intermediate chains; refuses foreign, expired, wrong purpose';
}

/** @param {Given} given */
async function readsTheSame({ bench, authority }) {
  const pair = await authority.issue({ id: names.caller, dnsNames: ['orders.test'], extendedKeyUsage: ['clientAuth'] });
  const { certificate } = writePair(bench.scratch, 'read', pair);
  const ended = await runProgram('openssl', ['x509', '-in', certificate, '-noout', '-text', '-fingerprint', '-sha256']);
  const leaf = new X509Certificate(pair.certificatePem);
  const fields = bench.core.readCertificateFields(leaf.raw);
  expectThat(fields.ok, 'our reader reads the certificate');
  for (const text of [`URI:${names.caller}`, 'DNS:orders.test', 'Digital Signature', 'CA:FALSE', leaf.fingerprint256]) {
    expectThat(ended.stdout.includes(text), `openssl reads ${text}`, ended);
  }
  const ours = JSON.stringify(fields);
  for (const text of [names.caller, 'orders.test', 'digitalSignature']) {
    expectThat(ours.includes(text), `our reader reads ${text} in ${ours}`);
  }
  expectThat(/TLS Web Client Authentication\s*$/m.test(ended.stdout), 'one purpose: client authentication', ended);
  return 'openssl x509 and our DER reader agree on names, key usage, purpose and CA flag';
}

/** @param {Given} given */
async function handshakes({ bench, authority, foreign, root }) {
  const good = writePair(bench.scratch, 'good', await authority.issue({ id: names.caller }));
  const other = writePair(bench.scratch, 'other', await authority.issue({ id: names.stranger }));
  const alien = writePair(bench.scratch, 'alien', await foreign.issue({ id: names.caller }));
  for (const clientCertificate of /** @type {const} */ (['required', 'permissive'])) {
    const service = await guardedService(bench, { authority, clientCertificate });
    try {
      for (const version of ['-tls1_2', '-tls1_3']) {
        const call = (/** @type {import('../bench.mjs').Files | undefined} */ pair) =>
          connect(service.port, root, [version, ...certificateArgs(pair)]);
        const where = `${clientCertificate}, ${version}`;
        const taken = await call(good);
        expectThat(taken.stdout.includes(accepted), `the good certificate is taken (${where})`, taken);
        const wrong = await call(other);
        expectThat(/^HTTP\/1.1 403 /m.test(wrong.stdout), `another workload gets 403 (${where})`, wrong);
        for (const [label, ended] of /** @type {const} */ ([
          ['no certificate', await call(undefined)],
          ['a foreign certificate', await call(alien)],
        ])) {
          expectThat(!ended.stdout.includes('caller='), `${label} is no caller (${where})`, ended);
          const answered = /^HTTP\/1.1 (401|403) /m.test(ended.stdout);
          expectThat(answered === (clientCertificate === 'permissive'), `${label} is refused (${where})`, ended);
        }
      }
    } finally {
      await service.close();
    }
  }
  return 'openssl s_client, TLS 1.2 and 1.3: good certificate accepted; none, foreign and another workload refused';
}

/** The second connection resumes the session of the first and brings no certificate. @param {Given} given */
async function resumes({ bench, authority, root }) {
  const good = writePair(bench.scratch, 'first', await authority.issue({ id: names.caller }));
  const service = await guardedService(bench, { authority, clientCertificate: 'permissive' });
  try {
    for (const version of ['-tls1_2', '-tls1_3']) {
      const session = join(bench.scratch, `session${version}`);
      const first = await connect(service.port, root, [version, '-sess_out', session, ...certificateArgs(good)]);
      expectThat(first.stdout.includes(accepted), `the first connection is taken (${version})`, first);
      const second = await connect(service.port, root, [version, '-sess_in', session]);
      // Without a saved session there is nothing to resume, and openssl does not connect at all.
      const refused =
        /^HTTP\/1.1 (401|403) /m.test(second.stdout) || /can't open|Can't load session/i.test(second.stderr);
      expectThat(refused && !second.stdout.includes('caller='), `the resumed one is nobody (${version})`, second);
    }
  } finally {
    await service.close();
  }
  return 'a resumed session without a certificate makes no caller';
}

/** @param {import('../bench.mjs').Files | undefined} pair */
const certificateArgs = (pair) =>
  pair === undefined ? [] : ['-cert', pair.certificate, '-cert_chain', pair.certificate, '-key', pair.key];

/**
 * @param {number} port
 * @param {string} root
 * @param {readonly string[]} args
 */
const connect = (port, root, args) => {
  const server = ['-connect', `127.0.0.1:${port}`, '-servername', 'localhost', '-verify_hostname', 'localhost'];
  const behaviour = ['-CAfile', root, '-verify_return_error', '-ign_eof', '-quiet'];
  return runProgram('openssl', ['s_client', ...server, ...behaviour, ...args], { input: request });
};
