/** The demo's requests and messages, as data: what is sent, and what must come of it. */
import { attacks } from './attack-steps.ts';
import { delegationAttacks } from './delegation-steps.ts';
import { messageAttacks } from './message-steps.ts';
import type { ScenarioMaterial, Step } from './step.ts';

function legitimate({ origins: { gateway }, identities, tokens }: ScenarioMaterial): readonly Step[] {
  const alice = { identity: identities.storefront, token: tokens.alice };
  return [
    {
      title: 'alice looks: storefront → gateway → inventory',
      call: { ...alice, url: `${gateway}/catalog/apple` },
      status: 200,
      hops: 2,
    },
    {
      title: 'alice buys: … → orders → payments → bank, and a message',
      call: { ...alice, url: `${gateway}/checkout`, method: 'POST', body: { sku: 'apple', quantity: 2 } },
      status: 201,
      hops: 6,
    },
    {
      title: 'alice reads reports: storefront → gateway → analytics',
      call: { ...alice, url: `${gateway}/reports` },
      status: 200,
      hops: 2,
    },
  ];
}

/** All steps, legitimate ones first: the attacks on messages need one that was sent. */
export function scenarioOf(material: ScenarioMaterial): readonly Step[] {
  return [...legitimate(material), ...attacks(material), ...delegationAttacks(material), ...messageAttacks];
}
