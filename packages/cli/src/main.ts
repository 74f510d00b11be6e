/**
 * The program, without the process around it: arguments and streams in, an exit code out. Whatever goes wrong is
 * said on stderr in one line and its fix.
 */
import { ConfigurationError } from '@countersign/core';
import { exitCodes, type Command, type CommandContext, type ExitCode } from './commands/command.ts';
import { inspect } from './commands/inspect.ts';
import { routes } from './commands/routes.ts';
import { columns, shown, write } from './output.ts';
import { refuseTokenInArgument } from './token-in-argument.ts';
import { UsageError } from './usage-error.ts';
import { cliVersion } from './version.ts';

const commands: readonly Command[] = [inspect, routes];

function help(): string {
  const rows = commands.map(({ name, summary }) => ['  ', name, summary]);
  return [
    'Usage: countersign <command> [options]\n\nCommands\n',
    columns(rows),
    '\nOptions\n',
    columns([
      ['  ', '--help', 'this text, or the one of a command'],
      ['  ', '--version', 'the version'],
    ]),
    '\nExit codes: 0 nothing to object, 1 something found or refused, 2 the command could not be carried out.\n',
  ].join('');
}

function isParseError(error: unknown): error is Error {
  return error instanceof TypeError && String((error as { code?: unknown }).code).startsWith('ERR_PARSE_ARGS');
}

async function explain(error: unknown, { stderr }: CommandContext): Promise<ExitCode> {
  if (error instanceof UsageError) {
    await write(stderr, `countersign: ${shown(error.message)}\n  fix: ${shown(error.fix)}\n`);
  } else if (error instanceof ConfigurationError) {
    const lines = error.faults.map(
      ({ option, problem, fix }) => `countersign: ${shown(option)}: ${shown(problem)}\n  fix: ${shown(fix)}\n`,
    );
    await write(stderr, lines.join(''));
  } else if (isParseError(error)) {
    await write(stderr, `countersign: ${shown(error.message)}\n  fix: see --help\n`);
  } else {
    // A defect of ours. The message may quote the input, so only its kind is told.
    const kind = error instanceof Error ? error.name : typeof error;
    await write(stderr, `countersign: failed (${shown(kind)})\n  fix: please report it, without the input\n`);
  }
  return exitCodes.usage;
}

/** Runs a command line, without the program's own name. Never throws. */
export async function main(args: readonly string[], context: CommandContext): Promise<ExitCode> {
  try {
    const [first, ...rest] = args;
    if (first === undefined) {
      await write(context.stderr, help());
      return exitCodes.usage;
    }
    if (first === '--help' || first === '-h' || first === 'help') {
      await write(context.stdout, help());
      return exitCodes.ok;
    }
    if (first === '--version') {
      await write(context.stdout, `${cliVersion}\n`);
      return exitCodes.ok;
    }
    const command = commands.find(({ name }) => name === first);
    if (command === undefined) {
      // Not echoed: a token pasted in the place of a command would stand in the logs.
      throw new UsageError(
        'there is no such command',
        `use one of: ${commands.map(({ name }) => name).join(', ')}, or --help`,
      );
    }
    if (rest.includes('--help') || rest.includes('-h')) {
      await write(context.stdout, command.help);
      return exitCodes.ok;
    }
    for (const argument of rest) refuseTokenInArgument(argument);
    return await command.run(rest, context);
  } catch (error) {
    return explain(error, context);
  }
}
