import type { Access } from '../../analysis/accesses.ts';
import type { Extension } from '../../analysis/extension.ts';
import { globalRule, isPlain } from '../support/globals.ts';
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
  // A number that is worked out once and kept is the same number in every thread.
  unsure: access => isPlain(access) && fills(access),
});

/** Objects made on first use have a rule of their own. */
function isObjectCache(access: Access, extension: Extension): boolean {
  return isObjectPointer(extension, access.type) && fills(access);
}
