/**
 * All fixes of a file, one after the other: each is made for the text that the ones before it left, so two of them can never
 * meet halfway. What was refused is tried again as long as something else could be fixed.
 */
import type { AnalysisService, Fix, FixSafety, ReportedFinding, Signal, TextEdit } from './service.ts';

export interface AppliedFix {
  readonly fix: Fix;
  readonly finding: ReportedFinding;
}

export interface LeftFinding {
  readonly finding: ReportedFinding;
  /** Why nothing was done. */
  readonly reason: string;
}

export interface FixedFile {
  readonly text: string;
  readonly applied: readonly AppliedFix[];
  readonly left: readonly LeftFinding[];
}

export interface FixAllOptions {
  /** `suggested` takes those too that leave a decision to the maintainer. */
  readonly safety: FixSafety;
  /** Whether a finding is to be fixed at all. */
  readonly wanted: (finding: ReportedFinding) => boolean;
  readonly signal?: Signal | undefined;
}

/** A file with more findings than this gets the rest in another run. */
const MOST_FIXES = 500;

/** The service holds the fixed text as an open document afterwards: the caller closes it, or keeps it. */
export async function fixAll(
  service: AnalysisService,
  file: string,
  text: string,
  { safety, wanted, signal }: FixAllOptions,
): Promise<FixedFile> {
  service.open(file, text);
  const applied: AppliedFix[] = [];
  // What was refused, since the last time that everything was tried, by what it is about: places move with every fix.
  let left = new Map<string, LeftFinding>();
  let before = -1;
  let now = text;
  while (applied.length < MOST_FIXES && !stopped(signal)) {
    const report = await service.diagnose(file, signal);
    const findings = report.findings.filter(wanted);
    const present = new Map(findings.map(finding => [subjectOf(finding), finding]));
    left = new Map(
      [...left].flatMap(([key, one]) => {
        const finding = present.get(key);
        return finding === undefined ? [] : [[key, { ...one, finding }] as const];
      }),
    );
    let fixed = false;
    for (const finding of findings) {
      if (stopped(signal) || left.has(subjectOf(finding))) continue;
      const { offered, refused } = await service.fixes(file, finding);
      const fix = offered.find(one => (safety === 'suggested' || one.safety === 'safe') && ofOneFile(one, file));
      if (fix === undefined) {
        const [first] = offered;
        const reason = first
          ? `${first.title}: a decision for the maintainer.`
          : (refused[0]?.reason ?? 'There is no fix.');
        left.set(subjectOf(finding), { finding, reason });
        continue;
      }
      const edits = fix.edits[0]?.edits ?? [];
      service.edit(file, [...edits].reverse());
      now = replaced(now, edits);
      applied.push({ fix, finding });
      fixed = true;
      break;
    }
    if (fixed) continue;
    if (before === applied.length || left.size === 0) break;
    before = applied.length;
    if (applied.length === 0) break;
    left = new Map();
  }
  return { text: now, applied, left: [...left.values()] };
}

function stopped(signal: Signal | undefined): boolean {
  return signal !== undefined && signal.aborted;
}

/** The same finding after an edit elsewhere. */
function subjectOf({ rule, site, subject, span }: ReportedFinding): string {
  return `${rule}\0${site.function ?? ''}\0${subject}\0${span.end - span.start}`;
}

function ofOneFile(fix: Fix, file: string): boolean {
  return fix.edits.length === 1 && fix.edits[0]?.file === file;
}

function replaced(text: string, edits: readonly TextEdit[]): string {
  return [...edits]
    .reverse()
    .reduce((now, { span, text: part }) => now.slice(0, span.start) + part + now.slice(span.end), text);
}
