/** What a command is, and what it is given. Nothing in a command reaches for the process. */
import type { Readable, Writable } from 'node:stream';
import type { Clock } from '@countersign/core';

/** The outside world of a command. */
export interface CommandContext {
  readonly stdin: Readable;
  readonly stdout: Writable;
  readonly stderr: Writable;
  /** Directory that relative paths start from. */
  readonly directory: string;
  readonly clock: Clock;
  /** Imports a module by its URL. */
  readonly importModule: (url: string) => Promise<unknown>;
}

/** Exit codes. They are public API: 0 nothing to object, 1 something found or refused, 2 not carried out. */
export const exitCodes = { ok: 0, found: 1, usage: 2 } as const;

/** One of the exit codes. */
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** A command. */
export interface Command {
  readonly name: string;
  /** One line for the list of commands. */
  readonly summary: string;
  /** The text of `--help`. */
  readonly help: string;
  /** @throws {UsageError} when it cannot be carried out. */
  run(args: readonly string[], context: CommandContext): Promise<ExitCode>;
}
