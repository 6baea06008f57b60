import type { Access } from '../../analysis/accesses.ts';
import { isNull } from '../../program/values.ts';
import { globalRule, raisesFlag } from '../support/globals.ts';

export const onceFlagPlain = globalRule({
  id: 'once-flag-plain',
  title: 'Plain flag tested and set by several threads',
  severity: 'crash',
  supersedes: ['function-static-state', 'global-config-flag'],
  matches: (access, _, extension) => raisesFlag(extension, access),
  message: (name, access) =>
    isLoweredAgain(access)
      ? `Two threads can both find ${name} unset and both go in: what it protects is used twice at once. Lock a mutex instead.`
      : `Two threads can both find ${name} unset and run the set-up, or see it set too early. Use an atomic flag with a mutex, or module init.`,
});

/** "In use" flags are lowered by the function that raises them. */
function isLoweredAgain(access: Access): boolean {
  return access.function.body.steps.some(({ op }) => {
    if (op.kind !== 'store' || op.place.kind !== 'global' || access.place.kind !== 'global') return false;
    return op.place.name === access.place.name && isNull(op.value);
  });
}
