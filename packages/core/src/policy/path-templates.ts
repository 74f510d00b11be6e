/** Templates of paths from their parts, as routers put them together: for listings, never for a decision. */

/** Every combination of the parts, each of them one text or several; slashes once, and none at the end. */
export function pathTemplates(...parts: readonly (string | readonly string[])[]): string[] {
  const joined = parts.reduce<readonly string[]>(
    (before, part) => before.flatMap((start) => [part].flat().map((text) => `${start}/${text}`)),
    [''],
  );
  return joined.map((path) => path.replaceAll(/\/+/g, '/').replace(/(?<=.)\/$/, ''));
}
