/** A critical section inside of another gives up the outer lock while it waits: one section on both objects does not. */
import { Edits } from './edits.ts';
import { attempt, CannotFix, type Proposed, type Technique } from './model.ts';
import { macroOf } from './region.ts';
import { lockBoth } from './second-object.ts';
import type { FixSite } from './site.ts';

export const mergeSections: Technique = site => {
  const title = 'Lock both objects in one critical section';
  return [attempt(title, () => rewrite(site, title))];
};

const BEGIN = 'Py_BEGIN_CRITICAL_SECTION';
const END = 'Py_END_CRITICAL_SECTION';

function rewrite(site: FixSite, title: string): Proposed {
  const [inner = -1] = site.finding.site.steps;
  const begin = site.memberOf(site.nodeOfStep(inner));
  const members = site.members(site.source.parent(begin));
  const is = (at: number, macro: string): boolean => macroOf(site, members[at] ?? -1) === macro;
  const sections = members.flatMap((one, at) => (/_CRITICAL_SECTION/.test(macroOf(site, one)) ? [at] : []));
  const at = sections.indexOf(members.indexOf(begin));
  const [outer = -1, first = -1, last = -1, end = -1] = sections.slice(Math.max(0, at - 1), at + 3);
  if (at < 1 || !is(outer, BEGIN) || !is(first, BEGIN) || !is(last, END) || !is(end, END))
    throw new CannotFix('The two sections do not begin and end in one block.');
  const operandOf = (index: number): string =>
    /\(([\s\S]*)\)/.exec(site.writtenOf(members[index] ?? -1))?.[1]?.trim() ?? '';
  const object = operandOf(first);
  const local = site.body.locals.findIndex(one => one.name === object);
  const edits = new Edits(site.text);
  const around = { begin: members[outer] ?? -1, end: members[end] ?? -1 };
  lockBoth(site, edits, around, operandOf(outer), { of: object, local: local < 0 ? null : local });
  for (const index of [first, last]) edits.removeLine(site.spanOf(members[index] ?? -1));
  return { title, safety: 'safe', edits: edits.build() };
}
