/** Several rules may describe one place: the reader gets the most specific one, with the ids of the others beside it. */
import { type Finding, SEVERITIES } from './finding.ts';
import type { Rule } from './rule.ts';

/**
 * Two findings describe one place when they flag the same step, or when one's rule supersedes the other's and both speak of
 * the same subject in the same function. The same rule never says the same of one subject twice in one statement.
 */
export function mergeFindings(findings: readonly Finding[], rules: readonly Rule[]): Finding[] {
  const supersedes = new Map(rules.map(rule => [rule.id, new Set(rule.supersedes)]));
  const byPlace = new Map<string, Finding[]>();
  for (const finding of findings) {
    const key = `${finding.file}\0${finding.site.function ?? `@${finding.span.start}`}`;
    const list = byPlace.get(key);
    if (list === undefined) byPlace.set(key, [finding]);
    else list.push(finding);
  }
  return [...byPlace.values()].flatMap(group => fold(group, supersedes));
}

function fold(group: readonly Finding[], supersedes: ReadonlyMap<string, ReadonlySet<string>>): readonly Finding[] {
  // Most functions have one finding at most.
  if (group.length === 1) return group;
  const kept: { finding: Finding; also: Set<string> }[] = [];
  const ordered = [...group].sort((a, b) => weight(b) - weight(a) || a.span.start - b.span.start);
  // Specific rules first, so that what they supersede finds them in place.
  ordered.sort((a, b) => Number(covers(b, a)) - Number(covers(a, b)));
  for (const finding of ordered) {
    const home = kept.find(
      ({ finding: other }) => covers(other, finding) || (samePlace(other, finding) && !covers(finding, other)),
    );
    if (home === undefined) {
      const absorbed = kept.filter(({ finding: other }) => covers(finding, other));
      const also = new Set(absorbed.flatMap(({ finding: other, also: more }) => [other.rule, ...more]));
      for (const one of absorbed) kept.splice(kept.indexOf(one), 1);
      kept.push({ finding, also });
    } else if (home.finding.rule !== finding.rule) home.also.add(finding.rule);
  }
  return kept.map(({ finding, also }) => (also.size === 0 ? finding : { ...finding, alsoMatches: [...also].sort() }));

  function covers(a: Finding, b: Finding): boolean {
    return supersedes.get(a.rule)?.has(b.rule) === true && (a.subject === b.subject || samePlace(a, b));
  }
}

function samePlace(a: Finding, b: Finding): boolean {
  const [first] = a.site.steps;
  if (first !== undefined && b.site.steps[0] === first) return true;
  return a.span.start === b.span.start && a.span.end === b.span.end && a.subject === b.subject;
}

function weight(finding: Finding): number {
  return SEVERITIES.length - SEVERITIES.indexOf(finding.severity) + (finding.confidence === 'possible' ? 0 : 0.5);
}
