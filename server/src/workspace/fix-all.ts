/**
 * All fixes of a file, one after the other: each is made for the text that the ones before it left, so two of them can never
 * meet halfway. What was refused is tried once more when something else could be fixed.
 */
import { applyEdits } from '../fixes/edits.ts';
import { callersFirst } from './callers-first.ts';
import type { Core, CoreSettings, ReadFile } from './core.ts';
import type { AppliedFix, Fix, FixAllOptions, FixedFile, LeftFinding, ReportedFinding, Signal } from './service.ts';

/** A file with more findings than this gets the rest in another run. */
const MOST_FIXES = 500;
/** Ways to cure one finding that are tried before the next one. */
const MOST_WAYS = 1;

export interface FixAllWorld {
  readonly core: Core;
  readonly settings: CoreSettings;
  /** Files of the extension, the fixed one among them. */
  readonly files: readonly ReadFile[];
  /** The findings of the file as they would be reported. */
  readonly report: (file: ReadFile, files: readonly ReadFile[]) => readonly ReportedFinding[];
  readonly pause: () => Promise<void>;
}

/** Null when the file is none of those that were read. */
export async function fixAll(world: FixAllWorld, path: string, options: FixAllOptions): Promise<FixedFile | null> {
  const { core, settings, report, pause } = world;
  let { files } = world;
  let file = files.find(entry => entry.unit.file === path);
  if (file === undefined) return null;
  const before = new Map(files.map(entry => [entry.unit.file, entry.text]));
  // A lock that is taken further out covers what is called from there.
  const inOrder = callersFirst(files);
  const applied: AppliedFix[] = [];
  // By what they are about: places move with every fix.
  let left = new Map<string, LeftFinding>();
  let count = 0;
  while (applied.length < MOST_FIXES && !stopped(options.signal)) {
    const findings = inOrder(report(file, files).filter(options.wanted));
    left = stillThere(left, findings);
    const found = await firstFix(findings, left);
    if (found !== null) {
      applied.push(found);
      files = core.edited(files, textsAfter(files, found.fix), settings);
      file = files.find(entry => entry.unit.file === path) ?? file;
    } else if (count === applied.length || left.size === 0) break;
    else {
      count = applied.length;
      left = new Map();
    }
  }
  const others = files.flatMap(({ unit, text }) =>
    unit.file === path || text === before.get(unit.file) ? [] : [{ file: unit.file, text }],
  );
  return { text: file.text, others, applied, left: [...left.values()].sort(byPlace) };

  async function firstFix(
    findings: readonly ReportedFinding[],
    refusals: Map<string, LeftFinding>,
  ): Promise<AppliedFix | null> {
    for (const finding of findings) {
      if (stopped(options.signal)) return null;
      if (refusals.has(keyOf(finding))) continue;
      await pause();
      const { offered, refused } = core.fixes(files, finding, settings, MOST_WAYS);
      const fix = offered.find(one => options.safety === 'suggested' || one.safety === 'safe');
      if (fix !== undefined) return { fix, finding };
      const reason = offered[0]
        ? `${offered[0].title}: a decision for you.`
        : (refused[0]?.reason ?? 'There is no fix.');
      refusals.set(keyOf(finding), { finding, reason });
    }
    return null;
  }
}

function stillThere(left: ReadonlyMap<string, LeftFinding>, now: readonly ReportedFinding[]): Map<string, LeftFinding> {
  const out = new Map<string, LeftFinding>();
  for (const finding of now) {
    const known = left.get(keyOf(finding));
    if (known !== undefined) out.set(keyOf(finding), { ...known, finding });
  }
  return out;
}

function stopped(signal: Signal | undefined): boolean {
  return signal !== undefined && signal.aborted;
}

/** The same finding after an edit elsewhere. */
function keyOf({ rule, site, subject, message }: ReportedFinding): string {
  return `${rule}\0${site.function ?? ''}\0${subject}\0${message}`;
}

function byPlace(a: LeftFinding, b: LeftFinding): number {
  return a.finding.span.start - b.finding.span.start;
}

/** What the files that the fix is about are with it. */
export function textsAfter(files: readonly ReadFile[], { edits }: Fix): Map<string, string> {
  const before = new Map(files.map(({ unit, text }) => [unit.file, text]));
  return new Map(edits.map(one => [one.file, applyEdits(before.get(one.file) ?? '', one.edits)]));
}
