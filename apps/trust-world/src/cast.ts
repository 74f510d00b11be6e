/** Who plays in the demo: every workload, what it may ask the issuer for, and whom it calls. As data. */

/** The trust domain of the demo. */
export const trustDomain = 'demo.internal';

/** A workload. */
export interface Role {
  /** Scopes that callers may ask for. Absent for those that nobody calls. */
  readonly offers?: readonly string[];
  /** Scopes it may ask the issuer for. Absent for those that call nobody. */
  readonly asks?: readonly string[];
  readonly calls?: readonly RoleName[];
}

/** Names of the workloads. */
export type RoleName = 'storefront' | 'gateway' | 'orders' | 'inventory' | 'payments' | 'reporting';

/** The cast. Nobody lists `reporting` as a caller: it is honest, known, and in the wrong place. */
export const cast: Readonly<Record<RoleName, Role>> = {
  storefront: { asks: ['catalog:read', 'checkout:write'] },
  gateway: {
    offers: ['catalog:read', 'checkout:write'],
    asks: ['inventory:read', 'orders:write'],
    calls: ['inventory', 'orders'],
  },
  orders: {
    offers: ['orders:write'],
    asks: ['inventory:read', 'inventory:reserve', 'payments:charge'],
    calls: ['inventory', 'payments'],
  },
  inventory: { offers: ['inventory:read', 'inventory:reserve'] },
  payments: { offers: ['payments:charge'] },
  reporting: { asks: ['inventory:read'] },
};

/** Every name. */
export const roleNames: readonly RoleName[] = Object.keys(cast) as RoleName[];

/** The workloads that others call. */
export const serviceNames: readonly RoleName[] = roleNames.filter((name) => cast[name].offers !== undefined);

/** SPIFFE ID of a workload. */
export function spiffeIdOf(name: RoleName): string {
  return `spiffe://${trustDomain}/${name}`;
}

/** Audience of a service: a name, not an address. */
export function audienceOf(name: RoleName): string {
  return `https://${name}.${trustDomain}`;
}
