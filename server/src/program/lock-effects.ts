/** Effects on locks and on the thread's state. */
import { argument, call, type Of, typedInt, type Use, values } from './effect-use.ts';
import type { Locking } from './lock-methods.ts';
import { type Lowering, UNKNOWN } from './lowering.ts';
import type { Lock, Value } from './model.ts';
import { namedType } from './types.ts';

export function acquire(use: Use, effect: Of<'acquire'>): Value {
  const lock = lockOf(use, effect);
  const section = sectionOf(use);
  if (section !== null) use.lowering.sectionLocks.set(section, lock);
  use.lowering.emit({ kind: 'acquire', lock }, use.node);
  return typedInt(use, 0);
}

/** `PyCriticalSection_End(&cs)` names the section, not the object: what that section locked is looked up. */
function sectionOf(use: Use): string | null {
  if (!use.name.startsWith('PyCriticalSection')) return null;
  return JSON.stringify(use.lowering.value(argument(use, 0)));
}

export function release(use: Use, effect: Of<'release'>): Value {
  let lock = lockOf(use, effect);
  const section = sectionOf(use);
  if (section !== null) lock = { ...lock, targets: use.lowering.sectionLocks.get(section)?.targets ?? [] };
  use.lowering.emit({ kind: 'release', lock }, use.node);
  return typedInt(use, 0);
}

/** `Py_BEGIN_CRITICAL_SECTION(x)`: its end names no operand, so it is kept until then. */
export function beginSection(use: Use, effect: Of<'begin-section'>): Value {
  const targets = effect.targets.map(index => use.lowering.value(argument(use, index)));
  const lock: Lock = { kind: 'critical-section', targets, by: use.name };
  use.lowering.sections.push(lock);
  use.lowering.emit({ kind: 'acquire', lock }, use.node);
  return UNKNOWN;
}

export function endSection(use: Use): Value {
  const targets = use.lowering.sections.pop()?.targets ?? [];
  use.lowering.emit({ kind: 'release', lock: { kind: 'critical-section', targets, by: use.name } }, use.node);
  return UNKNOWN;
}

export function changeThread(use: Use, effect: Of<'attach'> | Of<'detach'>): Value {
  const { lowering, node } = use;
  values(use);
  const step = lowering.emit({ kind: effect.does, by: use.name }, node);
  lowering.type = namedType(use.name.startsWith('PyGILState') ? 'PyGILState_STATE' : 'PyThreadState', 1);
  return { kind: 'result', step };
}

function lockOf(use: Use, effect: Of<'acquire'> | Of<'release'> | Of<'try-acquire'>): Lock {
  const targets = effect.targets.map(index => use.lowering.value(argument(use, index)));
  return { kind: effect.lock, targets, by: use.name };
}

/** Taken or not: a branch on what the call says, with the lock taken on one side. */
export function tryAcquire(use: Use, effect: Of<'try-acquire'>): Value {
  const { lowering, node } = use;
  const args = values(use);
  const lock: Lock = { kind: effect.lock, targets: effect.targets.map(index => args[index] ?? UNKNOWN), by: use.name };
  if (waits(use)) {
    lowering.emit({ kind: 'acquire', lock }, node);
    return typedInt(use, effect.success === 'zero' ? 0 : 1);
  }
  const result = call(use, use.name, args);
  takeOn(lowering, node, result, lock, effect.success);
  lowering.type = namedType('int');
  return result;
}

/** `mutex.lock()` and its like on a C++ object. */
export function applyMethod(lowering: Lowering, node: number, name: string, does: Locking, target: Value): Value {
  const lock: Lock = { kind: 'native', targets: [target], by: name };
  lowering.type = namedType('int');
  if (does !== 'try') {
    lowering.emit({ kind: does, lock }, node);
    return { kind: 'int', value: 0 };
  }
  const callee = { kind: 'named', name } as const;
  const result = lowering.result({ kind: 'call', callee, args: [target], argSpans: [lowering.span(node)] }, node);
  takeOn(lowering, node, result, lock, 'non-zero');
  return result;
}

/** The lock is taken on one side of a branch on the result. */
function takeOn(lowering: Lowering, node: number, result: Value, lock: Lock, success: 'zero' | 'non-zero'): void {
  const { graph } = lowering;
  const branch = lowering.emit({ kind: 'branch', condition: result }, node);
  graph.cut();
  const [taken, missed] = success === 'zero' ? [1, 0] : [0, 1];
  graph.continueFrom(graph.exit(branch, taken));
  lowering.emit({ kind: 'acquire', lock }, node);
  graph.continueFrom(graph.exit(branch, missed));
}

/** `PyThread_acquire_lock(lock, WAIT_LOCK)` can't fail. */
function waits(use: Use): boolean {
  if (use.name !== 'PyThread_acquire_lock') return false;
  const mode = argument(use, 1);
  const text = mode < 0 ? '' : use.lowering.frame.source.textOf(mode);
  return text === '1' || text === 'WAIT_LOCK';
}
