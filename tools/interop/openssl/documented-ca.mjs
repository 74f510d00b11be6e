/**
 * The CA of docs/how-to/mtls-without-a-mesh.md, made by the commands that stand there: our checks take what it issues,
 * and refuse what it revokes.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expectThat, runProgram } from '../program.mjs';

const page = readFileSync(new URL('../../../docs/how-to/mtls-without-a-mesh.md', import.meta.url), 'utf8');
const trustDomain = 'prod.example';
const workload = `spiffe://${trustDomain}/orders`;
const usage = /** @type {const} */ ({ usage: 'client', maximumLifetimeSeconds: 86_400 });

/** The blocks of the page in a language. @param {string} language */
const blocks = (language) =>
  [...page.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, 'gms'))].map(([, text = '']) => text);

/** On the page `openssl` asks for the passphrase of the root; here nobody types it. @param {string} commands */
const withPassphrase = (commands) =>
  commands
    .replaceAll('-keyout root.key', '-passout pass:of-this-run -keyout root.key')
    .replaceAll('-name root ', '-name root -passin pass:of-this-run ');

/** @param {import('../bench.mjs').Bench} bench */
export async function documentedCa({ core, scratch }) {
  const folder = join(scratch, 'documented-ca');
  mkdirSync(folder);
  const [config = '', extensions = ''] = blocks('ini');
  writeFileSync(join(folder, 'ca.cnf'), config);
  writeFileSync(join(folder, 'workload.ext'), extensions);
  const commands = blocks('sh');
  const [root = '', issuing = '', request = '', issue = '', publish = '', revoke = '', expel = ''] = commands;
  expectThat(commands.length === 7, 'the page has seven blocks of commands');

  const run = async (/** @type {readonly string[]} */ ...texts) => {
    for (const text of texts) {
      const ended = await runProgram('bash', ['-euc', withPassphrase(text)], { cwd: folder });
      expectThat(ended.code === 0, `these commands of the page run: ${text}`, ended);
    }
  };
  const read = (/** @type {string} */ name) => readFileSync(join(folder, name), 'utf8');
  /** What we say of the certificate. @param {string} pem @param {string} [crl] */
  const judge = (pem, crl) => {
    const lists = crl === undefined ? {} : { crl: read(crl) };
    const trustBundle = core.trustBundle({ trustDomain, pem: read(pem), ...lists });
    const judged = core.verifySvidChain(read('orders.crt'), { trustBundle, now: Date.now(), ...usage });
    return judged.ok ? 'taken' : judged.reason;
  };
  const says = (/** @type {string} */ said, /** @type {string} */ wanted) =>
    expectThat(said === wanted, `${wanted}, and not ${said}`);

  await run(root, issuing, request, issue, publish);
  const key = new core.Secret(read('current/tls.key'));
  const { uris } = core.x509Identity({ key, certificate: read('current/tls.crt') });
  expectThat(uris.join() === workload, `the published pair is one of ${workload}`);
  says(judge('bundle.pem'), 'taken');
  await run(revoke);
  says(judge('bundle.pem', 'issuing.crl'), 'CERTIFICATE_REVOKED');
  // A new certificate is good, until the root revokes its issuer, which is in the bundle no more.
  await run(issue);
  says(judge('bundle.pem', 'issuing.crl'), 'taken');
  says(judge('root.crt'), 'taken');
  await run(expel);
  says(judge('root.crt', 'lists.pem'), 'CERTIFICATE_REVOKED');
  return 'the CA of the how-to page, by its commands: what it issues is taken, what it or its root revokes is refused';
}
