/** C++ classes that guard something: found from what their constructors and destructors call. */
import { effectOf } from './effects.ts';
import { lockingMethod } from './lock-methods.ts';
import type { LockKind } from './model.ts';
import type { Source } from './node.ts';

/** What a constructor or destructor does. */
export interface GuardHalf {
  readonly type: string;
  readonly destroys: boolean;
  readonly does: 'acquire' | 'release' | 'attach' | 'detach';
  readonly lock: LockKind;
  /** The constructor takes the lock itself, not a pointer to it. */
  readonly byReference: boolean;
}

/** The half of a guard that this constructor or destructor is, or null. `node`: its definition. */
export function guardHalf(
  source: Source,
  node: number,
  parameters: number,
  type: string,
  name: string,
): GuardHalf | null {
  const own = type.slice(type.lastIndexOf(':') + 1);
  const destroys = name === `~${own}`;
  if (!destroys && name !== own) return null;
  const first = parameters < 0 ? -1 : source.firstNamed(parameters);
  const byReference = first >= 0 && source.childOfKind(first, 'reference_declarator') >= 0;
  let half: GuardHalf | null = null;
  source.walk(node, child => {
    if (half === null && source.kind(child) === 'call_expression') {
      const found = effectOfCall(source, child);
      if (found) half = { type, destroys, byReference, ...found };
    }
    return half === null;
  });
  return half;
}

function effectOfCall(source: Source, call: number): Pick<GuardHalf, 'does' | 'lock'> | null {
  const target = source.child(call, 'function');
  if (target < 0) return null;
  if (source.kind(target) === 'field_expression') {
    const locking = lockingMethod(source.textOf(source.child(target, 'field')));
    return locking === null ? null : { does: locking === 'release' ? 'release' : 'acquire', lock: 'native' };
  }
  const effect = effectOf(source.textOf(target).replace(/^::/, ''));
  if (effect?.does === 'acquire' || effect?.does === 'release') return { does: effect.does, lock: effect.lock };
  if (effect?.does === 'try-acquire') return { does: 'acquire', lock: effect.lock };
  if (effect?.does === 'begin-section') return { does: 'acquire', lock: 'critical-section' };
  if (effect?.does === 'end-section') return { does: 'release', lock: 'critical-section' };
  if (effect?.does === 'attach' || effect?.does === 'detach') return { does: effect.does, lock: 'project' };
  return null;
}
