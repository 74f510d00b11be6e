/**
 * Asks the adapter for the routes: the copy that the application itself would import, because what guards a route is
 * remembered inside that copy.
 */
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import type { RouteDeclaration } from '@countersign/core';
import type { CommandContext } from '../commands/command.ts';
import { UsageError } from '../usage-error.ts';
import type { LoadedApplication } from './load-application.ts';

interface Adapter {
  readonly describeRoutes?: (application: object) => readonly RouteDeclaration[] | Promise<readonly RouteDeclaration[]>;
}

/**
 * The routes.
 * @throws {UsageError} when the adapter is not installed beside the application.
 */
export async function describeApplication(
  { application, framework, url }: LoadedApplication,
  { importModule }: CommandContext,
): Promise<readonly RouteDeclaration[]> {
  let found: string;
  try {
    found = createRequire(url).resolve(framework.adapter);
  } catch {
    throw new UsageError(
      `this is a ${framework.name} application, and ${framework.adapter} is not installed beside it`,
      `npm install ${framework.adapter}`,
    );
  }
  const { describeRoutes } = (await importModule(pathToFileURL(found).href)) as Adapter;
  if (typeof describeRoutes !== 'function') {
    throw new UsageError(`${framework.adapter} does not list routes`, 'install a version that exports describeRoutes');
  }
  try {
    return await describeRoutes(application);
  } catch (error) {
    // Nest throws when the application imports no ServiceAuthModule.
    const message = error instanceof Error ? error.message : String(error);
    throw new UsageError(
      `${framework.adapter} cannot list the routes: ${message}`,
      'set the adapter up in this application',
    );
  }
}
