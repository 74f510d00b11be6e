/** Checks the options of the fake of the SPIFFE Workload API, with all faults at once. */
import { FaultCollector, isWorkloadId } from '@countersign/core';
import type { WorkloadApiOptions } from './start-workload-api.ts';

const known = [
  'endpoint',
  'authority',
  'trustDomain',
  'workloads',
  'federated',
  'certificateLifetimeSeconds',
  'tokenLifetimeSeconds',
  'intermediate',
];

/** Checks a list of workloads; an empty one means that the caller is entitled to nothing. */
export function checkWorkloads(faults: FaultCollector, workloads: unknown): void {
  if (!Array.isArray(workloads)) {
    faults.add('CONFIG_MISSING', 'workloads', 'is no list', "write [{ id: 'spiffe://prod.example/orders' }], or []");
    return;
  }
  for (const [index, one] of (workloads as readonly unknown[]).entries()) {
    const members = (typeof one === 'object' && one !== null ? one : {}) as Readonly<Record<string, unknown>>;
    faults.onlyKnown(members, ['id', 'hint', 'certificate'], `workloads[${index}].`);
    const { id } = members;
    if (typeof id === 'string' && id.startsWith('spiffe://') && isWorkloadId(id)) continue;
    faults.add(
      'CONFIG_INVALID',
      `workloads[${index}].id`,
      'is no SPIFFE ID',
      "write e.g. 'spiffe://prod.example/orders'",
    );
  }
}

/**
 * Checks the options.
 * @throws {ConfigurationError} with every fault.
 */
export function checkWorkloadApi(options: WorkloadApiOptions): void {
  const faults = new FaultCollector('startWorkloadApi');
  faults.onlyKnown(options ?? {}, known);
  const { endpoint = 'unix', workloads, authority, trustDomain } = options ?? {};
  if (endpoint !== 'unix' && endpoint !== 'tcp') {
    faults.add('CONFIG_INVALID', 'endpoint', 'is not understood', "write 'unix' or 'tcp'");
  }
  if (authority !== undefined && trustDomain !== undefined) {
    faults.add('CONFIG_CONFLICT', 'trustDomain', 'stands beside authority, which has one', 'name one of the two');
  }
  checkWorkloads(faults, workloads);
  for (const name of ['certificateLifetimeSeconds', 'tokenLifetimeSeconds'] as const) {
    const seconds = options?.[name];
    if (seconds === undefined || Number.isSafeInteger(seconds)) continue;
    faults.add('CONFIG_INVALID', name, 'is no whole number', 'write seconds');
  }
  faults.throwIfAny();
}
