/**
 * Sends commands with a bound on their time and on their number. A server that hangs costs a request this much time and
 * no more, nothing is sent twice, and nothing is queued for a connection that does not exist: a queue would be sent all
 * at once when the server is back.
 */
import type { RedisStoreSettings } from './redis-store-options.ts';
import { failedCommand, RedisStoreError } from './redis-store-error.ts';

/** Sends what the function sends, and waits for its answer. Rejects with `RedisStoreError`. */
export type SendBounded = <T>(send: () => Promise<T>) => Promise<T>;

/** Commands that got no answer in time and still may. Beyond them the server counts as hanging. */
const maximumLate = 100;

/** Makes the sender of one store. */
export function createSendBounded({ client, timeoutMilliseconds }: RedisStoreSettings): SendBounded {
  let late = 0;
  return (send) => {
    if (client.isReady === false) return Promise.reject(new RedisStoreError('There is no connection.'));
    if (late >= maximumLate) return Promise.reject(new RedisStoreError('Too many commands wait for an answer.'));
    return new Promise((resolve, reject) => {
      let isLate = false;
      const timer = setTimeout(() => {
        isLate = true;
        late += 1;
        reject(new RedisStoreError(`There was no answer within ${timeoutMilliseconds} ms.`));
      }, timeoutMilliseconds).unref();
      const settle = (): void => {
        clearTimeout(timer);
        if (isLate) late -= 1;
      };
      // A client that throws where it should reject is caught as well.
      void Promise.resolve()
        .then(send)
        .then(
          (answer) => {
            settle();
            resolve(answer);
          },
          (error: unknown) => {
            settle();
            reject(failedCommand(error));
          },
        );
    });
  };
}
