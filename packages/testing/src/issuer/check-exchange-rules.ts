/** Checks who may act for whom: a rule about nobody, or towards nowhere, would never count, and nobody would notice. */
import type { FaultCollector } from '@countersign/core';

type Members = Readonly<Record<string, unknown>>;

const known = ['actor', 'for', 'audience', 'scopes', 'within', 'widen'];

function isTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((one) => typeof one === 'string' && one !== '');
}

function namesOf(list: unknown, name: string): readonly unknown[] {
  return Array.isArray(list) ? list.map((one: unknown) => (one as Members | null)?.[name]) : [];
}

/** Checks the rules against the clients and resources beside them. */
export function checkExchangeRules(faults: FaultCollector, { exchange, clients, resources }: Members): void {
  if (exchange === undefined) return;
  if (!Array.isArray(exchange)) {
    faults.add('CONFIG_INVALID', 'exchange', 'is no list', 'write [{ actor, audience, scopes }]');
    return;
  }
  const actors = namesOf(clients, 'clientId');
  const audiences = namesOf(resources, 'audience');
  for (const [index, rule] of (exchange as readonly unknown[]).entries()) {
    const path = `exchange[${index}]`;
    if (typeof rule !== 'object' || rule === null) {
      faults.add('CONFIG_INVALID', path, 'is no object', 'write { actor, audience, scopes }');
      continue;
    }
    const { actor, audience, scopes, for: subjects, within, widen } = rule as Members;
    faults.onlyKnown(rule, known, `${path}.`);
    if (!actors.includes(actor)) {
      faults.add('CONFIG_INVALID', `${path}.actor`, 'is no client', 'write the clientId of one of the clients');
    }
    if (!audiences.includes(audience)) {
      faults.add('CONFIG_INVALID', `${path}.audience`, 'is no resource', 'write the audience of one of the resources');
    }
    if (
      within !== undefined &&
      !(typeof within === 'object' && within !== null && Object.values(within).every(isTexts))
    ) {
      const fix = "write e.g. { 'orders:write': ['checkout:write'] }";
      faults.add('CONFIG_INVALID', `${path}.within`, 'holds no lists of texts', fix);
    }
    for (const [name, list] of Object.entries({ scopes, for: subjects ?? [], widen: widen ?? [] })) {
      if (!isTexts(list)) faults.add('CONFIG_INVALID', `${path}.${name}`, 'is no list of texts', "write e.g. ['a']");
    }
  }
}
