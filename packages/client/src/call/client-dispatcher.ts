/**
 * A client as a dispatcher of undici. It runs the same calls as `fetch` of the client: the same place, credential, time
 * and repeats. What is not for the origin of the client, upgrades and redirects are refused. Bodies pass as they are,
 * compressed ones too.
 */
import { DecoratorHandler, Dispatcher } from 'undici';
import { isRedirectStatus, type Answer } from '../connection/answer.ts';
import { DispatchControl } from './dispatch-control.ts';
import type { CallRunner } from './run-call.ts';
import type { Wire } from './send-call.ts';
import type { DispatcherOptions } from './service-client.ts';
import { ServiceCallError } from '../fault/service-call-error.ts';
import { prepareRequest, type PreparedRequest, type ServiceRequestBody } from './service-request.ts';
import type { BaseUrl } from './target-url.ts';
import { explainFailure, type Transport } from '../connection/transport.ts';

/** What it needs of its client. */
export interface ClientParts {
  readonly runner: Pick<CallRunner, 'run'>;
  readonly transport: Pick<Transport, 'dispatcher'>;
  readonly baseUrl: BaseUrl;
  readonly whom: DispatcherOptions;
}

type Options = Dispatcher.DispatchOptions;
type Data = Dispatcher.ResponseData;

/** The path of a request, as a URL that begins with that of the client when it is for that origin. */
function placeOf({ origin, path }: Options, base: BaseUrl): string {
  return `${origin instanceof URL ? origin.origin : (origin ?? base.origin)}${path}`;
}

type HeaderValue = string | readonly string[] | undefined;

function invalid(check: string): ServiceCallError {
  return new ServiceCallError('REQUEST_INVALID', { check });
}

/** Pairs of a list in which names and values take turns. */
function pairsOf(flat: readonly HeaderValue[]): [HeaderValue, HeaderValue][] {
  if (flat.length % 2 !== 0) throw invalid('headers');
  return Array.from({ length: flat.length / 2 }, (_none, index) => [flat[2 * index], flat[2 * index + 1]]);
}

/** Pairs of all the forms in which undici takes headers. */
function headerPairs(given: Options['headers']): [string, string][] {
  if (given === null || given === undefined) return [];
  const isFlat = Array.isArray(given) && typeof given[0] === 'string';
  const pairs: Iterable<readonly [HeaderValue, HeaderValue]> = isFlat
    ? pairsOf(given)
    : Symbol.iterator in given
      ? (given as Iterable<[string, HeaderValue]>)
      : Object.entries(given);
  return Array.from(pairs).flatMap(([name, value = []]) => {
    if (typeof name !== 'string') throw invalid('headers');
    return [value].flat().map((one): [string, string] => [name, `${one}`]);
  });
}

/** Whom the requests are for, from an object that says nothing else: what is misread would be sent as this service. */
function readWhom(whom: DispatcherOptions): DispatcherOptions {
  if (typeof whom !== 'object' || whom === null) throw invalid('options of dispatcher');
  const unknown = Object.keys(whom).find((name) => name !== 'onBehalfOf');
  if (unknown !== undefined) throw invalid(unknown);
  return 'onBehalfOf' in whom ? ({ onBehalfOf: whom.onBehalfOf } as DispatcherOptions) : {};
}

function prepare(options: Options, whom: DispatcherOptions): PreparedRequest {
  const { method, headers, body, idempotent, upgrade, path, query } = options;
  if (upgrade) throw invalid('upgrade');
  if (query !== undefined && path.includes('?')) throw invalid('query');
  const pairs = headerPairs(headers);
  const isLength = ([name]: readonly [string, string]): boolean => name.toLowerCase() === 'content-length';
  // Undici compares the length with the body, so it may be stated; it does not steer the connection.
  const length = pairs.filter(isLength).map(([, value]) => ['content-length', value] as const);
  const request = prepareRequest({
    ...whom,
    method,
    headers: pairs.filter((pair) => !isLength(pair)),
    body: (body ?? null) as ServiceRequestBody | null,
    ...(idempotent !== undefined && { idempotent }),
  });
  return { ...request, headers: { ...request.headers, ...Object.fromEntries(length) } };
}

function answerOf(data: Data): Answer<Data> {
  const { statusCode: status, headers, body } = data;
  return {
    status,
    isRedirect: isRedirectStatus(status),
    header: (name) => (headers[name] === undefined ? undefined : [headers[name]].flat().join(', ')),
    discard: () => body.dump({ limit: 65_536 }),
    value: data,
  };
}

/**
 * Hands an answer over, as fast as the handler takes it. A handler that throws ends the request, as it does at undici:
 * nobody would read the rest, and its connection would never be free.
 */
async function pass(data: Data, handler: Dispatcher.DispatchHandler, control: DispatchControl): Promise<void> {
  const tell = (step: () => void): void => {
    try {
      step();
    } catch (error) {
      control.abort(error as Error);
    }
  };
  tell(() => handler.onResponseStart?.(control, data.statusCode, data.headers, data.statusText));
  await control.whileHeld();
  for await (const chunk of data.body as AsyncIterable<Buffer>) {
    if (control.aborted) break;
    tell(() => handler.onResponseData?.(control, chunk));
    await control.whileHeld();
  }
  if (!control.aborted) tell(() => handler.onResponseEnd?.(control, data.trailers));
  if (control.reason !== null) throw control.reason;
}

/** The dispatcher. */
export class ClientDispatcher extends Dispatcher {
  readonly #parts: ClientParts;

  constructor(parts: ClientParts) {
    super();
    this.#parts = { ...parts, whom: readWhom(parts.whom) };
  }

  override dispatch(options: Options, given: Dispatcher.DispatchHandler): boolean {
    // It takes handlers of the older form too.
    const handler: Dispatcher.DispatchHandler = new DecoratorHandler(given);
    const control = new DispatchControl();
    handler.onRequestStart?.(control, {});
    this.#send(options, handler, control).catch((error: unknown) => {
      handler.onResponseError?.(control, control.reason ?? (error as Error));
    });
    return true;
  }

  async #send(options: Options, handler: Dispatcher.DispatchHandler, control: DispatchControl): Promise<void> {
    const { runner, baseUrl, whom } = this.#parts;
    const { value, deadline } = await runner.run({
      path: placeOf(options, baseUrl),
      prepare: () => prepare(options, whom),
      signal: control.signal,
      wire: this.#wire(options),
    });
    try {
      await pass(value, handler, control);
    } catch (error) {
      throw deadline.ended() ?? explainFailure(error);
    } finally {
      deadline.release();
    }
  }

  #wire({ query, headersTimeout, bodyTimeout }: Options): Wire<Data> {
    const { transport } = this.#parts;
    const more = {
      ...(query !== undefined && { query }),
      ...(headersTimeout !== undefined && { headersTimeout }),
      ...(bodyTimeout !== undefined && { bodyTimeout }),
    };
    return async (url, { method, headers, body, signal, ...route }) => {
      const { origin, pathname, search } = new URL(url);
      const dispatcher = transport.dispatcher(route);
      if (dispatcher === undefined) throw invalid('fetch of a test');
      const path = pathname + search;
      const request = { ...more, origin, path, method, headers, body, signal } as Dispatcher.RequestOptions;
      try {
        return answerOf(await dispatcher.request(request));
      } catch (error) {
        throw explainFailure(error);
      }
    };
  }
}
