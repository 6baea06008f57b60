/** A finding's race and its cure, side by side: the fix is made in memory, and the same harness runs on what comes out. */
import type { Extension } from '../analysis/extension.ts';
import { demonstrate, demonstrateFixed } from '../demonstrate/demonstrate.ts';
import type {
  DemonstrateOptions,
  Demonstration,
  DemonstrationRequest,
  FixedDemonstration,
} from '../demonstrate/model.ts';
import type { Finding } from '../rules/finding.ts';
import type { ReadFile } from './core.ts';
import { textsAfter } from './fix-all.ts';
import type { Fix } from './service.ts';

export interface Surroundings {
  readonly files: readonly ReadFile[];
  readonly extensionOf: (files: readonly ReadFile[]) => Extension;
  readonly edited: (files: readonly ReadFile[], texts: ReadonlyMap<string, string>) => readonly ReadFile[];
  readonly findingsOf: (files: readonly ReadFile[]) => readonly Finding[];
  /** The best fix that is offered; it costs an analysis. */
  readonly best: (files: readonly ReadFile[], finding: Finding) => Fix | undefined;
}

/** Other ends of a race that are mended together with the one that was asked about. */
const MOST_ENDS = 2;

export function demonstrateWithFix(
  finding: Finding,
  request: DemonstrationRequest,
  surroundings: Surroundings,
  stop: () => boolean,
): FixedDemonstration {
  const { files, extensionOf, best } = surroundings;
  const { fix: wanted = 'best', ...rest } = request;
  const before = demonstrate(extensionOf(files), finding, { ...rest, ...listing(files), stop });
  const fix =
    before.status !== 'demonstrated' || wanted === 'none'
      ? undefined
      : wanted === 'best'
        ? best(files, finding)
        : wanted;
  if (fix === undefined) return { ...before, fix: null };
  const run = (edited: readonly ReadFile[], made: Fix): FixedDemonstration =>
    demonstrateFixed(before, extensionOf(edited), { ...rest, ...listing(edited), stop }, made);
  let edited = applied(files, fix, surroundings);
  const first = run(edited, fix);
  if (wanted !== 'best' || first.fix?.outcome !== 'fails') return first;
  // The thread at the other end has a finding of its own: only both together can hold.
  for (let i = 0; i < MOST_ENDS; i++) {
    const other = otherEnd(before, finding, surroundings.findingsOf(edited));
    const more = other === undefined ? undefined : best(edited, other);
    if (other === undefined || more === undefined) return first;
    edited = applied(edited, more, surroundings);
    const both = combined(files, edited, fix, `${fix.title}, and in \`${other.site.function}\`: ${more.title}`);
    const result = both === null ? first : run(edited, both);
    if (result.fix?.outcome === 'holds') return result;
  }
  return first;
}

function applied(files: readonly ReadFile[], fix: Fix, { edited }: Surroundings): readonly ReadFile[] {
  return edited(files, textsAfter(files, fix));
}

/**
 * What is still found about the same datum in the functions that the harness runs, or about the same hazard at the end that the
 * finding names: first at the other end, then at this one.
 */
function otherEnd(
  { harness }: Demonstration,
  { rule, site, other, subject }: Finding,
  findings: readonly Finding[],
): Finding | undefined {
  const datum = lastName(subject);
  const functions = new Set(harness?.goals.map(goal => goal.function));
  const isMeant = (one: Finding): boolean =>
    lastName(one.subject) === datum || (one.rule === rule && one.site.function === other?.function);
  const left = findings.filter(one => one.site.function !== null && functions.has(one.site.function) && isMeant(one));
  return left.find(one => one.site.function !== site.function) ?? left[0];
}

function lastName(subject: string): string {
  return subject.replace(/^.*(?:->|\.)/, '').replace(/\[.*$/, '');
}

/** Both fixes as one change of the text as it was; null when they are in different files. */
function combined(before: readonly ReadFile[], after: readonly ReadFile[], first: Fix, title: string): Fix | null {
  const changed = before.flatMap((file, i) =>
    file.text === after[i]?.text ? [] : [{ file, now: after[i]?.text ?? '' }],
  );
  const [only] = changed;
  if (only === undefined || changed.length > 1) return null;
  const { text } = only.file;
  const shorter = Math.min(text.length, only.now.length);
  let start = 0;
  while (start < shorter && text[start] === only.now[start]) start++;
  let end = 0;
  while (end < shorter - start && text.at(-1 - end) === only.now.at(-1 - end)) end++;
  const edit = { span: { start, end: text.length - end }, text: only.now.slice(start, only.now.length - end) };
  return { ...first, title, edits: [{ file: only.file.unit.file, edits: [edit] }] };
}

/** The service speaks of files by their paths, in playbacks too; who shows them makes addresses of them. */
function listing(files: readonly ReadFile[]): Pick<DemonstrateOptions, 'text' | 'uri'> {
  return { text: file => files.find(one => one.unit.file === file)?.text ?? null, uri: file => file };
}
