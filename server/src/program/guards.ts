/** C++ objects whose constructor takes a lock (or changes the thread's state) and whose destructor gives it back. */
import type { Lowering } from './lowering.ts';
import type { CType, Lock, LockKind, Value } from './model.ts';
import { addressOf } from './places.ts';
import type { Declarator } from './types.ts';

type GuardType =
  | { readonly holds: LockKind }
  | { readonly thread: 'attach' | 'detach'; readonly undo: 'attach' | 'detach' };

/** By the last part of the name: `std::lock_guard<std::mutex>` is `lock_guard`. */
const GUARDS: Readonly<Record<string, GuardType>> = {
  lock_guard: { holds: 'native' },
  scoped_lock: { holds: 'native' },
  unique_lock: { holds: 'native' },
  shared_lock: { holds: 'native' },
  ft_lock_guard: { holds: 'mutex' },
  ft_object_guard: { holds: 'critical-section' },
  ft_object2_guard: { holds: 'critical-section' },
  scoped_critical_section: { holds: 'critical-section' },
  gil_scoped_release: { thread: 'detach', undo: 'attach' },
  gil_scoped_acquire: { thread: 'attach', undo: 'detach' },
};

function lastPart(type: string): string {
  const name = type.replace(/<[^]*$/, '').trim();
  return name.slice(name.lastIndexOf(':') + 1);
}

/** Declares a guard if the type is one. False: an ordinary local. */
export function declareGuard(
  lowering: Lowering,
  node: number,
  type: CType,
  declarator: Declarator,
  value: number,
): boolean {
  const short = lastPart(type.base);
  const guard = Object.hasOwn(GUARDS, short) ? GUARDS[short]! : null;
  if (!guard || type.pointers > 0) return false;
  lowering.scope.local(declarator.name, type, lowering.span(declarator.nameNode), false, false);
  if ('thread' in guard) {
    lowering.emit({ kind: guard.thread, by: type.base }, node);
    lowering.scope.guard({ leave: guard.undo, lock: null, by: type.base, name: declarator.name });
    return true;
  }
  const { targets, deferred } = operands(lowering, declarator, value, guard.holds);
  const lock: Lock = { kind: guard.holds, targets, by: type.base };
  if (!deferred) lowering.emit({ kind: 'acquire', lock }, node);
  lowering.scope.guard({ leave: 'release', lock, by: type.base, name: declarator.name });
  return true;
}

function operands(
  lowering: Lowering,
  declarator: Declarator,
  value: number,
  kind: LockKind,
): { targets: Value[]; deferred: boolean } {
  const { source } = lowering.frame;
  const list = value >= 0 ? value : declarator.parameters;
  const targets: Value[] = [];
  let deferred = false;
  if (list < 0) return { targets, deferred: true };
  for (const argument of source.named(list)) {
    const text = source.textOf(argument);
    if (/\bdefer_lock\b/.test(text)) deferred = true;
    else if (!/\b(?:adopt_lock|try_to_lock)\b/.test(text)) {
      // `guard(m)` reads like a prototype with a parameter of type `m`.
      const node = source.kind(argument) === 'parameter_declaration' ? source.child(argument, 'type') : argument;
      targets.push(kind === 'critical-section' ? lowering.value(node) : addressOf(lowering.place(node)));
    }
  }
  return { targets, deferred };
}
