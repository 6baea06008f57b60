/** A global list, table or struct under one mutex: all that the function does with it, and the same for who else uses it. */
import type { Access } from '../analysis/accesses.ts';
import type { GlobalVariable } from '../program/model.ts';
import { freeListRole } from '../rules/support/free-lists.ts';
import { variableOf } from '../rules/support/globals.ts';
import { keysOfList } from './free-list.ts';
import { declarationOf, mutexBeside } from './globals.ts';
import { ManyEdits } from './many-edits.ts';
import { attempt, CannotFix, type Proposed, type Technique } from './model.ts';
import { isShared, sharedMutex } from './shared-mutex.ts';
import { FixSite } from './site.ts';
import { lockUses } from './structure-uses.ts';

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
  // A free list and its fill level are one thing, whatever they are called.
  const keys = freeListRole(site.extension, access) === null ? null : keysOfList(site);
  const belongs = (one: Access): boolean => (keys === null ? isOf(one, variable) : keys.has(one.key));
  const users = site.extension.functions.flatMap(view => {
    const uses = site.extension.accesses.ofFunction(view).filter(one => one.concurrent && belongs(one));
    return uses.every(one => one.locks.size > 0) ? [] : [{ view, uses }];
  });
  const edits = new ManyEdits(site.request);
  const lock = isShared(
    site,
    variable,
    users.flatMap(one => one.uses),
  )
    ? sharedMutex(site, edits, access, variable)
    : mutexBeside(site, edits.of(site.view.unit.file), access, declarationOf(site, variable));
  for (const { view, uses } of users) {
    const other = FixSite.ofView(site.request, view);
    if (other === null) throw new CannotFix(`\`${view.name}\` uses it too, and could not be read.`);
    lockUses(other, edits.of(view.unit.file), uses, lock);
  }
  const files = new Set(users.map(one => one.view.unit.file)).size;
  const where = users.length > 1 ? ` (${users.length} functions${files > 1 ? ` in ${files} files` : ''})` : '';
  return { title: `${title.replace('a mutex', `\`${lock.of}\``)}${where}`, safety: 'suggested', ...edits.build() };
}

/** A variable with external linkage is the same in all files. */
function isOf(access: Access, variable: GlobalVariable): boolean {
  const own = variableOf(access);
  if (own?.name !== variable.name) return false;
  const isGlobal = own.storage !== 'static' && variable.storage !== 'static';
  return isGlobal || own.span.start === variable.span.start;
}
