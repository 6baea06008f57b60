/** A look-up that could not fail now can: what the function does when the item is gone by then. */
import type { Edits } from './edits.ts';
import { errorExit } from './error-exit.ts';
import { indentUnit } from './exits.ts';
import { leavesWhenNull } from './null-tests.ts';
import type { FixSite } from './site.ts';

/** Behind a take into a variable, unless the code tests it there already; the statements that were put in. */
export function addWayOut(
  site: FixSite,
  edits: Edits,
  member: number,
  name: string,
  uses: readonly number[],
): readonly string[] {
  const { source } = site;
  const block = source.parent(member);
  const next = site.members(block)[site.members(block).indexOf(member) + 1];
  if ((next !== undefined && leavesWhenNull(site, next, name)) || uses.length === 0) return [];
  const exit = wayOut(site, member);
  edits.lineAfter(site.endOf(member), site.startOf(member), ...testFor(site, name, exit));
  return exit;
}

export function testFor(site: FixSite, name: string, exit: readonly string[]): string[] {
  return [`if (${name} == NULL) {`, ...exit.map(line => indentUnit(site) + line), '}'];
}

/** The item may be gone when it is asked for: a search goes on; what counts on the position must not leave a hole. */
export function wayOut(site: FixSite, member: number): string[] {
  const loop = [...site.ancestors(member)].find(node => /^(?:for|while|do)_/.test(site.source.kind(node))) ?? -1;
  const searches =
    loop >= 0 &&
    site.source.kind(loop) === 'for_statement' &&
    !fillsByIndex(site, loop) &&
    !countsOn(site, loop, member);
  return searches ? ['PyErr_Clear();', 'continue;'] : errorExit(site, member);
}

/** What else the round does depends on the position: left out, it would leave a hole. */
function countsOn(site: FixSite, loop: number, member: number): boolean {
  const { source } = site;
  const update = source.child(loop, 'update');
  const body = source.child(loop, 'body');
  const counters = new Set(site.nodes(update, 'identifier').map(node => source.textOf(node)));
  const span = site.spanOf(member);
  return site
    .nodes(body, 'identifier')
    .some(
      node => counters.has(source.textOf(node)) && (site.startOf(node) < span.start || span.end <= site.startOf(node)),
    );
}

function fillsByIndex(site: FixSite, loop: number): boolean {
  const { source } = site;
  return (
    site
      .nodes(loop, 'assignment_expression')
      .some(node => source.kind(source.child(node, 'left')) === 'subscript_expression') ||
    site
      .nodes(loop, 'call_expression')
      .some(node => /_SET_ITEM$|_SetItem$/.test(source.textOf(source.child(node, 'function'))))
  );
}

/** What the `if` itself does about a failure, when that is only to remember it and leave. */
export function sameFailure(site: FixSite, member: number): string[] | null {
  const { source } = site;
  const consequence = source.child(member, 'consequence');
  if (!/<\s*0\s*\)*$/.test(source.textOf(source.child(member, 'condition')))) return null;
  const lines = (site.isList(consequence) ? site.members(consequence) : [consequence]).map(one => source.textOf(one));
  const simple = lines.slice(0, -1).every(line => /^\w+\s*=\s*(?:-\s*\d+|\d+|NULL)\s*;$/.test(line));
  return simple && /^(?:break|goto\s+\w+|return(?:\s+(?:NULL|-1))?)\s*;$/.test(lines.at(-1) ?? '') ? lines : null;
}
