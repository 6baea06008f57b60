import type { Access } from '../../analysis/accesses.ts';
import type { Extension } from '../../analysis/extension.ts';
import type { GlobalVariable } from '../../program/model.ts';
import { globalRule, isNumeric, isPlain } from '../support/globals.ts';
import { leads } from '../support/guards.ts';

export const globalConfigFlag = globalRule({
  id: 'global-config-flag',
  title: 'Process-wide setting changed while other threads read it',
  severity: 'lost-update',
  matches: (access, variable, extension) =>
    access.struct === null &&
    access.kind === 'write' &&
    variable.inFunction === null &&
    !access.key.endsWith('[]') &&
    (isPlain(access) || isText(variable)) &&
    isReadElsewhere(access, extension),
  unsure: (access, extension) =>
    !isTurnedBack(access, extension) && !hasCompanion(access, extension) && !isReadTwice(access, extension),
  message: (name, access, extension) =>
    isReadTwice(access, extension) && !isTurnedBack(access, extension)
      ? `Other threads look at the global ${name} twice: set in between, it is not what they tested. Read it once into a local, and make it atomic.`
      : `Other threads use the global ${name} while this one sets it: they work with a value that is not theirs. Make it atomic or thread-local.`,
});

/** Set for the time of a call and then set again: other threads get a setting that nobody gave them. */
function isTurnedBack({ function: view, key }: Access, extension: Extension): boolean {
  const own = extension.accesses.ofFunction(view).filter(one => one.key === key && one.kind === 'write');
  return own.some(first => own.some(second => first.step < second.step && leads(view, first.step, second.step, -1)));
}

/** A hook and what it is called with: who reads both may get them from two different calls. */
function hasCompanion({ function: view, key, type }: Access, extension: Extension): boolean {
  const writes = extension.accesses
    .ofFunction(view)
    .filter(one => one.kind === 'write' && one.key !== key && one.place.kind === 'global');
  const readers = new Set(extension.accesses.of(key).flatMap(one => (one.kind === 'read' ? [one.function] : [])));
  return writes.some(
    write =>
      (type?.callable === true || write.type?.callable === true) &&
      extension.accesses.of(write.key).some(read => read.kind === 'read' && readers.has(read.function)),
  );
}

/** Some other function looks at the number again after a first look, as in `if (mode == A) … else if (mode == B) …`: it may fit neither. */
function isReadTwice({ function: view, key, type }: Access, extension: Extension): boolean {
  // A pointer to a function is mostly set to the same one again.
  if (type === null || type.callable || type.pointers > 0 || !isNumeric(type)) return false;
  const reads = extension.accesses
    .of(key)
    .filter(one => one.kind === 'read' && one.concurrent && one.function !== view);
  return reads.some(first =>
    reads.some(
      second =>
        second.function === first.function &&
        second.step !== first.step &&
        leads(first.function, first.step, second.step, -1),
    ),
  );
}

function isText({ type }: GlobalVariable): boolean {
  return !type.array && type.pointers === 1 && isNumeric(type);
}

/** Some other code that threads run depends on it. */
function isReadElsewhere(access: Access, extension: Extension): boolean {
  return extension.accesses.of(access.key).some(one => one.kind === 'read' && one.concurrent && !one.atomic);
}
