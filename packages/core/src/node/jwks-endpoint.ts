/**
 * Serves the public keys of a key ring to anybody (RFC 7517 §8.5.2), and those of the past, as a middleware of the kind
 * that Connect, Express, NestJS and plain Node share. Everything else it hands on untouched: mount it in front of the
 * wall. A ring that has no keys yet answers 503: an empty document would withdraw the keys that verifiers have.
 */
import { FaultCollector } from '../errors/configuration-error.ts';
import type { SigningKeyRing } from '../signature/signing-key-ring.ts';
import type { NodeMiddleware } from './resource-metadata.ts';

/** Options of `jwksEndpoint`. */
export interface JwksEndpointOptions {
  /** Default `/.well-known/jwks.json`. */
  readonly path?: string;
  /** Path of the keys of the past. Default `/.well-known/historical-keys.json`. */
  readonly historyPath?: string;
  /** How long others may keep a document, in seconds. Default 300; at most `publishBeforeSeconds` of the ring. */
  readonly maxAgeSeconds?: number;
}

/** What is served. */
export type ServedKeyRing = Pick<SigningKeyRing, 'jwks' | 'historicalKeys' | 'publishBeforeSeconds'>;

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | number>>;
  readonly body: Buffer;
}

const known = ['path', 'historyPath', 'maxAgeSeconds'];
const defaultMaxAgeSeconds = 300;
const retrySeconds = 5;
const isPath = /^\/[\w.~/-]*$/;

function check(ring: ServedKeyRing, options: JwksEndpointOptions): Required<JwksEndpointOptions> {
  const faults = new FaultCollector('jwksEndpoint');
  if (typeof ring?.jwks !== 'function' || typeof ring.historicalKeys !== 'function') {
    faults.add('CONFIG_MISSING', 'ring', 'is no key ring', 'pass createSigningKeyRing({ keys })');
    faults.throwIfAny();
  }
  faults.onlyKnown(options, known);
  const paths = {
    path: options.path ?? '/.well-known/jwks.json',
    historyPath: options.historyPath ?? '/.well-known/historical-keys.json',
  };
  for (const [name, path] of Object.entries(paths)) {
    if (typeof path === 'string' && isPath.test(path)) continue;
    faults.add('CONFIG_INVALID', name, 'is not a path', 'write e.g. "/.well-known/jwks.json"');
  }
  if (paths.path === paths.historyPath) {
    faults.add('CONFIG_CONFLICT', 'historyPath', 'is the path of the keys of now', 'write another one');
  }
  const longest = ring.publishBeforeSeconds;
  const { maxAgeSeconds = Math.min(defaultMaxAgeSeconds, longest) } = options;
  if (!(Number.isInteger(maxAgeSeconds) && maxAgeSeconds >= 0 && maxAgeSeconds <= longest)) {
    const fix = `write a whole number, at most publishBeforeSeconds of the ring (${longest})`;
    faults.add('CONFIG_INVALID', 'maxAgeSeconds', 'is out of range', fix);
  }
  faults.throwIfAny();
  return { ...paths, maxAgeSeconds };
}

const withoutKeys: Answer = {
  status: 503,
  headers: { 'retry-after': retrySeconds, 'cache-control': 'no-store', 'content-length': 0 },
  body: Buffer.alloc(0),
};

/** Makes the answer of a document, once for each document. */
function answers(type: string, maxAgeSeconds: number): (document: object) => Answer {
  let last: { readonly document: object; readonly answer: Answer } | undefined;
  return (document) => {
    if (last?.document === document) return last.answer;
    const body = Buffer.from(JSON.stringify(document));
    const cacheControl = `public, max-age=${maxAgeSeconds}`;
    const headers = { 'content-type': type, 'cache-control': cacheControl, 'content-length': body.length };
    last = { document, answer: { status: 200, headers, body } };
    return last.answer;
  };
}

/**
 * The middleware.
 * @throws {ConfigurationError} with every fault of the options.
 */
export function jwksEndpoint(ring: ServedKeyRing, options: JwksEndpointOptions = {}): NodeMiddleware {
  const { path, historyPath, maxAgeSeconds } = check(ring, options);
  const jwks = answers('application/jwk-set+json', maxAgeSeconds);
  const history = answers('application/json', maxAgeSeconds);

  const answerOf = (target: string | undefined): Answer | undefined => {
    if (target !== path && target !== historyPath) return undefined;
    const historicalKeys = ring.historicalKeys();
    if (historicalKeys.keys.length === 0) return withoutKeys;
    return target === path ? jwks(ring.jwks()) : history(historicalKeys);
  };

  return function jwksEndpoint(request, response, next) {
    const { method, originalUrl, url = '' } = request;
    const isReader = method === 'GET' || method === 'HEAD';
    const answer = isReader ? answerOf((originalUrl ?? url).split('?')[0]) : undefined;
    if (answer === undefined) return next();
    response.writeHead(answer.status, answer.headers);
    response.end(method === 'HEAD' ? undefined : answer.body);
  };
}
