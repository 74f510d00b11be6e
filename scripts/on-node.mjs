// npm run test:node -- 24      runs the suite on another Node line, fetched from npm.
import { spawnSync } from 'node:child_process';

const [line = '24', ...rest] = process.argv.slice(2);
const result = spawnSync(
  'npx',
  ['--yes', '--prefer-offline', '-p', `node@${line}`, '-c', `node scripts/run.mjs test ${rest.join(' ')}`],
  { stdio: 'inherit' },
);
process.exit(result.status ?? 1);
