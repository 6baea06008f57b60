import { globalRule } from '../support/globals.ts';
import { fills, isObjectPointer } from '../support/references.ts';

export const globalCallbackPointer = globalRule({
  id: 'global-callback-pointer',
  title: 'Global object replaced or dropped while other threads use it',
  severity: 'crash',
  supersedes: ['static-pyobject-cache'],
  matches: (access, variable, extension) =>
    access.struct === null &&
    access.kind === 'write' &&
    variable.inFunction === null &&
    !access.key.endsWith('[]') &&
    isObjectPointer(extension, access.type) &&
    !fills(access) &&
    // With no reader, the store races only with itself; nothing can be in use then, but it can still be released twice.
    extension.accesses.of(access.key).some(one => one.kind === 'read' && one.concurrent),
  message: name =>
    `Another thread can call or use the old object in ${name} while this one releases it: crash. Swap, and load with Py_NewRef(), under a mutex.`,
});
