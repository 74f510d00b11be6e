/**
 * Imports the module of an application and gets the application out of it: the default export or `app`, itself, as a
 * promise, or as what a function without arguments answers. Then lets the framework finish declaring its routes.
 */
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { CommandContext } from '../commands/command.ts';
import { UsageError } from '../usage-error.ts';
import { frameworkOf, type Framework } from './framework.ts';
import { undeclaredRoutesIn } from './undeclared-routes.ts';

/** An application that knows its routes. */
export interface LoadedApplication {
  readonly application: object;
  readonly framework: Framework;
  /** URL of its module. */
  readonly url: string;
}

const exportFix = 'export the application, a promise of it, or a function that makes it, as default or as "app"';

/** The module, its function or its promise failed: with undeclared routes, or in its own way. */
function failure(problem: string, error: unknown, fix: string): Error {
  const message = error instanceof Error ? error.message : String(error);
  return undeclaredRoutesIn(error) ?? new UsageError(`${problem}: ${message}`, fix);
}

async function importFrom(url: string, { importModule }: CommandContext): Promise<Readonly<Record<string, unknown>>> {
  try {
    return (await importModule(url)) as Readonly<Record<string, unknown>>;
  } catch (error) {
    const isSource = /\.[cm]?tsx?$/.test(url);
    const fix = isSource
      ? 'pass the compiled module'
      : 'pass the path of a module that loads without starting a server';
    throw failure('the module cannot be imported', error, fix);
  }
}

/** Follows promises and factories, a few steps and no further. */
async function applicationIn(exported: unknown): Promise<object | undefined> {
  let value: unknown = exported;
  for (let step = 0; step < 3; step += 1) {
    // Each step depends on the one before.
    // eslint-disable-next-line no-await-in-loop
    value = await value;
    if (frameworkOf(value) !== undefined) return value as object;
    if (typeof value !== 'function') return undefined;
    value = (value as () => unknown)();
  }
  return undefined;
}

/** Lets the framework finish. Undeclared routes stop an application from starting, and are what is to be listed. */
async function prepare(application: object, framework: Framework): Promise<void> {
  try {
    await framework.prepare(application);
  } catch (error) {
    if (undeclaredRoutesIn(error) !== undefined) return;
    throw failure('the application does not start', error, 'start it by itself and read why');
  }
}

/**
 * Loads the application.
 * @throws {UsageError} when the module cannot be imported, or exports none.
 * @throws {UndeclaredRoutes} when the application cannot be made because of them.
 */
export async function loadApplication(path: string, context: CommandContext): Promise<LoadedApplication> {
  const url = pathToFileURL(resolve(context.directory, path)).href;
  const module = await importFrom(url, context);
  for (const exported of [module['default'], module['app']]) {
    let application: object | undefined;
    try {
      application = await applicationIn(exported);
    } catch (error) {
      throw failure('the application could not be made', error, exportFix);
    }
    const framework = frameworkOf(application);
    if (application === undefined || framework === undefined) continue;
    await prepare(application, framework);
    return { application, framework, url };
  }
  throw new UsageError('the module exports no Express, Fastify or NestJS application', exportFix);
}
