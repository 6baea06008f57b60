import type { Access } from '../../analysis/accesses.ts';
import type { Extension } from '../../analysis/extension.ts';
import type { FunctionView } from '../../analysis/view.ts';
import { takesReference } from '../../capi/objects.ts';
import type { Op } from '../../program/model.ts';
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
import { initGuard } from '../support/references.ts';
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
      const harm = harmOf(
        extension,
        key,
        group.flatMap(one => [one.access, ...one.partners]),
      );
      const told = new Set<FunctionView>();
      for (const one of group) {
        const { access } = one;
        if (told.has(access.function)) continue;
        told.add(access.function);
        const subject = subjectOf(access);
        report.at(placeOfAccess(access), {
          subject,
          message: messageFor(quote(subject), harm),
          confidence: harm === null ? 'possible' : certainty(access),
          ...otherEnd(one),
          owner: key,
        });
      }
    }
  },
});

/**
 * What goes wrong because of this flag alone. Null: it is one of several things that two users of the object would mix up, or it is
 * looked at so rarely that a change seen late is no worse than the same calls in another order.
 */
type Harm = 'goes on without the lock' | 'never seen' | 'passed twice' | 'undone';

function harmOf(extension: Extension, key: string, ends: readonly Access[]): Harm | null {
  if (ends.some(decidesLock)) return 'goes on without the lock';
  const { raised, cleared } = changesOf(extension, key);
  const isTwoWay = raised.some(up => cleared.some(down => down.function !== up.function));
  if (isTwoWay && raised.some(up => initGuard(up) !== null)) return 'passed twice';
  if (ends.some(isMissed)) return 'never seen';
  return isTwoWay && extension.accesses.of(key).some(isHandedOut) ? 'undone' : null;
}

function messageFor(flag: string, harm: Harm | null): string {
  switch (harm) {
    case 'goes on without the lock':
      return `Other threads set ${flag} without order: whoever sees that late goes on without the lock. Make it atomic, or always lock.`;
    case 'passed twice':
      return `Two threads can both find ${flag} clear and raise it: both go on where one should. Exchange it atomically, or lock.`;
    case 'undone':
      return `Another thread can take ${flag} back just as it is raised: that it was raised is lost. Exchange it atomically, or lock.`;
    default:
      return `Other threads read and set ${flag} without order: a change may be seen late or never. Make it atomic, or lock.`;
  }
}

function changesOf(extension: Extension, key: string): { raised: readonly Access[]; cleared: readonly Access[] } {
  const writes = extension.accesses
    .of(key)
    .filter(one => one.kind === 'write' && one.concurrent && !isConstruction(one));
  return { raised: writes.filter(isRaised), cleared: writes.filter(one => !isRaised(one)) };
}

function isRaised({ function: view, step }: Access): boolean {
  const op = view.op(step);
  if (op?.kind !== 'store') return false;
  return op.value.kind === 'int' ? op.value.value !== 0 : op.value.kind === 'symbol' && /true/i.test(op.value.name);
}

function decidesLock({ kind, function: view, step }: Access): boolean {
  return kind === 'read' && view.usesOf(step).some(use => takesLock(view, use.step));
}

/** Tested while detached, or waited for in a loop that does nothing which orders memory: no later call puts it right. */
function isMissed(access: Access): boolean {
  const { kind, function: view, step } = access;
  return kind === 'read' && (view.detachedAt(step) || (isPolled(access) && !isOrdered(view, step)));
}

const ORDERING = new Set<Op['kind']>(['acquire', 'release', 'attach', 'detach']);

/** Every way round the loop lets the thread state go or takes a lock: the next look sees what others wrote until then. */
function isOrdered(view: FunctionView, read: number): boolean {
  const ordering = new Set(view.body.steps.flatMap(({ op }, step) => (ORDERING.has(op.kind) ? [step] : [])));
  return !(view.step(read)?.next ?? []).some(next => leads(view, next, read, ordering));
}

/** What is found decides which constant the caller gets: somebody asks for the flag itself. */
function isHandedOut({ kind, function: view, step }: Access): boolean {
  if (kind !== 'read') return false;
  return view.usesOf(step).some(use => {
    const sides = view.step(use.step)?.next ?? [];
    return sides.length === 2 && sides.every(side => returnsConstant(view, side));
  });
}

/** Nothing is done on the way to the return. */
function returnsConstant(view: FunctionView, from: number): boolean {
  for (let at = from, left = 8; left > 0; left--) {
    const op = view.op(at);
    if (op?.kind === 'return') return true;
    if (op === undefined || op.kind === 'branch' || (op.kind === 'call' && !takesReference(op.callee.name ?? '')))
      return false;
    at = view.step(at)?.next[0] ?? -1;
  }
  return false;
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
