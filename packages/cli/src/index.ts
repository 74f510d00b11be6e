/** The only door of @countersign/cli: the program as a function, for those who wrap it. */
export { exitCodes } from './commands/command.ts';
export type { CommandContext, ExitCode } from './commands/command.ts';
export { main } from './main.ts';
export { cliVersion } from './version.ts';
