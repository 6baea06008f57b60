/**
 * `npm run new-rule FAMILY ID`: the four parts of a rule, to be filled in. Tests fail until they are. Nothing that exists is
 * overwritten.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { FAMILIES, type Family } from '../server/src/rules/finding.ts';
import { inRoot } from './paths.ts';
import { PAGE_HEADINGS } from './rule-pages.ts';

const camel = (id: string): string => id.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());

function ruleText(family: Family, id: string): string {
  return `import { defineRule } from '../rule.ts';
import { quote } from '../support/words.ts';

export const ${camel(id)} = defineRule({
  id: '${id}',
  family: '${family}',
  title: '',
  severity: 'crash',
  check(extension, report) {
    for (const { function: view, step } of extension.callsTo('')) {
      const subject = view.renderPlaceOf(step);
      report.at({ function: view, steps: [step] }, { subject, message: \`\${quote(subject)}\` });
    }
  },
});
`;
}

/** The family's list with one more rule in it, sorted by id. */
export function withRule(index: string, family: string, id: string): string {
  const ids = [...index.matchAll(/from '\.\/([a-z0-9-]+)\.ts'/g)].map(match => match[1] ?? '');
  const all = [...new Set([...ids, id])].sort();
  const imports = all.map(one => `import { ${camel(one)} } from './${one}.ts';`);
  const list = family.toUpperCase().replaceAll('-', '_');
  const entries = all.map(one => `  ${camel(one)},`).join('\n');
  return `import type { Rule } from '../rule.ts';\n${imports.join('\n')}\n\nexport const ${list}: readonly Rule[] = [\n${entries}\n];\n`;
}

function create(family: Family, id: string): string[] {
  const folder = `test/fixtures/rules/${family}/${id}`;
  const index = `server/src/rules/${family}/index.ts`;
  mkdirSync(inRoot(folder), { recursive: true });
  const page = [`# ${id}`, '', ...PAGE_HEADINGS.flatMap(heading => [`## ${heading}`, ''])].join('\n');
  const files: readonly (readonly [string, string])[] = [
    [`server/src/rules/${family}/${id}.ts`, ruleText(family, id)],
    [`docs/rules/${id}.md`, page],
  ];
  const fresh = files.filter(([file]) => !existsSync(inRoot(file)));
  for (const [file, text] of fresh) writeFileSync(inRoot(file), text);
  writeFileSync(inRoot(index), withRule(readFileSync(inRoot(index), 'utf8'), family, id));
  return [...fresh.map(([file]) => file), index, `${folder}/ (racy-*.c and clean-*.c, three each)`];
}

if (import.meta.main) {
  const [family, id] = process.argv.slice(2);
  const known = FAMILIES.find(one => one === family);
  if (known === undefined || id === undefined || !/^[a-z][a-z0-9-]+$/.test(id)) {
    console.error(`usage: npm run new-rule FAMILY ID\nfamilies: ${FAMILIES.join(' ')}`);
    process.exitCode = 2;
  } else console.log(create(known, id).join('\n'));
}
