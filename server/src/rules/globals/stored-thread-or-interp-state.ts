import type { Access } from '../../analysis/accesses.ts';
import { isNull } from '../../program/values.ts';
import { defineRule, EVEN_WITH_GIL } from '../rule.ts';
import { leads } from '../support/guards.ts';
import { certainty, placeOfAccess, subjectOf } from '../support/pairs.ts';
import { quote } from '../support/words.ts';

export const storedThreadOrInterpState = defineRule({
  id: 'stored-thread-or-interp-state',
  family: 'globals',
  title: 'Thread state or interpreter kept in a global',
  severity: 'crash',
  exposure: EVEN_WITH_GIL,
  supersedes: ['global-config-flag', 'global-c-structure', 'function-static-state', 'once-flag-plain'],
  check(extension, report) {
    const seen = new Set<string>();
    for (const access of extension.accesses.all) {
      const { function: view, step, type } = access;
      if (access.struct !== null || access.kind !== 'write' || access.locks.size > 0 || type === null) continue;
      const kept = KINDS.find(({ base, pointers }) => type.base === base && type.pointers === pointers);
      const op = view.op(step);
      if (kept === undefined || op?.kind !== 'store' || isNull(op.value)) continue;
      const users = extension.accesses.of(access.key).filter(one => one.kind === 'read' && one.concurrent);
      if (users.length === 0 || seen.has(access.key)) continue;
      seen.add(access.key);
      const subject = subjectOf(access);
      const related = users.map(at => ({ at: placeOfAccess(at), message: 'Another thread can take it from here' }));
      report.at(placeOfAccess(access), {
        subject,
        message: `${quote(subject)} keeps ${kept.what}: ${kept.consequence}. ${kept.remedy}.`,
        confidence: kept.sure && !mayBeLocked(access) ? certainty(access) : 'possible',
        other: related[0]?.at ?? placeOfAccess(access),
        related,
      });
    }
  },
});

/** `if (lock) acquire(lock);` before it: a lock is held on some ways to the store. */
function mayBeLocked({ function: view, step }: Access): boolean {
  return view.body.steps.some(({ op }, at) => op.kind === 'acquire' && leads(view, at, step, -1));
}

const KINDS = [
  {
    base: 'PyThreadState',
    pointers: 1,
    what: "one thread's state",
    consequence: 'another thread overwrites or attaches it and crashes',
    remedy: 'Keep it in a local, or use PyGILState_Ensure()',
    sure: true,
  },
  {
    base: 'PyGILState_STATE',
    pointers: 0,
    what: "one thread's PyGILState",
    consequence: 'another thread overwrites it, or releases with it, and fails',
    remedy: 'Keep it in a local',
    sure: true,
  },
  {
    base: 'PyInterpreterState',
    pointers: 1,
    what: 'the interpreter',
    consequence: 'it can be gone, or another one, when a thread uses it',
    remedy: 'Use PyGILState_Ensure()',
    sure: false,
  },
] as const;
