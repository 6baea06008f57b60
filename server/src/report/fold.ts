/**
 * What is one thing to cure is told once to people, where editors and tools get every place: one subject in one function, and a
 * type, flag or library that several places of a file use without a lock, whatever goes wrong there: one lock cures them all.
 * The other places stand beside the finding. Comments and baselines come first, so that what they accept does not take along
 * what it stands for.
 */
import { MAX_RELATED } from '../rules/check.ts';
import { type Family, SEVERITIES } from '../rules/finding.ts';
import type { FileReport, ReportedFinding } from '../workspace/service.ts';
import { LEVELS } from '../workspace/settings.ts';

export function folded(report: FileReport): FileReport {
  return { ...report, findings: fold(fold(report.findings, inOneFunction), ofOneOwner) };
}

/** Families whose findings say that others use the subject too: who makes its use in a function right does it for all of them. */
const SHARED_USE: ReadonlySet<Family> = new Set([
  'borrowed-refs',
  'object-state',
  'globals',
  'refcounts',
  'atomics',
  'buffers',
]);

function inOneFunction({ rule, family, owner, subject, site, confidence }: ReportedFinding): string | null {
  const about = SHARED_USE.has(family) ? 'shared use' : rule;
  return site.function === null ? null : [about, site.function, owner ?? subject, confidence].join('\0');
}

/** Whatever the rule: where one is told, the lock that cures it is told. */
function ofOneOwner({ owner, confidence }: ReportedFinding): string | null {
  return owner === undefined ? null : [owner, confidence].join('\0');
}

/** The worst finding of each group, the first of those, stands for all of it. */
function fold(
  findings: readonly ReportedFinding[],
  keyOf: (finding: ReportedFinding) => string | null,
): readonly ReportedFinding[] {
  const groups = new Map<string, ReportedFinding[]>();
  for (const finding of findings) {
    const key = keyOf(finding);
    if (key === null) continue;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [finding]);
    else group.push(finding);
  }
  return findings.flatMap(finding => {
    const group = groups.get(keyOf(finding) ?? '') ?? [];
    if (group.length < 2) return [finding];
    const worst = worstOf(group);
    return finding === worst ? [together(worst, group)] : [];
  });
}

function worstOf(group: readonly ReportedFinding[]): ReportedFinding | undefined {
  return group.reduce((worst, finding) => (isWorse(finding, worst) ? finding : worst));
}

function isWorse(a: ReportedFinding, b: ReportedFinding): boolean {
  const level = LEVELS.indexOf(a.level) - LEVELS.indexOf(b.level);
  return level < 0 || (level === 0 && SEVERITIES.indexOf(a.severity) < SEVERITIES.indexOf(b.severity));
}

function functionsOf(group: readonly ReportedFinding[]): number {
  return new Set(group.map(finding => finding.site.function)).size;
}

/** One of them, with the others as notes: the one that it races with, then as many as are shown. */
function together(told: ReportedFinding, group: readonly ReportedFinding[]): ReportedFinding {
  const others = group.filter(finding => finding !== told);
  const notes = others.map(({ file, span, ...other }) => ({ file, span, message: noteOf(other, told) }));
  const all = [...told.related.slice(0, 1), ...notes];
  const related = all.slice(0, MAX_RELATED);
  const last = related.at(-1);
  if (all.length > related.length && last !== undefined)
    related[related.length - 1] = {
      ...last,
      message: `${last.message} (and ${all.length - related.length} more places)`,
    };
  const rules = new Set(group.flatMap(({ rule, alsoMatches }) => [rule, ...alsoMatches]));
  rules.delete(told.rule);
  return { ...told, message: withCount(told.message, functionsOf(group)), related, alsoMatches: [...rules].sort() };
}

function noteOf(
  { rule, subject, site }: Pick<ReportedFinding, 'rule' | 'subject' | 'site'>,
  told: ReportedFinding,
): string {
  const where = site.function === told.site.function ? 'here' : `in \`${site.function}\``;
  return rule === told.rule
    ? `The same goes for \`${subject}\` ${where}`
    : `${told.owner === undefined ? 'See to' : 'The same lock cures'} \`${subject}\` ${where}: ${rule}`;
}

/** Longest message: what a diagnostic shows in one line. */
const LONGEST = 160;

function withCount(message: string, functions: number): string {
  const longer = `${message} So in ${functions} functions.`;
  return functions > 1 && longer.length < LONGEST ? longer : message;
}
