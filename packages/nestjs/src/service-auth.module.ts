/**
 * The module: checks its options, then every handler of the application, and puts the guards in place. What it can
 * refuse it refuses before anything listens.
 */
import { checkAdapterOptions, guardUpgrades, prepareServer } from '@countersign/core';
import type { AdapterOptions, AdapterSettings } from '@countersign/core';
import { Inject, Module, type DynamicModule, type FactoryProvider, type ModuleMetadata } from '@nestjs/common';
import { APP_GUARD, DiscoveryModule, HttpAdapterHost } from '@nestjs/core';
import { RouteDeclarationCheck } from './route-declaration.check.ts';
import { ServiceAuthGuard } from './service-auth.guard.ts';
import { settingsToken } from './settings.ts';
import { guardUnmatched } from './unmatched-route.ts';

/** Options from the container: `useFactory` gets what `inject` names, in order. */
export type AsyncOptions = Pick<FactoryProvider<AdapterOptions> & ModuleMetadata, 'imports' | 'inject' | 'useFactory'>;

/** Import it once, in the root module. It is global. */
@Module({})
export class ServiceAuthModule {
  @Inject(settingsToken) private readonly settings!: AdapterSettings;
  @Inject(RouteDeclarationCheck) private readonly declared!: RouteDeclarationCheck;
  @Inject(HttpAdapterHost) private readonly host!: Partial<HttpAdapterHost>;

  /** The creation of the application rejects with a `ConfigurationError` that has every fault of the options. */
  static forRoot(options: AdapterOptions): DynamicModule {
    return ServiceAuthModule.forRootAsync({ useFactory: () => options });
  }

  /** As `forRoot`, with options made by a factory. */
  static forRootAsync({ imports = [], inject = [], useFactory }: AsyncOptions): DynamicModule {
    const options: FactoryProvider<AdapterSettings> = {
      provide: settingsToken,
      inject,
      useFactory: async (...given) => checkAdapterOptions('ServiceAuthModule', await useFactory(...given)),
    };
    const providers = [options, { provide: APP_GUARD, useClass: ServiceAuthGuard }, RouteDeclarationCheck];
    const exported = { global: true, exports: [settingsToken] };
    return { module: ServiceAuthModule, imports: [...imports, DiscoveryModule], providers, ...exported };
  }

  /** @throws {ConfigurationError} when a setting of the server undoes the checks. */
  onModuleInit(): void {
    const { httpAdapter } = this.host;
    // A microservice alone has no HTTP server.
    if (!httpAdapter) return;
    const handshakes = this.declared.handlers.filter(({ owner, handler }) => owner === handler);
    prepareServer(this.settings, httpAdapter.getHttpServer(), (middleware) => httpAdapter.use(middleware));
    guardUnmatched(httpAdapter, this.settings);
    guardUpgrades(httpAdapter.getHttpServer(), this.settings.auth, handshakes);
  }

  onApplicationShutdown(): Promise<void> {
    return this.settings.auth.close();
  }
}
