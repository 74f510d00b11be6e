/** Calls to other services, as they fit into NestJS. `@countersign/client` is an optional peer: install it to use this door. */
export * from '@countersign/client';
export {
  InjectServiceClient,
  InjectServiceClients,
  serviceClientToken,
} from './client/inject-service-client.decorator.ts';
export { ServiceClientModule } from './client/service-client.module.ts';
export type { AsyncServiceClientOptions, AsyncServiceClientsOptions } from './client/service-client.module.ts';
