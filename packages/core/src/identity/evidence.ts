/**
 * How the caller was proven. Policy knows a caller's proof only as evidence; the audit event is written from it.
 */

/** How much a proof is worth: `high` is bound to a key the caller holds, `medium` is a bearer token, `low` is hearsay. */
export type Assurance = 'high' | 'medium' | 'low';

/** How a token is bound to a key: to a certificate (RFC 8705), to a DPoP key (RFC 9449), or not at all. */
export type TokenBinding = 'x5t#S256' | 'jkt' | 'none';

/** The replay store could not tell about a proof: nobody permitted that yet, or a waiver of the service does. */
export type UncheckedReplay = 'unchecked' | 'waived';

/** The revocation store could not tell about a token or certificate: nobody permitted that yet, or a waiver of the service does. */
export type UncheckedRevocation = 'unchecked' | 'waived';

/** A verified token. Nothing in it can be replayed. */
export interface AccessTokenEvidence {
  readonly kind: 'access-token';
  /** Canonical workload id this token speaks for. */
  readonly workload: string;
  /** The issuer; with a JWT-SVID the trust domain, as `spiffe://…`. */
  readonly issuer: string;
  /**
   * The claim that names the workload. `act.sub`: it acts for the subject under a delegation that the issuer signed.
   * Otherwise the client the token was issued to (`client_id`, `azp`, `appid`, `cid`), or `sub`.
   */
  readonly callerClaim: string;
  /** Name of the token profile that judged it, e.g. `at+jwt`. */
  readonly profile: string;
  /** The client the token was issued to, where the profile knows clients. */
  readonly clientId: string | undefined;
  readonly audience: readonly string[];
  /** The `typ` of a JWT; `opaque` when the issuer was asked about a token that is none. */
  readonly tokenType: string;
  /** Of the signature; undefined when there is none that we verified. */
  readonly algorithm: string | undefined;
  readonly keyId: string | undefined;
  readonly jti: string | undefined;
  /** Epoch milliseconds, when the token says it. */
  readonly issuedAt: number | undefined;
  /** Epoch milliseconds. */
  readonly expiresAt: number;
  readonly binding: TokenBinding;
  /** Only when the proof beside the token could not be looked up among those used before. */
  readonly replay?: UncheckedReplay;
  /** Only when nobody could tell whether the token is revoked. */
  readonly revocation?: UncheckedRevocation;
  /** Authentication context of the subject (`acr`), when the token says it. */
  readonly acr?: string;
  /** When the subject authenticated (`auth_time`), in epoch milliseconds, when the token says it. */
  readonly authTime?: number;
}

/** A verified client certificate. */
export interface ClientCertificateEvidence {
  readonly kind: 'client-certificate';
  /** Canonical workload id the certificate names, or that its DNS name is mapped to. */
  readonly workload: string;
  /** The trust domain of the SPIFFE ID; or the name of the PKI. */
  readonly trustDomain: string;
  /** Only when a DNS name was mapped: that name. */
  readonly dnsName?: string;
  /** SHA-256 of the DER, upper-case hex without colons. */
  readonly sha256: string;
  /** Serial number, upper-case hex. */
  readonly serialNumber: string;
  /** Epoch milliseconds. */
  readonly notBefore: number;
  /** Epoch milliseconds. */
  readonly notAfter: number;
  /** Only when nobody could tell whether the certificate is revoked. */
  readonly revocation?: UncheckedRevocation;
}

/** What a proven proxy said of the certificate of its client. */
export interface ForwardedCertificateEvidence {
  readonly kind: 'forwarded-certificate';
  /** Canonical workload id. */
  readonly workload: string;
  readonly trustDomain: string;
  /** The format of the header, e.g. `xfcc`. */
  readonly format: string;
  /** How the proxy was proven: its id, or `unix-socket`, `loopback`, `address`. */
  readonly hop: string;
  /** The place of the element that counted, from the right: 1 is the last. */
  readonly element: number;
  /** The certificate, when the proxy forwarded all of it and it was verified; otherwise the name is the proxy's word. */
  readonly certificate?: ClientCertificateEvidence;
  /** SHA-256 of the DER, upper-case hex, when it is known. */
  readonly sha256?: string;
  /** Only when nobody could tell whether the certificate, or what the proxy said of it, is revoked. */
  readonly revocation?: UncheckedRevocation;
}

/** An opened seal of a message: who produced it, for where, and that it was not altered. */
export interface SealedMessageEvidence {
  readonly kind: 'sealed-message';
  /** Canonical workload id of the producer. */
  readonly workload: string;
  /** Id of the message, unique for its producer. */
  readonly messageId: string;
  /** Where it was sealed for, and found: `nats:orders.placed`. */
  readonly destination: string;
  /** SHA-256 of the payload, as `sha-256:` and base64url. */
  readonly digest: string;
  readonly audience: readonly string[];
  readonly algorithm: string;
  readonly keyId: string;
  /** Epoch milliseconds. */
  readonly issuedAt: number;
  /** Epoch milliseconds: until then the message carries authority. */
  readonly expiresAt: number;
  /** The message was begun before and not completed: the broker delivered it again. */
  readonly redelivered: boolean;
  /** The `traceparent` of its production, when the seal carries one. */
  readonly traceparent?: string;
  /** No store of revocations is asked about messages; their keys are revoked in the history of their producer. */
  readonly revocation?: undefined;
}

/** One proof. More kinds come with more mechanisms: handle the ones you know by `kind`. */
export type Evidence =
  | AccessTokenEvidence
  | ClientCertificateEvidence
  | ForwardedCertificateEvidence
  | SealedMessageEvidence;
