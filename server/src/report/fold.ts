/**
 * What is one thing to cure is told once to people, where editors and tools get every place: one subject in one function, and a
 * type that many functions of a file use without a lock, because then it was never locked. The other places stand beside the
 * finding. Comments and baselines come first, so that what they accept does not take along what it stands for.
 */
import { MAX_RELATED } from '../rules/check.ts';
import type { FileReport, ReportedFinding } from '../workspace/service.ts';

/** As many functions are told one by one. */
const FEW = 3;

export function folded(report: FileReport): FileReport {
  const once = fold(report.findings, inOneFunction, () => true);
  return { ...report, findings: fold(once, ofOneType, group => functionsOf(group) > FEW) };
}

function inOneFunction(finding: ReportedFinding): string | null {
  const { rule, owner, subject, site, confidence, level } = finding;
  return site.function === null ? null : [rule, site.function, owner ?? subject, confidence, level].join('\0');
}

function ofOneType({ rule, owner, confidence, level }: ReportedFinding): string | null {
  return owner === undefined ? null : [rule, owner, confidence, level].join('\0');
}

/** The first finding of each group that is told together stands for all of it. */
function fold(
  findings: readonly ReportedFinding[],
  keyOf: (finding: ReportedFinding) => string | null,
  isTogether: (group: readonly ReportedFinding[]) => boolean,
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
    if (group.length < 2 || !isTogether(group)) return [finding];
    return finding === group[0] ? [together(finding, group)] : [];
  });
}

function functionsOf(group: readonly ReportedFinding[]): number {
  return new Set(group.map(finding => finding.site.function)).size;
}

/** The first of them, with the others as notes: the one that it races with, then as many as are shown. */
function together(first: ReportedFinding, group: readonly ReportedFinding[]): ReportedFinding {
  const others = group.slice(1).map(({ file, span, subject, site }) => ({
    file,
    span,
    message: `The same goes for \`${subject}\`${site.function === first.site.function ? ' here' : ` in \`${site.function}\``}`,
  }));
  const all = [...first.related.slice(0, 1), ...others];
  const shown = all.slice(0, MAX_RELATED);
  const last = shown.at(-1);
  if (all.length > shown.length && last !== undefined)
    shown[shown.length - 1] = { ...last, message: `${last.message} (and ${all.length - shown.length} more places)` };
  return { ...first, message: withCount(first.message, functionsOf(group)), related: shown };
}

/** Longest message: what a diagnostic shows in one line. */
const LONGEST = 160;

function withCount(message: string, functions: number): string {
  const longer = `${message} So in ${functions} functions.`;
  return functions > 1 && longer.length < LONGEST ? longer : message;
}
