/** Public names of the foundation: errors, runtime, identity, stores. */

// errors
export { ConfigurationError, FaultCollector } from '../errors/configuration-error.ts';
export type { ConfigurationCode, ConfigurationFault } from '../errors/configuration-error.ts';
export { accept, refuse } from '../errors/outcome.ts';
export { whenKnown } from '../errors/when-known.ts';
export type { Accepted, MaybePromise, Outcome, Refusal, RefusalDetail } from '../errors/outcome.ts';
export { reasonRow, reasons } from '../errors/reason.ts';
export type { OAuthError, Reason, ReasonOwner, ReasonRow } from '../errors/reason.ts';
export { Secret } from '../errors/secret.ts';
export { checkWaiver, isWaiverInForce } from '../errors/waiver.ts';
export type { Waiver } from '../errors/waiver.ts';

// runtime
export { createChangeListeners } from '../runtime/change-listeners.ts';
export { systemClock } from '../runtime/clock.ts';
export type { Clock } from '../runtime/clock.ts';
export type { Logger } from '../runtime/logger.ts';
export type { Notice, NoticeCode, NoticeSink } from '../runtime/notice.ts';
export type { Fetch, Runtime } from '../runtime/runtime.ts';
export { safeText } from '../runtime/safe-text.ts';
export { coreVersion } from '../runtime/version.ts';

// identity
export type { Caller, Subject, VerifiedIdentity } from '../identity/caller.ts';
export { maximumActors } from '../identity/delegation.ts';
export type { MayAct } from '../identity/delegation.ts';
export type {
  AccessTokenEvidence,
  Assurance,
  ClientCertificateEvidence,
  Evidence,
  ForwardedCertificateEvidence,
  SealedMessageEvidence,
} from '../identity/evidence.ts';
export { parseScopes } from '../identity/scope-set.ts';
export type { ScopeSet } from '../identity/scope-set.ts';
export { parseSpiffeId } from '../identity/spiffe-id.ts';
export type { SpiffeId } from '../identity/spiffe-id.ts';
export { isWorkloadId, oauthWorkloadId } from '../identity/workload-id.ts';

// store
export { createMemoryMessageLedger } from '../store/memory-message-ledger.ts';
export type { MemoryMessageLedger, MemoryMessageLedgerOptions } from '../store/memory-message-ledger.ts';
export type { MessageAttempt, MessageLedger, MessagePast } from '../store/message-ledger.ts';
export { createMemoryReplayStore } from '../store/memory-replay-store.ts';
export type { MemoryReplayStore, MemoryReplayStoreOptions } from '../store/memory-replay-store.ts';
export { createMemoryRevocationStore } from '../store/memory-revocation-store.ts';
export type { MemoryRevocationStore, MemoryRevocationStoreOptions } from '../store/memory-revocation-store.ts';
export type { ReplayStore } from '../store/replay-store.ts';
export { checkRevocationOrder } from '../store/revocation-order.ts';
export { revocationName } from '../store/revocation-store.ts';
export type {
  CertificateRevocationKind,
  Revocation,
  RevocationKind,
  RevocationStore,
  TokenRevocationKind,
} from '../store/revocation-store.ts';
