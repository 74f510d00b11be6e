/**
 * The table of call faults: every way a call can end without an answer, once. Types, messages and the README come from
 * here. A code is public API: it is never renamed and never reused.
 */

/** One row of the table. */
export interface CallFaultRow {
  /** Whether the service may have got the request. `never` means that it is safe to send it again. */
  readonly requestSent: 'never' | 'maybe';
  /**
   * What the service that made the call answers its own caller, when it cannot do without: 401 and 403 when that caller
   * or its user is the reason, 502, 503 and 504 when something behind us is, 500 when we are.
   */
  readonly answerStatus: 401 | 403 | 500 | 502 | 503 | 504;
  /** What happened. */
  readonly meaning: string;
  /** What to do about it. */
  readonly fix: string;
}

/** The table. Keys are the codes. */
export const callFaults = {
  TARGET_REFUSED: {
    requestSent: 'never',
    answerStatus: 500,
    meaning: 'The path does not stay below baseUrl.',
    fix: 'Pass a path that begins with one slash, and put every variable part through encodeURIComponent.',
  },
  REQUEST_INVALID: {
    requestSent: 'never',
    answerStatus: 500,
    meaning: 'A part of the request is unknown or cannot be sent.',
    fix: 'Correct the part that is named.',
  },
  HEADER_REFUSED: {
    requestSent: 'never',
    answerStatus: 500,
    meaning: 'The request sets a header that is ours or that steers the connection.',
    fix: 'Leave it out. The credential comes from the credential source; never pass the Authorization header on.',
  },
  ON_BEHALF_OF_MISSING: {
    requestSent: 'never',
    answerStatus: 500,
    meaning: 'The call is for nobody: onBehalfOf is undefined, or absent where the client acts for subjects only.',
    fix: 'Pass the caller whose subject it is for. To call as this service, give credentials and leave onBehalfOf out.',
  },
  ON_BEHALF_OF_UNCONFIGURED: {
    requestSent: 'never',
    answerStatus: 500,
    meaning: 'The call is for a subject, and the client has no way to get a token for one.',
    fix: 'Give createServiceClient the option onBehalfOf: tokenExchange({ … }), or leave onBehalfOf out of the call.',
  },
  CLIENT_CLOSED: {
    requestSent: 'never',
    answerStatus: 503,
    meaning: 'The client is closed.',
    fix: 'Call close() at the very end, after the servers that use the client.',
  },
  WAIVER_ENDED: {
    requestSent: 'never',
    answerStatus: 500,
    meaning: 'The waiver for plain http has ended.',
    fix: 'Move to https, or renew the waiver.',
  },
  CREDENTIAL_UNAVAILABLE: {
    requestSent: 'never',
    answerStatus: 503,
    meaning: 'The source of credentials gave none: it is down, slow or throttling.',
    fix: 'Look at the issuer. Tokens in the cache are used until they expire; then calls wait for it.',
  },
  CREDENTIAL_REFUSED: {
    requestSent: 'never',
    answerStatus: 500,
    meaning: 'The issuer refused to give a token.',
    fix: 'Compare client id, secret, scope and audience with what is registered at the issuer.',
  },
  CERTIFICATE_MISMATCH: {
    requestSent: 'never',
    answerStatus: 503,
    meaning: 'The token is bound to a certificate that the connections do not show.',
    fix: 'Give mtls and the source of credentials the same identity source, so that both follow its changes.',
  },
  SUBJECT_MISSING: {
    requestSent: 'never',
    answerStatus: 403,
    meaning: 'The caller of this request is for no subject, or its token is none that can be exchanged.',
    fix: 'Demand subject: "required" on the route, or call as this service itself, without onBehalfOf.',
  },
  SUBJECT_EXPIRED: {
    requestSent: 'never',
    answerStatus: 401,
    meaning: 'The token of the subject has expired.',
    fix: 'Act for a subject while its request runs. What runs later calls as this service itself.',
  },
  SUBJECT_REFUSED: {
    requestSent: 'never',
    answerStatus: 401,
    meaning: 'The issuer does not take the token of the subject, or no longer.',
    fix: 'Answer 401, so that the caller gets a fresh one. Check that issuer is the one that issued the token.',
  },
  ACTOR_REFUSED: {
    requestSent: 'never',
    answerStatus: 403,
    meaning: 'This service may not act for the subject: may_act names another one, or eight actors do so already.',
    fix: 'Let the issuer name this service in may_act, or shorten the chain of calls.',
  },
  SCOPE_NOT_HELD: {
    requestSent: 'never',
    answerStatus: 403,
    meaning: 'The scopes to ask for are more than the token of the subject has.',
    fix: 'Ask for less, or say in within which scopes of the subject cover them.',
  },
  EXCHANGE_REFUSED: {
    requestSent: 'never',
    answerStatus: 403,
    meaning: 'The issuer gives no token for this subject, service and scope.',
    fix: 'Look into the policy of the issuer: who may act for whom, at which service, with which scopes.',
  },
  ISSUER_UNTRUSTED: {
    requestSent: 'never',
    answerStatus: 502,
    meaning: 'What answered is not the configured issuer, or sends the proof of this client elsewhere.',
    fix: 'Correct issuer, list the origin in tokenEndpointOrigins, or pass its CA with serverTls({ ca }).',
  },
  ISSUER_RESPONSE_INVALID: {
    requestSent: 'never',
    answerStatus: 502,
    meaning: 'The answer of the issuer breaks RFC 6749 or RFC 8414, or is too large.',
    fix: 'Check that issuer and discovery name an authorization server, and that it issues what was asked for: Bearer or DPoP.',
  },
  IDENTITY_UNAVAILABLE: {
    requestSent: 'never',
    answerStatus: 503,
    meaning: 'This service has no certificate to show: its source has none, or the last one has expired.',
    fix: 'Look at what issues the certificates of this service. At start, wait for ready() of the identity source.',
  },
  BUNDLE_UNAVAILABLE: {
    requestSent: 'never',
    answerStatus: 503,
    meaning: 'There is no trust bundle for the trust domain of the server, so nobody can prove to be it.',
    fix: 'Pass a set with the bundle of that trust domain, or federate with it. At start, wait for its ready().',
  },
  SERVER_UNTRUSTED: {
    requestSent: 'never',
    answerStatus: 502,
    meaning: 'The server did not prove to be the expected one. Nothing was sent to it.',
    fix: 'Compare its certificate with the options server and trustBundle; look for an expired certificate.',
  },
  CONNECTION_FAILED: {
    requestSent: 'never',
    answerStatus: 503,
    meaning: 'No connection to the service.',
    fix: 'Check that the service runs at baseUrl and can be reached.',
  },
  CONNECTION_LOST: {
    requestSent: 'maybe',
    answerStatus: 502,
    meaning: 'The connection ended before there was an answer.',
    fix: 'With TLS 1.3 this is also how a server refuses a client certificate: look at the log of the server.',
  },
  REDIRECT_REFUSED: {
    requestSent: 'maybe',
    answerStatus: 502,
    meaning: 'The service answered with a redirect. A credential is not carried to another place.',
    fix: 'Call the place itself, or make the service answer without redirects.',
  },
  TIMED_OUT: {
    requestSent: 'maybe',
    answerStatus: 504,
    meaning: 'The call took longer than timeoutSeconds.',
    fix: 'Look for what is slow: the issuer, the network or the service.',
  },
  ABORTED: {
    requestSent: 'maybe',
    answerStatus: 503,
    meaning: 'The signal of the call was aborted.',
    fix: 'Nothing, if that was intended.',
  },
} as const satisfies Record<string, CallFaultRow>;

/** Codes of call faults. */
export type CallFaultCode = keyof typeof callFaults;
