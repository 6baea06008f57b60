/** A return or jump out of a critical section leaves it locked: the section gets one end, and what leaves goes through it. */
import { bracketTail } from './bracket.ts';
import { Edits } from './edits.ts';
import { attempt, CannotFix, type Proposed, type Technique } from './model.ts';
import { macroOf } from './region.ts';
import type { FixSite } from './site.ts';

export const leaveThroughEnd: Technique = site => {
  const title = 'Leave through the end of the critical section';
  return [attempt(title, () => rewrite(site, title))];
};

function rewrite(site: FixSite, title: string): Proposed {
  const [leaving = -1] = site.finding.site.steps;
  const at = site.view.spanOf(leaving).start;
  const members = site.members(site.block);
  const word = (member: number): string => macroOf(site, member);
  const begin = members.findLastIndex(one => site.startOf(one) < at && /^Py_BEGIN_CRITICAL_SECTION2?$/.test(word(one)));
  const end = members.findIndex((one, index) => index > begin && /^Py_END_CRITICAL_SECTION2?$/.test(word(one)));
  const [open, close] = [members[begin], members[end]];
  if (open === undefined || close === undefined || site.startOf(close) < at)
    throw new CannotFix('The section does not begin and end at the top of the function.');
  const later = members.slice(end + 1);
  if (later.some(one => /_CRITICAL_SECTION|_ALLOW_THREADS/.test(word(one))))
    throw new CannotFix('Another section follows in the function.');
  const edits = new Edits(site.text);
  const brackets = { open: site.writtenOf(open), close: site.writtenOf(close), scope: true };
  edits.removeLine(site.spanOf(open));
  edits.removeLine(site.spanOf(close));
  const last = end === members.length - 1 ? end - 1 : members.length - 1;
  if (begin + 1 > last) throw new CannotFix('There is nothing in the section.');
  bracketTail(site, edits, { block: site.block, first: begin + 1, last }, brackets);
  return { title, safety: 'safe', edits: edits.build() };
}
