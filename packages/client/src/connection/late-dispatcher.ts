/** A dispatcher that is chosen late. Undici dispatches a request some turns after it was asked to: what holds then counts. */
import { Dispatcher } from 'undici';

/** Asks at each request which dispatcher takes it. What `pick` throws ends the request, with nothing sent. */
export class LateDispatcher extends Dispatcher {
  readonly #pick: () => Dispatcher;

  constructor(pick: () => Dispatcher) {
    super();
    this.#pick = pick;
  }

  override dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
    return this.#pick().dispatch(options, handler);
  }
}
