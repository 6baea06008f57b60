/** A fix holds when the edited text, analysed again, has lost the finding and gained none. */
import type { Finding } from '../rules/finding.ts';

export interface Verdict {
  readonly holds: boolean;
  /** What is found in the edited text and was not in the original. */
  readonly gained: readonly Finding[];
}

/** `counted`: rules whose new findings matter. What is only possible comes and goes with every edit. */
export function verdict(
  finding: Finding,
  before: readonly Finding[],
  after: readonly Finding[],
  counted: ReadonlySet<string>,
): Verdict {
  const had = before.filter(one => key(one) === key(finding)).length;
  const has = after.filter(one => key(one) === key(finding)).length;
  // The finding itself leaves no room for one like it.
  const others = [...before];
  others.splice(
    others.findIndex(one => key(one) === key(finding)),
    1,
  );
  const { left, unmatched } = match(others, after, key);
  // What a fix gave another name is what it was: `self->items` is now `items`.
  const gained = match(left, unmatched, place).unmatched.filter(
    one => one.confidence !== 'possible' && counted.has(one.rule),
  );
  return { holds: has < had && gained.length === 0, gained };
}

/** One for one, by a key: those of `before` that nothing answers to, and those of `after` that answer to nothing. */
function match(
  before: readonly Finding[],
  after: readonly Finding[],
  keyOf: (finding: Finding) => string,
): { readonly left: Finding[]; readonly unmatched: Finding[] } {
  const waiting = new Map<string, Finding[]>();
  for (const one of before) waiting.set(keyOf(one), [...(waiting.get(keyOf(one)) ?? []), one]);
  const unmatched = after.filter(one => waiting.get(keyOf(one))?.pop() === undefined);
  return { left: [...waiting.values()].flat(), unmatched };
}

/** A finding by what it is about, wherever it stands now. */
function key(finding: Finding): string {
  return `${place(finding)}\0${finding.subject}`;
}

/** A locked helper of the function counts as the function. */
function place(finding: Finding): string {
  return `${finding.rule}\0${finding.file}\0${finding.site.function?.replace(/_lock_held$/, '') ?? ''}`;
}
