/** The header lines that were taken off requests: they are presented to the check, and to nothing else. */

/** Name in lower case, value. */
export type ForwardedLine = readonly [name: string, value: string];

/** What was taken off one request. */
export interface TakenLines {
  /** Perhaps none: then the request was gone through, and had none. */
  readonly lines: readonly ForwardedLine[];
  /** The names that were looked for last. */
  readonly names: ReadonlySet<string>;
}

/** By request. */
export const takenLines: WeakMap<object, TakenLines> = new WeakMap();
