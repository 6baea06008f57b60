/** The pages of rules: their fixed headings, the generated header, and the code blocks that run as tests. */
import type { Rule } from '../server/src/rules/rule.ts';
import { demosOf } from '../server/src/simulator/scenarios/index.ts';

export const PAGE_HEADINGS = [
  'What it does',
  'Why it is a hazard without the GIL',
  'Example',
  'Use instead',
  'When it is not a hazard',
  'What we miss',
  'References',
] as const;

const GROUPS = {
  default: 'on by default',
  pedantic: 'pedantic, off by default',
  isolation: 'isolation, off by default',
};

/** The page with its header as the rule says it: everything above the first heading of the second level. */
export function withHeader(page: string, rule: Rule): string {
  const body = page.indexOf('\n## ');
  const exposure = [
    rule.exposure.freeThreaded ? 'free-threaded Python' : '',
    rule.exposure.perInterpreter ? 'one GIL for each interpreter' : '',
    rule.exposure.withGil ? 'the GIL too' : '',
  ].filter(part => part !== '');
  const facts = `Family \`${rule.family}\` · ${rule.severity} · ${GROUPS[rule.group]} · with ${exposure.join(', ')}`;
  const demos = demosOf([rule.id]).map(({ id }) => `\`gilproof demo ${id}\``);
  const shown = demos.length === 0 ? '' : `\nSee it happen: ${demos.join(', ')}\n`;
  return `# ${rule.id}\n\n${rule.title}.\n\n${facts}\n${shown}${body < 0 ? '' : page.slice(body)}`;
}

export interface PageBlock {
  readonly kind: 'racy' | 'fixed';
  readonly language: 'c' | 'cpp';
  readonly text: string;
}

/** Blocks fenced as `c racy`, `c fixed`, `cpp racy`, `cpp fixed`. */
export function blocksOf(page: string): PageBlock[] {
  return [...page.matchAll(/^```(c|cpp) (racy|fixed)\n([\s\S]*?)^```$/gm)].map(match => ({
    kind: match[2] === 'racy' ? 'racy' : 'fixed',
    language: match[1] === 'cpp' ? 'cpp' : 'c',
    text: match[3] ?? '',
  }));
}

export function headingsOf(page: string): string[] {
  return [...page.matchAll(/^## (.+)$/gm)].map(match => match[1] ?? '');
}
