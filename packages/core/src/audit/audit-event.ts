/**
 * The audit event: one flat record per decision. Names are public API and additive; the schema is
 * docs/reference/audit-event.schema.json. Only fields of this type leave the process, each text escaped and bounded,
 * so that a credential or an injected line has no way in.
 */
import type { Reason } from '../errors/reason.ts';
import type { Assurance, TokenBinding, UncheckedReplay, UncheckedRevocation } from '../identity/evidence.ts';

/** Names of audit events. */
export type AuditEventName = 'authn.failure' | 'authz.allow' | 'authz.deny' | 'authz.observed';

/** How the caller proved itself. */
export type AuthMethod =
  | 'mtls'
  | 'forwarded_mtls'
  | 'jwt_bearer'
  | 'introspection'
  | 'mtls_bound_token'
  | 'dpop'
  | 'sealed_message'
  | 'none';

/** One decision. Times are RFC 3339 in UTC with milliseconds. */
export interface AuditEvent {
  readonly 'schema.version': '1.0';
  readonly 'event.id': string;
  readonly 'event.name': AuditEventName;
  readonly 'event.time': string;
  /** `success` when the request went on. */
  readonly 'event.outcome': 'success' | 'failure';
  /** Reason code of a refusal, or of the refusal that observe mode let pass. */
  readonly 'event.reason'?: Reason;
  /** The failed check with expected and actual values, for the operator. */
  readonly 'event.reason_detail'?: string;
  /** Joins the events of one request. */
  readonly 'request.id': string;
  readonly 'service.name': string;
  readonly 'caller.id'?: string;
  readonly 'caller.type': 'workload' | 'oauth_client' | 'anonymous';
  readonly 'caller.trust_domain'?: string;
  readonly 'auth.method': AuthMethod;
  /** All mechanisms that passed. */
  readonly 'auth.methods'?: readonly string[];
  readonly 'auth.assurance': Assurance | 'none';
  readonly 'auth.binding'?: TokenBinding;
  /** Only when the replay store could not tell whether the DPoP proof was used before. */
  readonly 'auth.replay_check'?: UncheckedReplay;
  /** Only when the revocation store could not tell whether the token is revoked. */
  readonly 'auth.revocation_check'?: UncheckedRevocation;
  readonly 'token.type'?: string;
  /** Token profile that judged it, e.g. `at+jwt` or `keycloak`. */
  readonly 'token.profile'?: string;
  readonly 'token.issuer'?: string;
  readonly 'token.audience'?: readonly string[];
  /** The claim that names the caller: `act.sub` is a delegation that the issuer signed. */
  readonly 'token.caller_claim'?: string;
  readonly 'token.client_id'?: string;
  readonly 'token.scopes'?: readonly string[];
  readonly 'token.roles'?: readonly string[];
  /** First 128 bits of SHA-256 over issuer and jti, base64url; see audit/privacy. */
  readonly 'token.jti_hash'?: string;
  /** Only when the service chose `privacy.jti: "plain"`. */
  readonly 'token.jti'?: string;
  readonly 'token.kid'?: string;
  readonly 'token.alg'?: string;
  readonly 'token.issued_at'?: string;
  readonly 'token.expires_at'?: string;
  /** Keyed pseudonym of the subject. */
  readonly 'user.hash'?: string;
  /** Only when the service chose `privacy.subject: "plain"`. */
  readonly 'user.id'?: string;
  readonly 'user.tenant'?: string;
  /** Outermost first. */
  readonly 'actor.chain'?: readonly string[];
  /** SHA-256 of the certificate's DER, upper-case hex. */
  readonly 'cert.sha256'?: string;
  readonly 'cert.serial'?: string;
  readonly 'cert.not_after'?: string;
  /** The proxy that told of the certificate: its id, or `unix-socket`, `loopback`, `address`. */
  readonly 'tls.forwarded_by'?: string;
  /** How it told, e.g. `xfcc`. */
  readonly 'tls.forwarded_format'?: string;
  /** The place of the element that counted, from the right: 1 is the last. */
  readonly 'tls.forwarded_element'?: number;
  readonly 'policy.decision': 'allow' | 'deny' | 'not_applicable' | 'error';
  readonly 'policy.rule_id'?: string;
  readonly 'policy.mode': 'enforce' | 'observe';
  /** Scopes the route asked for, when they were missing. */
  readonly 'required.scopes'?: readonly string[];
  readonly 'http.request.method'?: string;
  /** Template of the matched route, never the raw path. */
  readonly 'http.route'?: string;
  /** Status of the refusal. */
  readonly 'http.response.status_code'?: number;
  readonly 'rpc.method'?: string;
  /** `false` when the TLS handshake was refused: there was no request. */
  readonly 'tls.established'?: false;
  readonly 'messaging.operation.name'?: string;
  /** The broker's scheme of the destination, e.g. `nats`. */
  readonly 'messaging.system'?: string;
  /** Where the message was found, without the scheme. */
  readonly 'messaging.destination.name'?: string;
  /** The id in its seal, once that is verified. */
  readonly 'messaging.message.id'?: string;
  /** The message was begun before, and not completed. */
  readonly 'messaging.redelivered'?: boolean;
  readonly trace_id: string;
  readonly span_id: string;
  /** Option paths of the waivers in force in this service. */
  readonly waivers?: readonly string[];
}
