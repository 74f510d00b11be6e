/** A client identifier of ours, as an option: visible ASCII and spaces (RFC 6749 §2.2, appendix A.1). */
import type { FaultCollector } from '../errors/configuration-error.ts';

const visible = /^[\x20-\x7e]+$/;

/** Adds a fault when the value is no client identifier. */
export function checkClientId(faults: FaultCollector, value: unknown): void {
  if (typeof value === 'string' && visible.test(value)) return;
  faults.add('CONFIG_MISSING', 'clientId', 'is no client id', 'write the id under which the issuer knows this service');
}
