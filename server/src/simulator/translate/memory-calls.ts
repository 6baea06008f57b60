/** What calls that allocate, free, move and fill memory do. */
import { allocates, frees, OBJECT_INITIALISERS } from '../../capi/allocators.ts';
import type { Call } from './call.ts';
import { BY_HAND } from './lane.ts';
import { type HeapObject, int, type Symbol, ZERO } from './symbols.ts';
import { CONTENTS } from './target.ts';
import { BYTES, OBJECT_POINTER } from './types.ts';

export function allocate(call: Call): Symbol {
  const { walk, path, name } = call;
  if (!/^(?:malloc|calloc|strn?dup|aligned_alloc|PyMem_Raw)/.test(name) && allocates(name) !== 'raw')
    walk.lane.touchPython(path);
  return walk.lane.fresh('new memory', 'memory', false, path, { items: BYTES, madeBy: name });
}

export function reallocate(call: Call, of: number): Symbol {
  const { args } = call;
  const old = args[of] ?? ZERO;
  const made = allocate(call);
  free(call, old);
  return made;
}

export function free(call: Call, pointer: Symbol): void {
  const { walk, path, name } = call;
  const { lane } = walk;
  const { knowledge } = lane.memory;
  if (!/^(?:free|PyMem_RawFree)$/.test(name)) lane.touchPython(path);
  if (lane.atGoal) lane.reached = true;
  if (pointer.kind === 'object') {
    if (pointer.object.immortal) return;
    knowledge.learn(pointer.object.python ? knowledge.counted : knowledge.freed, pointer.object.name);
    lane.step();
    if (lane.atGoal) givesBack(call, pointer.object);
    const { name: freed } = pointer.object;
    if (path.kept.has(freed))
      lane.t.check(0, 'use-after-free', `${freed} is freed while Python code has a reference to it`);
    lane.t.free(pointer.object.base, { label: BY_HAND });
  } else if (pointer.kind === 'dynamic') {
    lane.memory.freesAll(pointer.path ?? '');
    lane.t.when(pointer.value, () => {
      lane.step();
      lane.t.free(pointer.value, { label: BY_HAND });
    });
  }
}

/** Memory goes back to the allocator that it is from. */
function givesBack({ walk, name }: Call, { madeBy = '' }: HeapObject): void {
  const [from, to] = [allocates(madeBy), frees(name)];
  if (from !== null && to !== null && from !== to)
    walk.lane.t.check(0, 'wrong-heap', `memory of ${madeBy}() goes back with ${name}()`);
}

/** An object is made of memory. The type frees it with `PyObject_Free()`, whatever that memory is from. */
export function initialise({ walk, name }: Call, memory: Symbol): Symbol {
  const madeBy = memory.kind === 'object' ? (memory.object.madeBy ?? '') : '';
  const from = allocates(madeBy);
  if (
    memory.kind === 'object' &&
    OBJECT_INITIALISERS.includes(name) &&
    from !== null &&
    from !== 'object' &&
    from !== 'gc'
  )
    walk.lane.misplaced.set(memory.object.name, madeBy);
  return memory;
}

/** A pointer into an object: its own bytes, or those that it keeps elsewhere and may move. */
export function bytes(call: Call, of: number, moves: boolean): Symbol {
  const { walk, path, args } = call;
  const { lane } = walk;
  const owner = args[of] ?? ZERO;
  lane.use(owner, path);
  if (!moves) {
    lane.readsContainer(owner, 'bytes');
    return owner;
  }
  lane.readsContainer(owner, 'bytearray');
  const target = lane.memory.target(owner, 'ob_bytes', { ...BYTES, pointers: 1 });
  return lane.load(target, walk.use(path, call.at), { order: 'relaxed' });
}

/** Plain accesses of what the first two arguments point to. */
export function fill(call: Call, reads: boolean): void {
  const { walk, path, args, at } = call;
  const { lane } = walk;
  const [to, from] = args;
  if (reads && from !== undefined && isMemory(from))
    lane.load(contents(call, from), { ...walk.use(path, at), name: '' });
  if (to !== undefined && isMemory(to)) {
    if (to.kind === 'object' && to.object.python) lane.readsContainer(to, 'bytes');
    lane.store(contents(call, to), int(lane.thread + 1));
  }
}

export function isMemory(symbol: Symbol): boolean {
  return symbol.kind === 'object' || symbol.kind === 'dynamic' || symbol.kind === 'cell' || symbol.kind === 'variable';
}

function contents({ walk }: Call, symbol: Symbol) {
  const { memory } = walk.lane;
  if (symbol.kind === 'cell') return memory.target(symbol.base, symbol.path, BYTES);
  // The items of Python's containers are elsewhere: what is written here are bytes.
  return memory.target(symbol, CONTENTS, BYTES);
}

/** `*p = *p + text`: a new object, and the old one loses its reference. */
export function appendText(call: Call): Symbol {
  const { walk, path, args, at } = call;
  const { lane } = walk;
  const place = args[0] ?? ZERO;
  if (place.kind === 'slot') {
    const slot = `${place.frame}:${place.local}${place.path}`;
    for (const arg of args.slice(1)) lane.use(arg, path);
    walk.values.assign({ slot, type: null }, lane.fresh('new str', 'str', true, path), path);
    return ZERO;
  }
  const target =
    place.kind === 'cell'
      ? lane.memory.target(place.base, place.path, OBJECT_POINTER)
      : lane.memory.target(place, '[0]', OBJECT_POINTER);
  const old = lane.load(target, walk.use(path, at));
  for (const arg of args.slice(1)) lane.use(arg, path);
  lane.use(old, path);
  walk.values.assign(target, lane.fresh('new str', 'str', true, path), path);
  lane.decref(old, path, true);
  return ZERO;
}

/** `Py_buffer`: holds a reference to the object whose memory it shows. */
export function buffer(call: Call, gets: boolean): Symbol {
  const { walk, path, args, at } = call;
  const { lane } = walk;
  const view = args[gets ? 1 : 0] ?? ZERO;
  const object = args[0] ?? ZERO;
  if (gets) lane.use(object, path);
  if (view.kind === 'slot') return ZERO;
  const target = lane.memory.target(view, 'obj', OBJECT_POINTER);
  if (gets) {
    lane.incref(object, path, true);
    walk.values.assign(target, object, path);
    return ZERO;
  }
  const held = lane.load(target, walk.use(path, at));
  lane.t.when(lane.expression(held), () => {
    lane.store(target, ZERO);
    lane.decref(held, path, true);
  });
  return ZERO;
}
