/**
 * The clients of other services as providers: `@InjectServiceClient('inventory')`. They are made with the application, so
 * that wrong options keep it from starting, and closed at its shutdown, after its last request.
 */
import { randomUUID } from 'node:crypto';
import {
  createServiceClients,
  type ServiceClientOptions,
  type ServiceClients,
  type ServiceClientsOptions,
} from '@countersign/client';
import { FaultCollector } from '@countersign/core';
import { Inject, Module, type DynamicModule, type FactoryProvider, type ModuleMetadata } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { serviceClientsToken, serviceClientToken } from './inject-service-client.decorator.ts';

/** Options of one client from the container: `useFactory` gets what `inject` names, in order. */
export type AsyncServiceClientOptions = Pick<
  FactoryProvider<ServiceClientOptions> & ModuleMetadata,
  'imports' | 'inject' | 'useFactory'
>;

/** Options of clients from the container, by the name of the service. */
export type AsyncServiceClientsOptions = Readonly<Record<string, AsyncServiceClientOptions>>;

function fromContainer(clients: AsyncServiceClientsOptions): DynamicModule {
  // With `moduleIdGeneratorAlgorithm: 'deep-hash'` Nest takes modules that are written alike for one, and one would get
  // the clients of the other: their options stand where it does not look.
  const id = randomUUID();
  const all = Object.entries(clients ?? {}).map(([name, { imports = [], inject = [], useFactory }]) => {
    const options: FactoryProvider<ServiceClientOptions> = {
      provide: Symbol(`options of ${name} ${id}`),
      inject,
      useFactory,
    };
    const client: FactoryProvider = {
      provide: serviceClientToken(name),
      inject: [serviceClientsToken],
      useFactory: (made: ServiceClients) => made.clients[name],
    };
    return { name, imports, options, client };
  });
  const made: FactoryProvider<ServiceClients> = {
    provide: serviceClientsToken,
    inject: all.map(({ options }) => options.provide),
    // One group, so that the faults of all clients come in one error.
    useFactory: (...given: ServiceClientOptions[]) =>
      createServiceClients(
        Object.fromEntries(all.map(({ name }, index) => [name, given[index]])) as ServiceClientsOptions,
      ),
  };
  return {
    module: ServiceClientModule,
    imports: all.flatMap(({ imports }) => imports),
    providers: [made, ...all.flatMap(({ options, client }) => [options, client])],
    exports: [serviceClientsToken, ...all.map(({ client }) => client.provide)],
  };
}

type NestModule = ModulesContainer extends Map<string, infer One> ? One : never;

/** What a module finds of this import: the import itself, and what that hands on. */
function reachedBy(one: NestModule, reached = new Set<NestModule>()): Set<NestModule> {
  if (reached.has(one)) return reached;
  reached.add(one);
  for (const next of one.imports) if (!next.isGlobal && one.exports.has(next.metatype)) reachedBy(next, reached);
  return reached;
}

/** Refuses names that stand twice where one class looks for them: Nest would take one of the two, in silence. */
function checkNames(container: ModulesContainer): void {
  const all = [...container.values()];
  const globals = all.filter((one) => one.isGlobal);
  // What is global is among the imports of every module, behind its own: those go first, and may have the same names.
  const places = [
    globals,
    ...all.map(({ imports }) => [...imports].filter((one) => !one.isGlobal).flatMap((one) => [...reachedBy(one)])),
  ];
  const faults = new FaultCollector('ServiceClientModule');
  for (const place of places) {
    const names = [...new Set(place)].flatMap((one) => {
      const made = one.providers.get(serviceClientsToken)?.instance as ServiceClients | undefined;
      return one.metatype === ServiceClientModule ? Object.keys(made?.clients ?? {}) : [];
    });
    for (const name of new Set(names.filter((one, index) => names.indexOf(one) !== index))) {
      faults.add('CONFIG_CONFLICT', name, 'is the name of two clients', 'keep one of them, or rename one');
    }
  }
  faults.throwIfAny();
}

function asFactories(clients: ServiceClientsOptions): AsyncServiceClientsOptions {
  return Object.fromEntries(
    Object.entries(clients ?? {}).map(([name, options]) => [name, { useFactory: () => options }]),
  );
}

/** Import it with the clients of a module. The creation of the application rejects with a `ConfigurationError`. */
@Module({})
export class ServiceClientModule {
  @Inject(serviceClientsToken) private readonly made!: ServiceClients;
  @Inject(ModulesContainer) private readonly container!: ModulesContainer;

  /** Clients for the whole application. */
  static forRoot(clients: ServiceClientsOptions): DynamicModule {
    return ServiceClientModule.forRootAsync(asFactories(clients));
  }

  /** As `forRoot`, with options made by factories. */
  static forRootAsync(clients: AsyncServiceClientsOptions): DynamicModule {
    return { ...fromContainer(clients), global: true };
  }

  /** Clients for the module that imports this. */
  static forFeature(clients: ServiceClientsOptions): DynamicModule {
    return ServiceClientModule.forFeatureAsync(asFactories(clients));
  }

  /** As `forFeature`, with options made by factories. */
  static forFeatureAsync(clients: AsyncServiceClientsOptions): DynamicModule {
    return fromContainer(clients);
  }

  /** @throws {ConfigurationError} when two clients have one name, so that nobody knows which is meant. */
  onModuleInit(): void {
    checkNames(this.container);
  }

  onApplicationShutdown(): Promise<void> {
    return this.made.close();
  }
}
