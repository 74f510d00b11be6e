/**
 * Connections that follow what they are made from. After a change no request starts on an old connection: the agent is
 * replaced in one step, at the moment a request is dispatched. Requests that already run end on the old agent, for half
 * a minute. A new agent is made by the next request, so quick changes without requests make none.
 */
import type { Dispatcher } from 'undici';
import type { ConnectionChoice, Connections } from './client-tls.ts';
import { openAgent, openSingly, type ConnectionSettings, type OpenAgent } from './connections.ts';
import { LateDispatcher } from './late-dispatcher.ts';
import { ServiceCallError } from '../fault/service-call-error.ts';

/** What connections are made from. */
export interface ConnectionSource {
  /**
   * The settings of now: the same object for as long as nothing changed.
   * @throws {ServiceCallError} when nothing may be sent.
   */
  current(): ConnectionSettings;
  /** Calls back after each change, until the answer is called. */
  watch(listener: () => void): () => void;
}

/** What was opened under the settings of now. */
interface Active {
  readonly settings: ConnectionSettings;
  readonly shared: OpenAgent;
  /** Agents of requests that have a connection of their own. */
  readonly running: Set<OpenAgent>;
}

const longestRetirementSeconds = 30;

/** Opens them. `retirementSeconds` is how long requests may go on after the change that outdated them. */
export function openRotatingConnections(
  source: ConnectionSource,
  retirementSeconds: number = longestRetirementSeconds,
): Connections {
  const retired = new Set<Promise<void>>();
  let active: Active | undefined;
  let closing: Promise<void> | undefined;

  const retireAgent = (open: OpenAgent): void => {
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

  const retire = (): void => {
    if (active === undefined) return;
    const { shared, running } = active;
    active = undefined;
    for (const open of [shared, ...running]) retireAgent(open);
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

  const pick = (choice: ConnectionChoice): Dispatcher => {
    if (closing !== undefined) throw new ServiceCallError('CLIENT_CLOSED');
    const settings = settle();
    active ??= { settings, shared: openAgent(settings), running: new Set() };
    return choice === 'new' ? openSingly(settings, active.running) : active.shared.agent;
  };

  const stop = source.watch(() => {
    try {
      settle();
    } catch {
      // Whoever sends the next request is told.
    }
  });
  const dispatchers = { any: new LateDispatcher(() => pick('any')), new: new LateDispatcher(() => pick('new')) };
  return {
    dispatcher: (choice = 'any') => {
      pick(choice);
      return dispatchers[choice];
    },
    certificateThumbprint: () => settle().certificateThumbprint,
    close: () => {
      if (closing !== undefined) return closing;
      stop();
      const last = active === undefined ? [] : [active.shared, ...active.running].map((open) => open.close());
      active = undefined;
      closing = Promise.all([...last, ...retired]).then(() => {});
      return closing;
    },
  };
}
