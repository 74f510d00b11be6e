/** Who plays in the demo: every workload, what it may do as itself and for users, and whom it calls. As data. */

/** The trust domain of the demo. */
export const trustDomain = 'demo.internal';

/** Names of the workloads. */
export type RoleName =
  | 'storefront'
  | 'gateway'
  | 'orders'
  | 'inventory'
  | 'payments'
  | 'analytics'
  | 'notifications'
  | 'reporting';

/** For a scope that is asked for: scopes of the user of which one is enough. */
export type ScopesWithin = Readonly<Record<string, readonly [string, ...string[]]>>;

/** A workload. */
export interface Role {
  /** Scopes that tokens for it may carry. Absent for those that nobody calls with a token. */
  readonly offers?: readonly string[];
  /** Tokens for it say nothing: it asks the issuer what they mean. */
  readonly opaque?: true;
  /** How it proves itself to the issuer. Absent for those that have no business there. */
  readonly proves?: 'key' | 'certificate' | 'secret';
  /** Scopes it may ask the issuer for, as itself. */
  readonly asks?: readonly string[];
  /** Services that it may act at for users, and what a user must have granted for each scope. */
  readonly actsAt?: Readonly<Partial<Record<RoleName, ScopesWithin>>>;
  readonly calls?: readonly RoleName[];
}

/** The cast. Nobody lists `reporting` as a caller: it is honest, known, and in the wrong place. */
export const cast: Readonly<Record<RoleName, Role>> = {
  // Users log in with it. It has their tokens, and none of its own.
  storefront: { proves: 'certificate' },
  gateway: {
    offers: ['catalog:read', 'checkout:write', 'reports:read', 'reports:write'],
    opaque: true,
    proves: 'key',
    asks: ['inventory:read'],
    actsAt: {
      orders: { 'orders:write': ['checkout:write'] },
      analytics: { 'analytics:read': ['reports:read'], 'analytics:write': ['reports:write'] },
    },
    calls: ['inventory', 'orders', 'analytics'],
  },
  orders: {
    offers: ['orders:write'],
    proves: 'certificate',
    asks: ['inventory:read', 'inventory:reserve'],
    actsAt: { payments: { 'payments:charge': ['orders:write'] } },
    calls: ['inventory', 'payments'],
  },
  inventory: { offers: ['inventory:read', 'inventory:reserve'] },
  payments: { offers: ['payments:charge'] },
  analytics: { offers: ['analytics:read', 'analytics:write'] },
  notifications: {},
  reporting: { proves: 'secret', asks: ['inventory:read'] },
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

/** The user of the demo, and what she has granted the storefront. */
export const alice = { subject: 'alice', scopes: ['catalog:read', 'checkout:write', 'reports:read'] } as const;
