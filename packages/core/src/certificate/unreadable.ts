/** How the readers of this folder give up: inside they throw, and `readCertificateFields` turns it into a value. */

/** Thrown by a reader, with what it could not read. Leaves the folder never. */
export class Unreadable extends Error {}

/** The value, if it could be read. */
export function must<T>(value: T | undefined, problem: string): T {
  if (value === undefined) throw new Unreadable(problem);
  return value;
}
