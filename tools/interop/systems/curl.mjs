/** curl: the client that operators reach for first. It calls a guarded service with the options our pages name. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { guardedService, names, writePair } from '../bench.mjs';
import { aptInstall, expectThat, runProgram, versionOf } from '../program.mjs';

/** @type {import('../try-out.mjs').System} */
export const system = {
  name: 'curl',
  version: () => versionOf('curl', ['--version'], /^curl (\S+)/),
  install: () => aptInstall('curl'),
  prove: async (bench) => {
    const authority = await bench.testing.createTestAuthority({ trustDomain: names.trustDomain });
    const root = join(bench.scratch, 'root.pem');
    writeFileSync(root, authority.bundlePem);
    const good = writePair(bench.scratch, 'good', await authority.issue({ id: names.caller }));
    const other = writePair(bench.scratch, 'other', await authority.issue({ id: names.stranger }));
    const service = await guardedService(bench, { authority, clientCertificate: 'permissive' });
    try {
      const url = `https://localhost:${service.port}/who`;
      const call = (/** @type {readonly string[]} */ args) =>
        runProgram('curl', [
          '--silent',
          '--show-error',
          '--noproxy',
          '*',
          '--cacert',
          root,
          '--write-out',
          '%{http_code}\n',
          ...args,
        ]);
      const withPair = (/** @type {import('../bench.mjs').Files} */ { certificate, key }) => [
        '--cert',
        certificate,
        '--key',
        key,
      ];

      const twice = await call([...withPair(good), url, url]);
      const answer = `caller=${names.caller}\n200\n`;
      expectThat(twice.stdout === answer + answer, 'two calls on one connection are both the good caller', twice);
      const nobody = await call([url]);
      expectThat(nobody.stdout.endsWith('\n403\n') || nobody.stdout.endsWith('}403\n'), 'no certificate: 403', nobody);
      expectThat(service.reason() === 'CREDENTIAL_MISSING', 'no certificate: CREDENTIAL_MISSING in the audit');
      const wrong = await call([...withPair(other), url]);
      expectThat(wrong.stdout.endsWith('403\n'), 'another workload: 403', wrong);
      expectThat(service.reason() === 'CALLER_NOT_ALLOWED', 'another workload: CALLER_NOT_ALLOWED in the audit');
      return ['mutual TLS: the good certificate twice on one connection; none and another workload refused with 403'];
    } finally {
      await service.close();
    }
  },
};
