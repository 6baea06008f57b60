import type { Access } from '../../analysis/accesses.ts';
import type { Extension } from '../../analysis/extension.ts';
import type { FunctionView } from '../../analysis/view.ts';
import { defineRule } from '../rule.ts';
import { raisesFlag } from '../support/globals.ts';
import { leads } from '../support/guards.ts';
import {
  byDatum,
  certainty,
  otherEnd,
  placeOfAccess,
  type RacingAccess,
  racingAccesses,
  subjectOf,
} from '../support/pairs.ts';
import { quote } from '../support/words.ts';

const FLAG_TYPE = /^(?:(?:un)?signed |)(?:int|char|short|long|bool|_Bool|BOOL|u?int8_t|u?int32_t)$/;
const TRUTH = /^(?:TRUE|FALSE|true|false|Py_True|Py_False)$/;

export const plainFlagSignalling = defineRule({
  id: 'plain-flag-signalling',
  family: 'atomics',
  title: 'Plain variable by which one thread tells another to stop or go on',
  severity: 'lost-update',
  supersedes: ['allow-threads-shared-field', 'global-config-flag', 'object-field-read-unlocked'],
  check(extension, report) {
    const known = new Map<string, boolean>();
    const isFlag = (access: Access): boolean => {
      let flag = known.get(access.key);
      if (flag === undefined) known.set(access.key, (flag = isSignal(extension, extension.accesses.of(access.key))));
      return flag;
    };
    const racing = (kind: Access['kind']): Iterable<RacingAccess> =>
      racingAccesses(
        extension,
        access => access.kind === kind && isFlag(access) && !isConstruction(access),
        partner => !isConstruction(partner),
      );
    for (const group of byDatum([...racing('write'), ...racing('read')])) {
      const { key } = group[0].access;
      const matters = group.some(one => [one.access, ...one.partners].some(decidesAlone)) || isTwoWay(extension, key);
      const told = new Set<FunctionView>();
      for (const one of group) {
        const { access } = one;
        if (told.has(access.function)) continue;
        told.add(access.function);
        const subject = subjectOf(access);
        report.at(placeOfAccess(access), {
          subject,
          message: `Other threads read and set ${quote(subject)} without order: a change may be seen late or never. Make it atomic, or lock.`,
          confidence: matters ? certainty(access) : 'possible',
          ...otherEnd(one),
          owner: key,
        });
      }
    }
  },
});

/** One function raises the flag and another takes it back: what the one says gets lost when both run at once. */
function isTwoWay(extension: Extension, key: string): boolean {
  const writes = extension.accesses
    .of(key)
    .filter(one => one.kind === 'write' && one.concurrent && !isConstruction(one));
  return writes.some(up => isRaised(up) && writes.some(down => !isRaised(down) && down.function !== up.function));
}

function isRaised({ function: view, step }: Access): boolean {
  const op = view.op(step);
  if (op?.kind !== 'store') return false;
  return op.value.kind === 'int' ? op.value.value !== 0 : op.value.kind === 'symbol' && /true/i.test(op.value.name);
}

/** Waited for in a loop, tested while detached, or what decides whether a lock is taken: here no later call puts it right. */
function decidesAlone(access: Access): boolean {
  const { function: view, step } = access;
  if (access.kind !== 'read') return false;
  return view.detachedAt(step) || isPolled(access) || view.usesOf(step).some(use => takesLock(view, use.step));
}

/** The branch leads straight to a lock on one side only. */
function takesLock(view: FunctionView, branch: number): boolean {
  const sides = (view.step(branch)?.next ?? []).map(next => {
    let at = next;
    while (view.op(at)?.kind === 'load' || view.op(at)?.kind === 'detach') at = view.step(at)?.next[0] ?? -1;
    return view.op(at)?.kind === 'acquire';
  });
  return sides.length === 2 && sides[0] !== sides[1];
}

function isConstruction({ function: view }: Access): boolean {
  return [...view.surroundings.contexts].every(context => context === 'construction' || context === 'dealloc');
}

/** Only ever set to true or false, only ever tested, and set elsewhere than it is tested. */
function isSignal(extension: Extension, accesses: readonly Access[]): boolean {
  const reads = accesses.filter(one => one.kind === 'read');
  const writes = accesses.filter(one => one.kind === 'write' && one.concurrent && !isConstruction(one));
  if (reads.length === 0 || writes.length === 0) return false;
  if (!accesses.every(one => one.kind !== 'update' && !one.atomic && hasFlagType(one))) return false;
  // Volatile has a rule of its own; so have flags that say that something was set up.
  if (!accesses.every(one => one.kind !== 'write' || setsTruth(one)) || !reads.every(isTested)) return false;
  if (accesses.some(one => raisesFlag(extension, one))) return false;
  const told = reads.filter(read => writes.some(write => write.function !== read.function));
  return accesses[0]?.struct === null ? told.some(isPolled) : told.length > 0;
}

function hasFlagType({ type }: Access): boolean {
  return type !== null && type.pointers === 0 && !type.array && !type.volatile && FLAG_TYPE.test(type.base);
}

function setsTruth({ function: view, step }: Access): boolean {
  const op = view.op(step);
  if (op?.kind !== 'store') return false;
  const { value } = op;
  return value.kind === 'int'
    ? value.value === 0 || value.value === 1
    : value.kind === 'symbol' && TRUTH.test(value.name);
}

function isTested({ function: view, step }: Access): boolean {
  return view.usesOf(step).every(use => view.op(use.step)?.kind === 'branch');
}

/** Read in a loop that it ends: from one side of the test there is no way back to the read. */
function isPolled({ function: view, step }: Access): boolean {
  return view.usesOf(step).some(use => {
    const sides = (view.step(use.step)?.next ?? []).map(next => leads(view, next, step, -1));
    return sides.includes(true) && sides.includes(false);
  });
}
