/** Writes the generated pages: `npm run generate`. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { generatedPages } from './generated-pages.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const { pages } = await generatedPages(root);
for (const [path, text] of Object.entries(pages)) {
  writeFileSync(join(root, path), text);
  console.log(`wrote ${path}`);
}
