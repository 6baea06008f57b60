import { isModuleLock } from '../../analysis/collect.ts';
import { isMutex } from '../../analysis/lock-state.ts';
import type { FunctionView } from '../../analysis/view.ts';
import { PROCESS_WIDE_CALLS } from '../../capi/process-libraries.ts';
import { defineRule, PROCESS_WIDE } from '../rule.ts';
import { libraryCalls, ownLibrary } from '../support/libraries.ts';
import { certaintyIn } from '../support/pairs.ts';

export const nonreentrantLibraryGlobal = defineRule({
  id: 'nonreentrant-library-global',
  family: 'globals',
  title: 'Library with state of the whole process called without a lock',
  severity: 'crash',
  exposure: PROCESS_WIDE,
  supersedes: ['shared-library-handle-unlocked'],
  check(extension, report) {
    const own = ownLibrary(extension);
    const seen = new Set<string>();
    for (const call of libraryCalls(extension, own === null ? PROCESS_WIDE_CALLS : [...PROCESS_WIDE_CALLS, own])) {
      const { function: view, step, name, library } = call;
      // Functions that the user names and that get a handle are the business of `shared-library-handle-unlocked`.
      if (library === own && call.op.args.length > 0) continue;
      const key = `${view.id} ${library.library}`;
      if (seen.has(key) || holdsProcessLock(view, step)) continue;
      seen.add(key);
      report.at(
        { function: view, steps: [step] },
        {
          subject: `${name}()`,
          message: `Another thread can be inside ${library.library} when this calls \`${name}()\`: its hidden global state is corrupted. Lock one mutex around all calls.`,
          owner: library.library,
          confidence: library.always ? certaintyIn(view) : 'possible',
        },
      );
    }
  },
});

/** A mutex, or the module's own critical section: an object's section leaves calls for other objects free. */
function holdsProcessLock(view: FunctionView, step: number): boolean {
  return view.locksAt(step).some(lock => isMutex(lock) || isModuleLock(view, lock));
}
