/** A global list, table or struct under one mutex: all that the function does with it, and the same for who else uses it. */
import type { Access } from '../analysis/accesses.ts';
import type { GlobalVariable } from '../program/model.ts';
import { freeListRole } from '../rules/support/free-lists.ts';
import { variableOf } from '../rules/support/globals.ts';
import { bracket } from './bracket.ts';
import { Edits } from './edits.ts';
import { keysOfList } from './free-list.ts';
import { declarationOf, mutexBeside } from './globals.ts';
import type { LockChoice } from './locks.ts';
import { attempt, CannotFix, type Proposed, type Technique } from './model.ts';
import { regionAround, spanOfRegion } from './region.ts';
import { FixSite } from './site.ts';

export const lockStructure: Technique = site => {
  const access = site.finding.site.steps
    .map(step => site.extension.accesses.at(site.view, step))
    .find(one => one !== undefined && variableOf(one) !== null);
  if (access === undefined) return [];
  const name = variableOf(access)?.name.replace(/^.*[.:]/, '') ?? '';
  const title = `Lock a mutex around the use of \`${name}\``;
  return [attempt(title, () => rewrite(site, access, title))];
};

function rewrite(site: FixSite, access: Access, title: string): Proposed {
  const variable = variableOf(access);
  if (variable === null) throw new CannotFix('The variable could not be found.');
  const edits = new Edits(site.text);
  const lock = mutexBeside(site, edits, access, declarationOf(site, variable));
  // A free list and its fill level are one thing, whatever they are called.
  const keys = freeListRole(site.extension, access) === null ? null : keysOfList(site);
  const belongs = (one: Access): boolean => (keys === null ? isOf(one, variable) : keys.has(one.key));
  let functions = 0;
  for (const view of site.extension.functions) {
    const uses = site.extension.accesses.ofFunction(view).filter(one => one.concurrent && belongs(one));
    if (uses.every(one => one.locks.size > 0)) continue;
    const other = view.unit.file === site.view.unit.file ? FixSite.ofView(site.request, view) : null;
    if (other === null) throw new CannotFix(`\`${view.name}\` uses it too, in another file.`);
    lockUses(other, edits, uses, lock);
    functions++;
  }
  const where = functions > 1 ? ` (${functions} functions)` : '';
  return { title: `${title.replace('a mutex', `\`${lock.of}\``)}${where}`, safety: 'suggested', edits: edits.build() };
}

function isOf(access: Access, variable: GlobalVariable): boolean {
  const own = variableOf(access);
  return own?.name === variable.name && own.span.start === variable.span.start;
}

function lockUses(site: FixSite, edits: Edits, uses: readonly Access[], lock: LockChoice): void {
  const region = regionAround(
    site,
    uses.map(one => site.nodeOfStep(one.step)),
  );
  if (site.stepsIn(spanOfRegion(site, region)).some(step => site.view.suspends(step) === 'python'))
    throw new CannotFix(`Python code may run in \`${site.body.name}\`, and would find \`${lock.of}\` locked.`);
  bracket(site, edits, region, lock);
}
