/** Injects what `ServiceClientModule` made. */
import { Inject } from '@nestjs/common';

/** The token of a client. Nest shows it when there is none of that name: so it says what to write. */
export function serviceClientToken(name: string): string {
  return `import ServiceClientModule.forFeature({ ${name}: { … } }) to inject this client`;
}

/** The token of the clients of one module. */
export const serviceClientsToken: unique symbol = Symbol('import ServiceClientModule to inject its clients');

/** `@InjectServiceClient('inventory') private readonly inventory: ServiceClient` */
export function InjectServiceClient(name: string): PropertyDecorator & ParameterDecorator {
  return Inject(serviceClientToken(name));
}

/** All clients of the module that is imported, as `ServiceClients`: for `ready()` in a readiness probe. */
export function InjectServiceClients(): PropertyDecorator & ParameterDecorator {
  return Inject(serviceClientsToken);
}
