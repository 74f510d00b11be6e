/** The frameworks, as a table: how to recognise an application, and how to have it finish declaring its routes. */

/** One framework. */
export interface Framework {
  readonly name: string;
  /** The adapter that lists its routes. */
  readonly adapter: string;
  readonly isApplication: (value: object) => boolean;
  /** Rejects when the application does not start. */
  readonly prepare: (application: object) => Promise<void>;
}

function hasMethods(value: object, ...names: readonly string[]): boolean {
  return names.every((name) => typeof (value as Readonly<Record<string, unknown>>)[name] === 'function');
}

async function callMethod(application: object, name: string): Promise<void> {
  await (application as Readonly<Record<string, () => unknown>>)[name]?.();
}

const frameworks: readonly Framework[] = [
  {
    name: 'NestJS',
    adapter: '@countersign/nestjs',
    isApplication: (value) => hasMethods(value, 'getHttpAdapter', 'init'),
    prepare: (application) => callMethod(application, 'init'),
  },
  {
    name: 'Fastify',
    adapter: '@countersign/fastify',
    isApplication: (value) => hasMethods(value, 'ready', 'inject', 'route'),
    prepare: (application) => callMethod(application, 'ready'),
  },
  {
    name: 'Express',
    adapter: '@countersign/express',
    isApplication: (value) => typeof value === 'function' && hasMethods(value, 'handle', 'use', 'set'),
    prepare: () => Promise.resolve(),
  },
];

/** The framework of an application, or undefined when the value is none. */
export function frameworkOf(value: unknown): Framework | undefined {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return undefined;
  return frameworks.find(({ isApplication }) => isApplication(value));
}
