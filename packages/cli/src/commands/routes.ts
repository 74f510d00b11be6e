/** `countersign routes`: what every route of an application requires. A route that says nothing is a finding. */
import { parseArgs } from 'node:util';
import type { RouteDeclaration } from '@countersign/core';
import { columns, jsonDocument, shown, write } from '../output.ts';
import { describeApplication } from '../routes/describe-application.ts';
import { loadApplication } from '../routes/load-application.ts';
import { UndeclaredRoutes } from '../routes/undeclared-routes.ts';
import { refuseTokenInArgument } from '../token-in-argument.ts';
import { UsageError } from '../usage-error.ts';
import { exitCodes, type Command, type CommandContext, type ExitCode } from './command.ts';

const help = `Usage: countersign routes <module> [--json]

Imports a module that exports an Express, Fastify or NestJS application (as default or as "app": the application, a
promise of it, or a function that makes it), and lists what every route requires. The module is run. It must not
start a server by itself. The adapter (@countersign/express, /fastify or /nestjs) must be installed beside it.

Exit codes: 0 every route is declared, 1 a route is undeclared or none is known, 2 the command could not be carried out.
`;

type Source = NonNullable<RouteDeclaration['requirement']>;

function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return value.map(textOf).join(' ');
  if (typeof value === 'object' && value !== null && 'oneOf' in value) return `one of ${textOf(value.oneOf)}`;
  return JSON.stringify(value) ?? '';
}

function sourceText(source: Source): string {
  // As written, so `optional` is among the parts.
  return Object.entries(source as Readonly<Record<string, unknown>>)
    .map(([part, value]) => (value === true ? part : `${part} ${textOf(value)}`))
    .join(', ');
}

function demands({ requirement, also, reason }: RouteDeclaration): string {
  const parts = [
    ...(requirement === undefined ? [] : [sourceText(requirement)]),
    ...(also ?? []).map((source) => `also ${sourceText(source)}`),
    ...(reason === undefined ? [] : [reason]),
  ];
  return parts.join('; ');
}

function textTable(routes: readonly RouteDeclaration[]): string {
  const rows = routes.map((route) => [
    shown(route.method),
    shown(route.path),
    route.access === 'undeclared' ? 'UNDECLARED' : route.access,
    shown(demands(route)),
  ]);
  return columns([['METHOD', 'PATH', 'ACCESS', 'REQUIRES, OR WHY NOTHING'], ...rows]);
}

function summaryOf(routes: readonly RouteDeclaration[], undeclared: number): string {
  if (routes.length === 0) return 'No route is known. Is serviceAuth set up, before the routes are declared?\n';
  const open = routes.filter(({ access }) => access === 'public').length;
  return `\n${routes.length} routes, ${open} public, ${undeclared} undeclared.\n`;
}

/** The application does not exist, but its undeclared routes are known by name. */
function refusalText({ faults }: UndeclaredRoutes): string {
  const rows = faults.map(({ option, problem }) => ['UNDECLARED', shown(option), shown(problem)]);
  return `The application refuses to start, so its other routes are not known.\n\n${columns(rows)}`;
}

async function listRoutes(path: string, isJson: boolean, context: CommandContext): Promise<ExitCode> {
  const loaded = await loadApplication(path, context);
  const found = await describeApplication(loaded, context);
  const undeclared = found.filter(({ access }) => access === 'undeclared').length;
  const isGood = found.length > 0 && undeclared === 0;
  const table = found.length === 0 ? '' : textTable(found);
  const text = isJson
    ? jsonDocument({ framework: loaded.framework.name, declared: isGood, routes: found })
    : `${table}${summaryOf(found, undeclared)}`;
  await write(context.stdout, text);
  return isGood ? exitCodes.ok : exitCodes.found;
}

/** The command. */
export const routes: Command = {
  name: 'routes',
  summary: 'list what every route of an application requires',
  help,
  run: async (args, context) => {
    const options = { json: { type: 'boolean', default: false } } as const;
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
    const [path, ...more] = positionals;
    if (path === undefined || more.length > 0) {
      throw new UsageError('one module is needed', 'pass the path of the module that exports the application');
    }
    refuseTokenInArgument(path);
    try {
      return await listRoutes(path, values.json, context);
    } catch (error) {
      if (!(error instanceof UndeclaredRoutes)) throw error;
      const { faults } = error;
      const text = values.json ? jsonDocument({ declared: false, routes: [], faults }) : refusalText(error);
      await write(context.stdout, text);
      return exitCodes.found;
    }
  },
};
