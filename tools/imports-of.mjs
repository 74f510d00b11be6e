/**
 * Reads the imports of a module. It knows comments, strings and templates well enough that an `import` inside one is
 * not taken for an import, and no more: the compiler has accepted the file already.
 */

/**
 * @typedef {object} Import
 * @property {string} specifier
 * @property {boolean} typeOnly nothing of it is left at run time
 * @property {number} line
 */

const statement = /\b(?:import|export)\s+(type\s+)?(?:([\w*{}\s,$]+?)\s+from\s*)?(['"])([^'"\n]+)\3/g;
const dynamic = /\b(?:import|require)\s*\(\s*(['"])([^'"\n]+)\1/g;

/**
 * Replaces comments by spaces and the text of templates by `_`, line by line, so that positions stay.
 * @param {string} text
 */
export function withoutComments(text) {
  const parts =
    /(\/\*[\s\S]*?\*\/|\/\/[^\n]*)|'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\[\s\S])*`|(?<=[=(,:?[!&|]\s*)\/(?![/*])(?:[^/\\\n[]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*/g;
  return text.replace(parts, (found, comment) => {
    if (comment !== undefined) return found.replace(/[^\n]/g, ' ');
    return found.startsWith('`') ? found.replace(/[^\n`]/g, '_') : found;
  });
}

/** Every name in `{ type A, type B }` is a type. */
const allTypes = (/** @type {string} */ clause) =>
  /^\{[\s\S]*\}$/.test(clause) &&
  clause
    .slice(1, -1)
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '')
    .every((name) => name.startsWith('type '));

/**
 * @param {string} text the source of a module
 * @returns {Import[]} in the order of the text
 */
export function importsOf(text) {
  const code = withoutComments(text);
  const lineAt = (/** @type {number} */ index) => code.slice(0, index).split('\n').length;
  const found = [];
  for (const match of code.matchAll(statement)) {
    const typeOnly = match[1] !== undefined || allTypes((match[2] ?? '').trim());
    found.push({ specifier: match[4] ?? '', typeOnly, line: lineAt(match.index) });
  }
  for (const match of code.matchAll(dynamic)) {
    found.push({ specifier: match[2] ?? '', typeOnly: false, line: lineAt(match.index) });
  }
  return found.sort((a, b) => a.line - b.line);
}
