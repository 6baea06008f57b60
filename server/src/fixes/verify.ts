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
  const remaining = new Map<string, number>();
  for (const one of before) remaining.set(key(one), (remaining.get(key(one)) ?? 0) + 1);
  const gained: Finding[] = [];
  let same = 0;
  for (const one of after) {
    if (key(one) === key(finding)) same++;
    const left = remaining.get(key(one)) ?? 0;
    if (left > 0) remaining.set(key(one), left - 1);
    else if (one.confidence !== 'possible' && counted.has(one.rule)) gained.push(one);
  }
  const had = before.filter(one => key(one) === key(finding)).length;
  return { holds: same < had && gained.length === 0, gained };
}

/** A finding by what it is about, wherever it stands now. A locked helper of the function counts as the function. */
function key(finding: Finding): string {
  const place = finding.site.function?.replace(/_lock_held$/, '') ?? '';
  return `${finding.rule}\0${finding.file}\0${place}\0${finding.subject}`;
}
