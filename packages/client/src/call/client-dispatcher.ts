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

/** Pairs of all the forms in which undici takes headers. */
function headerPairs(given: Options['headers']): [string, string][] {
  if (given === null || given === undefined) return [];
  const isFlat = Array.isArray(given) && given.every((one) => typeof one === 'string');
  const pairs: Iterable<readonly [string, HeaderValue]> = isFlat
    ? Array.from({ length: given.length / 2 }, (_none, index) => [given[2 * index] ?? '', given[2 * index + 1]])
    : Symbol.iterator in given
      ? (given as Iterable<[string, HeaderValue]>)
      : Object.entries(given);
  return Array.from(pairs).flatMap(([name, value = []]) =>
    [value].flat().map((one): [string, string] => [name, `${one}`]),
  );
}

function prepare({ method, headers, body, idempotent, upgrade }: Options, whom: DispatcherOptions): PreparedRequest {
  if (upgrade || method === 'CONNECT') throw new ServiceCallError('REQUEST_INVALID', { check: 'upgrade' });
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
    header: (name) => headers[name]?.toString(),
    discard: () => body.dump({ limit: 65_536 }),
    value: data,
  };
}

/** Hands an answer over, as fast as the handler takes it. */
async function pass(data: Data, handler: Dispatcher.DispatchHandler, control: DispatchControl): Promise<void> {
  handler.onResponseStart?.(control, data.statusCode, data.headers, data.statusText);
  await control.whileHeld();
  for await (const chunk of data.body as AsyncIterable<Buffer>) {
    handler.onResponseData?.(control, chunk);
    await control.whileHeld();
  }
  if (!control.aborted) handler.onResponseEnd?.(control, data.trailers);
}

/** The dispatcher. */
export class ClientDispatcher extends Dispatcher {
  readonly #parts: ClientParts;

  constructor(parts: ClientParts) {
    super();
    this.#parts = parts;
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
      if (dispatcher === undefined) throw new ServiceCallError('REQUEST_INVALID', { check: 'fetch of a test' });
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
