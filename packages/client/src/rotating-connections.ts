/**
 * Connections that follow what they are made from. After a change no request starts on an old connection: the agent is
 * replaced in one step, at the moment a request is dispatched. Requests that already run end on the old agent, for half
 * a minute. A new agent is made by the next request, so quick changes without requests make none.
 */
import { Dispatcher } from 'undici';
import type { Connections } from './client-tls.ts';
import { openAgent, type ConnectionSettings, type OpenAgent } from './connections.ts';
import { ServiceCallError } from './service-call-error.ts';

/** What connections are made from. */
export interface ConnectionSource {
  /**
   * The settings of now: the same object for as long as nothing changed.
   * @throws {ServiceCallError} when nothing may be sent.
   */
  current(): ConnectionSettings;
  /** Calls back after each change, until the answer is called. */
  watch(listener: () => void): () => void;
  /**
   * Thumbprint of the certificate that the settings of now show.
   * @throws {ServiceCallError} when nothing may be sent.
   */
  certificateThumbprint(): string;
}

const longestRetirementSeconds = 30;

/** Undici dispatches a request some turns after it was asked to: which agent takes it is decided then. */
class CurrentDispatcher extends Dispatcher {
  readonly #pick: () => Dispatcher;

  constructor(pick: () => Dispatcher) {
    super();
    this.#pick = pick;
  }

  override dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
    return this.#pick().dispatch(options, handler);
  }
}

/** Opens them. `retirementSeconds` is how long requests may go on after the change that outdated them. */
export function openRotatingConnections(
  source: ConnectionSource,
  retirementSeconds: number = longestRetirementSeconds,
): Connections {
  const retired = new Set<Promise<void>>();
  let active: { readonly settings: ConnectionSettings; readonly open: OpenAgent } | undefined;
  let closing: Promise<void> | undefined;

  const retire = (): void => {
    if (active === undefined) return;
    const { open } = active;
    active = undefined;
    const expected = `an answer within ${retirementSeconds} s of a change of identity or trust`;
    const cut = (): void => open.destroy(new ServiceCallError('CONNECTION_LOST', { check: 'rotation', expected }));
    const timer = setTimeout(cut, retirementSeconds * 1000);
    timer.unref();
    const ended = open.close().finally(() => {
      clearTimeout(timer);
      retired.delete(ended);
    });
    retired.add(ended);
  };

  /** The settings of now. Whatever was opened under others is retired. */
  const settle = (): ConnectionSettings => {
    try {
      const settings = source.current();
      if (active?.settings !== settings) retire();
      return settings;
    } catch (error) {
      retire();
      throw error;
    }
  };

  const pick = (): Dispatcher => {
    if (closing !== undefined) throw new ServiceCallError('CLIENT_CLOSED');
    const settings = settle();
    active ??= { settings, open: openAgent(settings) };
    return active.open.agent;
  };

  const stop = source.watch(() => {
    try {
      settle();
    } catch {
      // Whoever sends the next request is told.
    }
  });
  const dispatcher = new CurrentDispatcher(pick);
  return {
    dispatcher: () => {
      pick();
      return dispatcher;
    },
    certificateThumbprint: () => source.certificateThumbprint(),
    close: () => {
      if (closing !== undefined) return closing;
      stop();
      const last = active?.open.close();
      active = undefined;
      closing = Promise.all([last, ...retired]).then(() => {});
      return closing;
    },
  };
}
