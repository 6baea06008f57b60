import type { Access } from '../../analysis/accesses.ts';
import type { Extension } from '../../analysis/extension.ts';
import type { GlobalVariable } from '../../program/model.ts';
import { globalRule, isNumeric, isPlain } from '../support/globals.ts';

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
  message: name =>
    `Other threads use the global ${name} while this one sets it: they work with a value that is not theirs. Make it atomic or thread-local.`,
});

function isText({ type }: GlobalVariable): boolean {
  return !type.array && type.pointers === 1 && isNumeric(type);
}

/** Some other code that threads run depends on it. */
function isReadElsewhere(access: Access, extension: Extension): boolean {
  return extension.accesses.of(access.key).some(one => one.kind === 'read' && one.concurrent && !one.atomic);
}
