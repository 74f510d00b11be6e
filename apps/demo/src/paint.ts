/** Colour, only where it is welcome: on a terminal, and not under NO_COLOR (https://no-color.org). */

/** Colours texts, or leaves them as they are. */
export interface Paint {
  readonly good: (text: string) => string;
  readonly bad: (text: string) => string;
  readonly strong: (text: string) => string;
  readonly faint: (text: string) => string;
}

/** Makes it for a stream. */
export function paintFor(
  stream: { readonly isTTY?: boolean },
  environment: Readonly<Record<string, string | undefined>>,
): Paint {
  const isWelcome = stream.isTTY === true && (environment['NO_COLOR'] ?? '') === '';
  const code =
    (number: number) =>
    (text: string): string =>
      isWelcome ? `\u001b[${number}m${text}\u001b[0m` : text;
  return { good: code(32), bad: code(31), strong: code(1), faint: code(2) };
}
