/** Files that come along with the program: beside the bundle in `dist/`, or in the repository when it runs from sources. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const HERE = dirname(fileURLToPath(import.meta.url));

/** Directory of the pages of rules; null when they did not come along. */
function rulePages(): string | null {
  return [join(HERE, 'rules'), join(HERE, '../../../docs/rules')].find(path => existsSync(path)) ?? null;
}

/** The Markdown page of a rule, or null. */
export function rulePage(rule: string): string | null {
  const pages = rulePages();
  // Names come from the command line: only what a rule can be called is looked up.
  if (pages === null || !/^[a-z0-9-]+$/.test(rule)) return null;
  // Pages may stand in folders of families.
  const direct = join(pages, `${rule}.md`);
  if (existsSync(direct)) return readFileSync(direct, 'utf8');
  for (const entry of readdirSync(pages, { withFileTypes: true })) {
    const nested = join(pages, entry.name, `${rule}.md`);
    if (entry.isDirectory() && existsSync(nested)) return readFileSync(nested, 'utf8');
  }
  return null;
}

/** The program that checks extensions in a thread of its own; null when it did not come along. */
export function workerProgram(): string | null {
  return [join(HERE, 'worker.cjs'), join(HERE, 'worker.ts')].find(path => existsSync(path)) ?? null;
}
