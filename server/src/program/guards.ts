/** C++ objects whose constructor takes a lock (or changes the thread's state) and whose destructor gives it back. */
import type { Lowering } from './lowering.ts';
import type { CType, Lock, LockKind, Value } from './model.ts';
import { addressOf, readPlace } from './places.ts';
import type { Declarator } from './types.ts';

type Guarding =
  | { readonly holds: LockKind; readonly byValue?: boolean }
  | { readonly thread: 'attach' | 'detach'; readonly undo: 'attach' | 'detach' };

/** By the last part of the name: `std::lock_guard<std::mutex>` is `lock_guard`. */
const GUARDS: Readonly<Record<string, Guarding>> = {
  lock_guard: { holds: 'native' },
  scoped_lock: { holds: 'native' },
  unique_lock: { holds: 'native' },
  shared_lock: { holds: 'native' },
  MutexLock: { holds: 'native' },
  ReaderMutexLock: { holds: 'native' },
  WriterMutexLock: { holds: 'native' },
  ReleasableMutexLock: { holds: 'native' },
  MutexLocker: { holds: 'native' },
  QMutexLocker: { holds: 'native' },
  QReadLocker: { holds: 'native' },
  QWriteLocker: { holds: 'native' },
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

/** What the type guards: by the standard's and the binding libraries' names, or because its constructor says so. */
function guardType(lowering: Lowering, type: string): Guarding | null {
  const short = lastPart(type);
  if (Object.hasOwn(GUARDS, short)) return GUARDS[short]!;
  const own = lowering.env.guard(type.replace(/<[^]*$/, '').trim());
  if (!own) return null;
  if (own.enters === 'acquire') return { holds: own.lock, byValue: !own.byReference };
  return own.enters === 'attach' ? { thread: 'attach', undo: 'detach' } : { thread: 'detach', undo: 'attach' };
}

/** `guard.unlock()` and `guard.lock()`. False: not a guard, or another method. */
export function callGuard(lowering: Lowering, node: number, name: string, method: string): boolean {
  const guard = lowering.scope.findGuard(name);
  if (!guard?.lock || (method !== 'lock' && method !== 'unlock')) return false;
  lowering.emit({ kind: method === 'lock' ? 'acquire' : 'release', lock: guard.lock }, node);
  guard.held = method === 'lock';
  return true;
}

/** Declares a guard if the type is one. False: an ordinary local. */
export function declareGuard(
  lowering: Lowering,
  node: number,
  type: CType,
  declarator: Declarator,
  value: number,
): boolean {
  const guard = guardType(lowering, type.base) ?? guardType(lowering, lowering.env.resolve(type).base);
  if (!guard || type.pointers > 0) return false;
  lowering.scope.local(declarator.name, type, lowering.span(declarator.nameNode), false, false);
  if ('thread' in guard) {
    lowering.emit({ kind: guard.thread, by: type.base }, node);
    lowering.scope.guard({ leave: guard.undo, lock: null, by: type.base, name: declarator.name, held: true });
    return true;
  }
  const { targets, deferred } = operands(
    lowering,
    declarator,
    value,
    guard.byValue ?? guard.holds === 'critical-section',
  );
  const lock: Lock = { kind: guard.holds, targets, by: type.base };
  if (!deferred) lowering.emit({ kind: 'acquire', lock }, node);
  lowering.scope.guard({ leave: 'release', lock, by: type.base, name: declarator.name, held: !deferred });
  return true;
}

function operands(
  lowering: Lowering,
  declarator: Declarator,
  value: number,
  byValue: boolean,
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
      targets.push(byValue ? lowering.value(node) : lockAt(lowering, node));
    }
  }
  return { targets, deferred };
}

/** The lock's address: guards take the lock itself (`g(m)`) or a pointer to it (`g(&m)`, `g(self->lock)`). */
function lockAt(lowering: Lowering, node: number): Value {
  const { source } = lowering.frame;
  if (source.kind(node) === 'pointer_expression' && source.textOf(node).startsWith('&')) return lowering.value(node);
  const place = lowering.place(node);
  return lowering.type.pointers > 0 ? readPlace(lowering, place, node) : addressOf(place);
}
