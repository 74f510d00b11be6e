/** Attacks with the name of a user: her token in other hands, at other places, or for more than she has granted. */
import type { ScenarioMaterial, Step } from './step.ts';

/** The attacks. */
export function delegationAttacks(material: ScenarioMaterial): readonly Step[] {
  const { origins, identities, tokens, exchanges, tokenEndpoint } = material;
  const report = { method: 'POST', body: { text: 'pears sell best' } } as const;
  const exchange = (form: string) => ({ url: tokenEndpoint, method: 'POST', form }) as const;
  return [
    {
      title: "forwarded: the gateway sends alice's own token on",
      call: {
        identity: identities.gateway,
        token: tokens.aliceReadable,
        url: `${origins.orders}/orders`,
        method: 'POST',
        body: { sku: 'apple', quantity: 1 },
      },
      status: 401,
      reason: 'TOKEN_AUDIENCE_MISMATCH',
    },
    {
      title: "alice's token, shown by reporting",
      call: { identity: identities.reporting, token: tokens.alice, url: `${origins.gateway}/catalog/apple` },
      status: 403,
      reason: 'IDENTITY_CONFLICT',
    },
    {
      title: 'a token of alice to read reports, used to write one',
      call: {
        ...report,
        identity: identities.gateway,
        token: tokens.aliceAtAnalytics,
        url: `${origins.analytics}/reports`,
      },
      status: 403,
      reason: 'SCOPE_INSUFFICIENT',
    },
    {
      title: 'exchange beyond alice: the client of the gateway stops',
      call: { ...report, identity: identities.storefront, token: tokens.alice, url: `${origins.gateway}/reports` },
      status: 403,
      says: 'SCOPE_NOT_HELD',
      hops: 1,
    },
    {
      title: 'exchange beyond alice, asked of the issuer by hand',
      call: exchange(exchanges.beyondAlice),
      status: 400,
      // The code alone is also that of a scope nobody knows.
      says: 'does not carry',
      hops: 0,
    },
    {
      title: 'exchange of a token that was for another service',
      call: exchange(exchanges.ofAnotherService),
      status: 400,
      // The code alone is also that of a form with something missing.
      says: 'is for another service',
      hops: 0,
    },
  ];
}
