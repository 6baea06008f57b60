/** Calls that read and change single cells: atomics, fields behind accessors, state that callers can not see. */
import type { CallEffect } from '../../capi/effects.ts';
import { add, subtract } from '../machine/expression.ts';
import type { Call } from './call.ts';
import { int, type Symbol, unknown, ZERO } from './symbols.ts';
import type { Walk } from './walk.ts';

export function fieldOf(call: Call, effect: CallEffect & { does: 'field' }): Symbol {
  const { walk, path, args, at } = call;
  const { lane } = walk;
  const object = args[effect.of] ?? ZERO;
  const target = lane.memory.target(object, effect.field, null);
  if (!effect.writes) return lane.load(target, walk.use(path, at));
  if (effect.field === 'ob_type') lane.readsContainer(object, 'type');
  lane.store(target, int(lane.thread + 1));
  return ZERO;
}

/** State that the caller can't see: of a library, of the process, of what an argument points to. */
export function state(call: Call, of: number | string, writes: boolean, points: boolean): Symbol {
  const { walk, path, args, at, name } = call;
  const { lane } = walk;
  const base = typeof of === 'number' ? args[of] : undefined;
  const target =
    typeof of === 'string' ? lane.memory.variable(of, of, null) : lane.memory.target(base ?? ZERO, 'state', null);
  // Whatever it is, it is more than one number.
  if (!writes) lane.load(target, { ...walk.use(path, at), name: '' }, { order: 'plain' });
  else lane.store(target, int(lane.thread + 1), { order: 'plain' });
  if (points && typeof of === 'string') return { kind: 'object', object: lane.memory.pointed(of, null, 1) };
  return unknown(`${name}(…)`);
}

export function hiddenState(call: Call, { of, writes, points, asks, header }: CallEffect & { does: 'state' }): Symbol {
  const { walk, path, args, name } = call;
  const asked = asks === undefined ? undefined : args[asks];
  const known = header === undefined || walk.lane.memory.names.includes(path.top.code.file, header);
  if (!known) return unknown(`${name}(…)`);
  return state(call, of, writes && !(asked?.kind === 'int' && asked.value === 0), points === true);
}

export function atomic(call: Call, how: 'read' | 'write' | 'update'): Symbol {
  const { walk, path, args, at, name } = call;
  const { lane } = walk;
  const place = args[0] ?? ZERO;
  if (place.kind === 'slot') return unknown(name);
  const target =
    place.kind === 'cell'
      ? lane.memory.target(place.base, place.path, place.type)
      : lane.memory.target(place, '[0]', null);
  const amount = args.find((arg, i) => i > 0 && arg.kind !== 'unknown') ?? int(1);
  if (how === 'read') return lane.load(target, walk.use(path, at), { order: 'sync' });
  if (how === 'write') {
    const value = args[1] ?? ZERO;
    walk.values.keep(target, value, path);
    lane.store(target, value, { order: 'sync' });
    return ZERO;
  }
  if (/compare|cas|Compare|CAS/.test(name)) return compareExchange(call, target);
  const value = lane.expression(amount);
  if (/xchg|exchange|Exchange$|lock_test_and_set|test_and_set/.test(name)) {
    walk.values.keep(target, args[1] ?? int(1), path);
    return lane.exchange(target, args[1] ?? int(1), walk.use(path, at));
  }
  return lane.update(
    target,
    /sub|dec|Decrement/.test(name) ? subtract({ old: true }, value) : add({ old: true }, value),
    walk.use(path, at),
  );
}

/** `expected` is a value, or the address of a local that receives what was there. */
function compareExchange(call: Call, target: Parameters<Walk['lane']['store']>[0]): Symbol {
  const { walk, path, args, at } = call;
  const { lane } = walk;
  const byAddress = args[1]?.kind === 'slot';
  const slot = args[1]?.kind === 'slot' ? `${args[1].frame}:${args[1].local}${args[1].path}` : '';
  const expected = byAddress ? walk.values.read(slot, path) : (args[1] ?? ZERO);
  const { old, ok } = lane.compareExchange(target, expected, args[2] ?? ZERO, walk.use(path, at));
  if (byAddress) walk.values.assign({ slot, type: null }, old, path);
  return /val_compare|InterlockedCompareExchange/.test(call.name) ? old : ok;
}
