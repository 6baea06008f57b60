import type { Access } from '../../analysis/accesses.ts';
import { definitionsOf } from '../../analysis/definitions.ts';
import type { Extension } from '../../analysis/extension.ts';
import { globalRule, isPlain } from '../support/globals.ts';
import { leads } from '../support/guards.ts';
import { fills, isObjectPointer } from '../support/references.ts';

export const functionStaticState = globalRule({
  id: 'function-static-state',
  title: 'Function-static variable that every call changes',
  severity: 'corruption',
  supersedes: ['global-c-structure'],
  matches: (access, variable, extension) =>
    variable.inFunction !== null && access.kind === 'write' && !isObjectCache(access, extension),
  message: name =>
    `All threads share the static ${name}: another thread changes it between this call's steps. Make it local, thread-local or lock a mutex.`,
  // A number that is worked out once and kept is the same number in every thread; one left for the next call is a hint.
  unsure: (access, extension) => isPlain(access) && (fills(access) || isLeftForNextCall(access, extension)),
});

/** The only read in the function comes before every write: the call itself goes on with what it read. */
function isLeftForNextCall({ function: view, key }: Access, extension: Extension): boolean {
  const here = extension.accesses.of(key);
  const [read, another] = here.filter(one => one.kind === 'read');
  if (read === undefined || another !== undefined || here.some(one => one.kind === 'update')) return false;
  // What is only tested decides something: that is a flag.
  if (
    definitionsOf(view.body)
      .usesOfResult(read.step)
      .some(use => use.role === 'test')
  )
    return false;
  return here.every(one => one.kind !== 'write' || !leads(view, one.step, read.step, -1));
}

/** Objects made on first use have a rule of their own. */
function isObjectCache(access: Access, extension: Extension): boolean {
  return isObjectPointer(extension, access.type) && fills(access);
}
