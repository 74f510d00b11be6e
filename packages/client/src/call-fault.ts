/**
 * The table of call faults: every way a call can end without an answer, once. Types, messages and the README come from
 * here. A code is public API: it is never renamed and never reused.
 */

/** One row of the table. */
export interface CallFaultRow {
  /** Whether the service may have got the request. `never` means that it is safe to send it again. */
  readonly requestSent: 'never' | 'maybe';
  /** What happened. */
  readonly meaning: string;
  /** What to do about it. */
  readonly fix: string;
}

/** The table. Keys are the codes. */
export const callFaults = {
  TARGET_REFUSED: {
    requestSent: 'never',
    meaning: 'The path does not stay below baseUrl.',
    fix: 'Pass a path that begins with one slash, and put every variable part through encodeURIComponent.',
  },
  REQUEST_INVALID: {
    requestSent: 'never',
    meaning: 'The method, a header or the body cannot be sent.',
    fix: 'Correct the part that is named; the standard of fetch says what it may be.',
  },
  HEADER_REFUSED: {
    requestSent: 'never',
    meaning: 'The request sets a header that is ours or that steers the connection.',
    fix: 'Leave it out. The credential comes from the credential source; never pass the Authorization header on.',
  },
  SUBJECT_MISSING: {
    requestSent: 'never',
    meaning: 'The call is for nobody: onBehalfOf is undefined, or absent where the client acts for subjects only.',
    fix: 'Pass the caller whose subject it is for. To call as this service, give the client credentials and leave onBehalfOf out.',
  },
  ON_BEHALF_OF_UNCONFIGURED: {
    requestSent: 'never',
    meaning: 'The call is for a subject, and the client has no way to get a token for one.',
    fix: 'Give createServiceClient the option onBehalfOf: tokenExchange({ … }), or leave onBehalfOf out of the call.',
  },
  CLIENT_CLOSED: {
    requestSent: 'never',
    meaning: 'The client is closed.',
    fix: 'Call close() at the very end, after the servers that use the client.',
  },
  WAIVER_ENDED: {
    requestSent: 'never',
    meaning: 'The waiver for plain http has ended.',
    fix: 'Move to https, or renew the waiver.',
  },
  CREDENTIAL_UNAVAILABLE: {
    requestSent: 'never',
    meaning: 'The source of credentials gave none: it is down, slow or throttling.',
    fix: 'Look at the issuer. Tokens in the cache are used until they expire; then calls wait for it.',
  },
  CREDENTIAL_REFUSED: {
    requestSent: 'never',
    meaning: 'The issuer refused to give a token.',
    fix: 'Compare client id, secret, scope and audience with what is registered at the issuer.',
  },
  CERTIFICATE_MISMATCH: {
    requestSent: 'never',
    meaning: 'The token is bound to a certificate that the connections do not show.',
    fix: 'Give mtls and the source of credentials the same identity source, so that both follow its changes.',
  },
  ISSUER_UNTRUSTED: {
    requestSent: 'never',
    meaning: 'What answered is not the configured issuer, or sends the client secret elsewhere.',
    fix: 'Correct issuer, list the origin in tokenEndpointOrigins, or pass its CA with serverTls({ ca }).',
  },
  ISSUER_RESPONSE_INVALID: {
    requestSent: 'never',
    meaning: 'The answer of the issuer breaks RFC 6749 or RFC 8414, or is too large.',
    fix: 'Check that issuer and discovery name an authorization server, and that it issues bearer tokens.',
  },
  IDENTITY_UNAVAILABLE: {
    requestSent: 'never',
    meaning: 'This service has no certificate to show: its source has none, or the last one has expired.',
    fix: 'Look at what issues the certificates of this service. At start, wait for ready() of the identity source.',
  },
  BUNDLE_UNAVAILABLE: {
    requestSent: 'never',
    meaning: 'There is no trust bundle for the trust domain of the server, so nobody can prove to be it.',
    fix: 'Pass a set with the bundle of that trust domain, or federate with it. At start, wait for its ready().',
  },
  SERVER_UNTRUSTED: {
    requestSent: 'never',
    meaning: 'The server did not prove to be the expected one. Nothing was sent to it.',
    fix: 'Compare its certificate with the options server and trustBundle; look for an expired certificate.',
  },
  CONNECTION_FAILED: {
    requestSent: 'never',
    meaning: 'No connection to the service.',
    fix: 'Check that the service runs at baseUrl and can be reached.',
  },
  CONNECTION_LOST: {
    requestSent: 'maybe',
    meaning: 'The connection ended before there was an answer.',
    fix: 'With TLS 1.3 this is also how a server refuses a client certificate: look at the log of the server.',
  },
  REDIRECT_REFUSED: {
    requestSent: 'maybe',
    meaning: 'The service answered with a redirect. A credential is not carried to another place.',
    fix: 'Call the place itself, or make the service answer without redirects.',
  },
  TIMED_OUT: {
    requestSent: 'maybe',
    meaning: 'The call took longer than timeoutSeconds.',
    fix: 'Look for what is slow: the issuer, the network or the service.',
  },
  ABORTED: {
    requestSent: 'maybe',
    meaning: 'The signal of the call was aborted.',
    fix: 'Nothing, if that was intended.',
  },
} as const satisfies Record<string, CallFaultRow>;

/** Codes of call faults. */
export type CallFaultCode = keyof typeof callFaults;
