#!/usr/bin/env node
/** The command `countersign`: hands the process to main, and ends it, because an inspected app may keep it alive. */
import { systemClock } from '@countersign/core';
import { main } from './main.ts';

const { stdin, stdout, stderr } = process;
const code = await main(process.argv.slice(2), {
  stdin,
  stdout,
  stderr,
  directory: process.cwd(),
  clock: systemClock,
  importModule: (url) => import(url),
});
process.exit(code);
