/**
 * Everything in the repository that is made from code: `npm run generate` writes it, `--check` (and a test) says what is not
 * current. One row a file; the facts of the C API have a generator of their own, because their source lies outside.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { COMMANDS } from '../server/src/cli/commands.ts';
import { commandHelp } from '../server/src/cli/help.ts';
import { FAMILIES } from '../server/src/rules/finding.ts';
import { RULES } from '../server/src/rules/registry.ts';
import type { Rule } from '../server/src/rules/rule.ts';
import { SETTINGS, type SettingType } from '../server/src/workspace/settings.ts';
import { configuration } from './contributes.ts';
import { GRAMMAR_FILE, grammarText } from './grammar.ts';
import { inRoot } from './paths.ts';
import { withHeader } from './rule-pages.ts';

interface Generated {
  readonly file: string;
  /** The whole text, from what stands there now: most files have hand-written parts. */
  readonly make: (current: string) => string;
}

export const GENERATED: readonly Generated[] = [
  { file: inRoot('package.json'), make: withSettings },
  { file: GRAMMAR_FILE, make: grammarText },
  {
    file: inRoot('README.md'),
    make: text => between(between(text, 'rules', rulesTable('docs/rules/')), 'settings', settingsTable()),
  },
  { file: inRoot('docs', 'command-line.md'), make: text => between(text, 'help', commandTexts()) },
  { file: inRoot('docs', 'rules', 'index.md'), make: text => between(text, 'rules', rulesTable('')) },
  ...RULES.map(rule => ({
    file: inRoot('docs', 'rules', `${rule.id}.md`),
    make: (text: string) => withHeader(text, rule),
  })),
];

/** Files whose text is not what it should be. */
export function outdated(): string[] {
  return GENERATED.filter(({ file, make }) => existsSync(file) && make(read(file)) !== read(file)).map(
    ({ file }) => file,
  );
}

function withSettings(text: string): string {
  const manifest = JSON.parse(text) as { contributes: Record<string, unknown> };
  manifest.contributes['configuration'] = configuration();
  return `${JSON.stringify(manifest, null, 2)}\n`;
}

/** Replaces what stands between the markers `<!-- NAME:start -->` and `<!-- NAME:end -->`. */
export function between(text: string, name: string, content: string): string {
  const start = `<!-- ${name}:start -->\n`;
  const end = `<!-- ${name}:end -->`;
  const from = text.indexOf(start);
  const to = text.indexOf(end);
  if (from < 0 || to < from) throw new Error(`The markers of '${name}' are missing.`);
  return text.slice(0, from + start.length) + content + text.slice(to);
}

const GROUP = { default: 'on', pedantic: 'pedantic', isolation: 'isolation' } as const;

function rulesTable(pages: string): string {
  const byFamily = FAMILIES.map(family => [family, RULES.filter(rule => rule.family === family)] as const);
  const row = (rule: Rule): string => {
    const page = existsSync(inRoot('docs', 'rules', `${rule.id}.md`));
    const name = page ? `[\`${rule.id}\`](${pages}${rule.id}.md)` : `\`${rule.id}\``;
    return `| ${name} | ${rule.title} | ${rule.severity} | ${GROUP[rule.group]} |`;
  };
  const tables = byFamily
    .filter(([, rules]) => rules.length > 0)
    .map(([family, rules]) =>
      [`**${family}**`, '', '| rule | finds | what goes wrong | runs |', '|---|---|---|---|', ...rules.map(row)].join(
        '\n',
      ),
    );
  return `\n${tables.join('\n\n')}\n\n`;
}

function settingsTable(): string {
  const rows = SETTINGS.map(
    ({ name, type, value, description }) =>
      `| \`${name}\` | ${kindOf(type)} | \`${JSON.stringify(value)}\` | ${description.replaceAll('|', '\\|')} |`,
  );
  return ['', '| setting | value | default | |', '|---|---|---|---|', ...rows, '', ''].join('\n');
}

/** What `--help` of every command prints. */
function commandTexts(): string {
  return COMMANDS.map(command => `\n### ${command.name}\n\n\`\`\`text\n${commandHelp(command).trim()}\n\`\`\`\n`)
    .join('')
    .concat('\n');
}

function kindOf(type: SettingType): string {
  switch (type.kind) {
    case 'choice':
      return type.values.map(value => `\`${value}\``).join(', ');
    case 'version':
      return 'a version';
    case 'strings':
      return `list of ${type.of === 'selector' ? 'rules' : `${type.of}s`}`;
    case 'table':
      return `table of ${type.of === 'selectors' ? 'lists of rules' : `${type.of}s`}`;
  }
}

function read(file: string): string {
  return readFileSync(file, 'utf8');
}

if (import.meta.main) {
  const stale = outdated();
  if (process.argv.includes('--check')) {
    if (stale.length > 0) console.error(`Not current, run npm run generate:\n  ${stale.join('\n  ')}`);
    process.exitCode = stale.length > 0 ? 1 : 0;
  } else {
    for (const { file, make } of GENERATED) if (stale.includes(file)) writeFileSync(file, make(read(file)));
    console.log(stale.length > 0 ? `Wrote ${stale.join(', ')}` : 'Everything is current.');
  }
}
