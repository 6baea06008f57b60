/** What calls of functions outside the extension do, by the effects that `capi/` knows, as steps of the machine. */
import { allocates } from '../../capi/allocators.ts';
import { type CallEffect, effectOfCall } from '../../capi/effects.ts';
import { apiFact } from '../../capi/facts.ts';
import { changesHandle, readsFixedState, threadUnsafeLibrary } from '../../capi/libraries.ts';
import { isCApiName } from '../../capi/objects.ts';
import type { Op } from '../../program/model.ts';
import { add, subtract } from '../machine/expression.ts';
import { type Call, type CallResult, mayRun, out } from './call.ts';
import { Containers } from './containers.ts';
import { BY_HAND } from './lane.ts';
import type { Path } from './path.ts';
import { int, nameOf, type Symbol, unknown, ZERO } from './symbols.ts';
import { BYTES, kindOfType, NUMBER, OBJECT_POINTER } from './types.ts';
import type { Walk } from './walk.ts';

const MAKES = /(?:new|New|alloc|Alloc|create|Create|dup|copy|open|make)(?![a-z]*_(?:get|size))/;
const NUMBERS =
  /^Py(?:Long|Float|Number|Index|OS|Unicode|Bytes)_(?:As|AS|Get|GET|Read|READ|strto|Compare|Contains|Find|Count|Tailmatch)/;

export function callOf(
  walk: Walk,
  path: Path,
  at: number,
  name: string,
  args: readonly Symbol[],
  op: Op & { kind: 'call' },
): CallResult {
  const call: Call = { walk, path, at, name, args };
  if (/^(?:assert|Py_BUILD_ASSERT|Py_UNREACHABLE|sizeof|offsetof)$/.test(name)) return unknown(name);
  if (op.callee.kind === 'pointer') return throughPointer(call);
  const effect = effectOfCall(name);
  if (effect !== null) return byEffect(call, effect);
  if (name.startsWith('PyLong_From')) return boxed(call);
  if (name === 'PyIter_Next') return shared(call, 'item of');
  if (name === 'PyObject_GenericGetDict') return shared(call, '__dict__ of');
  if (/^PyArg_(?:Parse|Unpack|VaParse)/.test(name)) return parse(call, formatOf(op));
  if (isCApiName(name) || apiFact(name) !== undefined) return byFact(call);
  return outside(call, op);
}

function throughPointer(call: Call): CallResult {
  const { walk, path, name, args } = call;
  if (name === 'tp_alloc' || name === 'tp_new') return walk.lane.fresh('new object', 'object', true, path);
  if (name === 'tp_free') return byEffect(call, { does: 'free' });
  for (const arg of args) walk.lane.use(arg, path);
  mayRun(call);
  walk.lane.assume(`What \`${name}\` leads to is not known: it is taken to change nothing of this.`, null);
  return unknown(`${name}(…)`);
}

function byEffect(call: Call, effect: CallEffect): CallResult {
  const { walk, path, args, name } = call;
  const { lane } = walk;
  const first = args[0] ?? ZERO;
  const containers = new Containers(call);
  switch (effect.does) {
    case 'incref':
      lane.incref(first, path, /X/.test(name));
      return effect.gives ? first : ZERO;
    case 'decref':
      lane.decref(first, path, /X/.test(name));
      return ZERO;
    case 'same':
      return first;
    case 'borrow':
    case 'take':
    case 'put':
    case 'append':
    case 'default':
    case 'contains':
    case 'size':
    case 'copy':
    case 'walk':
    case 'clear':
      return containers.run(effect);
    case 'allocate':
      return allocate(call);
    case 'reallocate':
      return reallocate(call);
    case 'free':
      free(call, first);
      return ZERO;
    case 'bytes':
      return bytes(call, effect.of, effect.moves);
    case 'fill':
      fill(call, effect.reads);
      return first;
    case 'append-text':
      return appendText(call);
    case 'buffer-get':
    case 'buffer-release':
      return buffer(call, effect.does === 'buffer-get');
    case 'field':
      return fieldOf(call, effect);
    case 'state':
      return hiddenState(call, effect);
    case 'atomic':
      return atomic(call, effect.how);
    case 'locked':
      return walk.locks.isLocked(first, walk.use(path, call.at).use);
    case 'once':
      return once(call, effect.function);
    case 'nothing':
      return nothing(call, effect.yields);
  }
}

function nothing(call: Call, yields: 'zero' | 'one' | 'new' | 'unknown'): Symbol {
  const { walk, path, args, name } = call;
  for (const arg of args) walk.lane.use(arg, path);
  if (args.length === 0) walk.lane.touchPython(path);
  if (apiFact(name)?.suspends === 'python' && !name.startsWith('PyErr_')) {
    mayRun(call);
    for (const arg of args) walk.lane.use(arg, path);
  }
  if (yields === 'new') return walk.lane.fresh('a new object', 'object', true, path);
  if (yields === 'unknown' || (yields === 'one' && walk.lane.mayFail))
    return unknown(`${name}(${args.map(nameOf).join(', ')})`);
  return int(yields === 'one' ? 1 : 0);
}

/** What an iterator yields, and an object's dictionary, are most often what others have too: a new reference to it. */
function shared(call: Call, what: string): Symbol {
  const { walk, path, args, name } = call;
  const { lane } = walk;
  const [owner = ZERO] = args;
  lane.use(owner, path);
  mayRun(call);
  if (lane.mayFail) return unknown(`${name}(${nameOf(owner)})`);
  const object = lane.memory.object(`${what} ${nameOf(owner)}`, { type: 'object', python: true });
  walk.pinOnce(object);
  const item: Symbol = { kind: 'object', object };
  lane.incref(item, path, false);
  return item;
}

/** A Python int made from a number that the machine knows: the number goes with it. */
function boxed(call: Call): Symbol {
  const { walk, path, args } = call;
  const made = walk.lane.fresh('new int', 'int', true, path);
  const [number] = args;
  if (number?.kind === 'dynamic')
    walk.lane.store(walk.lane.memory.target(made, 'value', NUMBER), number, { order: 'relaxed' });
  return made;
}

function unboxed(call: Call): Symbol {
  const { walk, path, args, name, at } = call;
  const [number] = args;
  const known = walk.lane.memory.knowledge.fields.includes('value');
  if (number !== undefined && (known || number.kind === 'dynamic') && number.kind !== 'unknown')
    return walk.lane.load(walk.lane.memory.target(number, 'value', NUMBER), walk.use(path, at), { order: 'relaxed' });
  return unknown(`${name}(${args.map(nameOf).join(', ')})`);
}

/** The C API beyond the rows of the table: what its facts say. */
function byFact(call: Call): Symbol {
  const { walk, path, name, args } = call;
  const { lane } = walk;
  const fact = apiFact(name);
  if (fact?.okWhileDetached !== true) for (const arg of args) lane.use(arg, path);
  if (args.length === 0 && fact?.okWhileDetached !== true) lane.touchPython(path);
  for (const index of fact?.steals ?? []) {
    const stolen = args[index];
    if (stolen?.kind === 'object') path.refer(stolen.object.name, -1);
  }
  if (runsPython(name, fact?.suspends ?? 'unknown')) {
    mayRun(call);
    for (const arg of args) lane.use(arg, path);
  }
  for (const index of fact?.outNew ?? []) out(call, index, lane.fresh('result', 'object', true, path));
  if (fact?.returns === 'borrowed') {
    const { containerArg } = fact;
    if (containerArg !== null && fact.borrowOwner === 'mutable')
      return new Containers(call).run({ does: 'borrow', from: containerArg, shape: 'slot' });
    const object = lane.memory.object(`${name}()`, { type: 'object', python: true, immortal: true });
    return { kind: 'object', object };
  }
  if (fact?.interior !== null && fact?.interior !== undefined) {
    const base = args[fact.interior.arg] ?? ZERO;
    const object = lane.memory.pointed(`${name}(${nameOf(base)})`, null, 1);
    return { kind: 'object', object };
  }
  if (fact?.returns === 'new' || (fact === undefined && /_New|_From[A-Z]|_Call|_Get(?:Attr|Item)/.test(name)))
    return lane.fresh(madeBy(name), 'object', true, path);
  if (name.startsWith('PyLong_As')) return unboxed(call);
  if (NUMBERS.test(name)) return unknown(`${name}(${args.map(nameOf).join(', ')})`);
  if (/^PyObject_GC_New|^PyObject_New|^_PyObject_/.test(name)) return lane.fresh('new object', 'object', true, path);
  return unknown(`${name}(${args.map(nameOf).join(', ')})`);
}

/** The reading of numbers runs Python code only for objects that are no numbers. */
function runsPython(name: string, suspends: string): boolean {
  return (
    suspends === 'python' &&
    !NUMBERS.test(name) &&
    !/^Py(?:Long|Float|Unicode|Bytes|Tuple|Bool|List|Dict|Set|Err|Arg|Module|Type|Build)/.test(name)
  );
}

function madeBy(name: string): string {
  const noun = /^_?Py([A-Z][a-z]+)_/.exec(name)?.[1]?.toLowerCase() ?? 'object';
  const known: Record<string, string> = {
    long: 'int',
    unicode: 'str',
    object: 'result',
    sequence: 'result',
    mapping: 'result',
  };
  return `new ${known[noun] ?? noun}`;
}

/** `PyArg_ParseTuple` and its kind: what comes out are objects that the caller holds, or numbers that nothing decides. */
function parse(call: Call, format: string): Symbol {
  const { walk, path, args } = call;
  const { body } = path.top;
  let nested = 0;
  for (const arg of args.slice(1)) {
    if (arg.kind !== 'slot') continue;
    const local = body.locals[arg.local];
    if (local === undefined || path.frames.length - 1 !== arg.frame) continue;
    const slot = `${arg.frame}:${arg.local}${arg.path}`;
    const isObject = kindOfType(local.type, walk.lane.memory.names) === 'object';
    if (isObject) {
      // What comes after the bar need not be given.
      if (format.includes('|') && walk.lane.memory.setting === 'empty' && isZero(walk.values.read(slot, path)))
        continue;
      if (format.includes('(')) {
        // What stands in parentheses comes out of a sequence that others may have, without a reference.
        const sequence = walk.lane.memory.object('the inner sequence', { type: 'list', python: true });
        walk.pinOnce(sequence);
        const item = new Containers({
          ...call,
          name: 'PyArg_ParseTuple',
          args: [{ kind: 'object', object: sequence }, int(nested++)],
        });
        walk.values.assign({ slot, type: null }, item.run({ does: 'borrow', from: 0, shape: 'list' }), path);
        continue;
      }
      const object = walk.lane.memory.object(walk.argumentName(local.name, path), {
        type: local.type.base,
        python: true,
      });
      walk.pinOnce(object);
      walk.values.assign({ slot, type: null }, { kind: 'object', object }, path);
    } else if (local.type.pointers > 0) walk.values.assign({ slot, type: null }, { kind: 'text' }, path);
    else walk.values.assign({ slot, type: null }, unknown(local.name), path);
  }
  return int(1);
}

function isZero(symbol: Symbol): boolean {
  return symbol.kind === 'int' && symbol.value === 0;
}

function formatOf(op: Op & { kind: 'call' }): string {
  return op.args.flatMap(arg => (arg.kind === 'string' ? [arg.text] : [])).join(' ');
}

function allocate(call: Call): Symbol {
  const { walk, path, name } = call;
  if (!/^(?:malloc|calloc|strn?dup|aligned_alloc|PyMem_Raw)/.test(name) && allocates(name) !== 'raw')
    walk.lane.touchPython(path);
  return walk.lane.fresh('new memory', 'memory', false, path, BYTES);
}

function reallocate(call: Call): Symbol {
  const { args } = call;
  const old = args[0] ?? ZERO;
  const made = allocate(call);
  free(call, old);
  return made;
}

function free(call: Call, pointer: Symbol): void {
  const { walk, path, name } = call;
  const { lane } = walk;
  const { knowledge } = lane.memory;
  if (!/^(?:free|PyMem_RawFree)$/.test(name)) lane.touchPython(path);
  if (lane.atGoal) lane.reached = true;
  if (pointer.kind === 'object') {
    if (pointer.object.immortal) return;
    knowledge.learn(pointer.object.python ? knowledge.counted : knowledge.freed, pointer.object.name);
    lane.step();
    lane.t.free(pointer.object.base, { label: BY_HAND });
  } else if (pointer.kind === 'dynamic') {
    lane.memory.freesAll(pointer.path ?? '');
    lane.t.when(pointer.value, () => {
      lane.step();
      lane.t.free(pointer.value, { label: BY_HAND });
    });
  }
}

/** A pointer into an object: its own bytes, or those that it keeps elsewhere and may move. */
function bytes(call: Call, of: number, moves: boolean): Symbol {
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
function fill(call: Call, reads: boolean): void {
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

function isMemory(symbol: Symbol): boolean {
  return symbol.kind === 'object' || symbol.kind === 'dynamic' || symbol.kind === 'cell' || symbol.kind === 'variable';
}

function contents({ walk }: Call, symbol: Symbol) {
  const { memory } = walk.lane;
  if (symbol.kind === 'cell') return memory.target(symbol.base, symbol.path, BYTES);
  // The items of Python's containers are elsewhere: what is written here are bytes.
  return memory.target(symbol, 'contents', BYTES);
}

/** `*p = *p + text`: a new object, and the old one loses its reference. */
function appendText(call: Call): Symbol {
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
function buffer(call: Call, gets: boolean): Symbol {
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

function fieldOf(call: Call, effect: CallEffect & { does: 'field' }): Symbol {
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
function state(call: Call, of: number | string, writes: boolean, points: boolean): Symbol {
  const { walk, path, args, at, name } = call;
  const { lane } = walk;
  const base = typeof of === 'number' ? args[of] : undefined;
  const target =
    typeof of === 'string' ? lane.memory.variable(of, of, null) : lane.memory.target(base ?? ZERO, 'state', null);
  if (!writes) lane.load(target, { ...walk.use(path, at), name: '' });
  else lane.store(target, int(lane.thread + 1));
  if (points && typeof of === 'string') return { kind: 'object', object: lane.memory.pointed(of, null, 1) };
  return unknown(`${name}(…)`);
}

function hiddenState(call: Call, { of, writes, points, asks, header }: CallEffect & { does: 'state' }): Symbol {
  const { walk, path, args, name } = call;
  const asked = asks === undefined ? undefined : args[asks];
  const known = header === undefined || walk.lane.memory.names.includes(path.top.code.file, header);
  if (!known) return unknown(`${name}(…)`);
  return state(call, of, writes && !(asked?.kind === 'int' && asked.value === 0), points === true);
}

function atomic(call: Call, how: 'read' | 'write' | 'update'): Symbol {
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

/** `pthread_once`: the first runs the function, the others wait, attached as they are. */
function once(call: Call, index: number): CallResult {
  const { walk, path, args } = call;
  const target = args[index];
  const control = args[0] ?? ZERO;
  const code =
    target?.kind === 'function' ? walk.lane.memory.names.function(path.top.code.file, target.name) : undefined;
  if (code === undefined) return ZERO;
  return walk.once(control, code, path);
}

/** A function that nobody here knows. */
function outside(call: Call, op: Op & { kind: 'call' }): Symbol {
  const { walk, path, args, name } = call;
  const { lane } = walk;
  for (const arg of args) if (arg.kind === 'dynamic' || arg.kind === 'object') lane.useMemory(arg, path);
  const [first] = args;
  const library = threadUnsafeLibrary(name, lane.memory.names.threadUnsafe);
  const method = name.includes('::') || (op.callee.kind === 'named' && first?.kind === 'cell');
  // What a function outside does to its first argument is known of libraries, and told by the names of others.
  const changes = changesHandle(name, library !== null);
  const handle =
    first !== undefined &&
    (isMemory(first) || (first.kind === 'unknown' && (library !== null || first.handle === true)));
  if (handle && (library !== null || method || (lane.atGoal && changes)) && !readsFixedState(name)) {
    lane.assume(
      `${name}() ${changes ? 'changes' : 'reads'} what it is given: \`${nameOf(first).replace(/^&/, '')}\`.`,
      walk.placeOf(path),
    );
    // What it takes from elsewhere it reads there: the state that is copied.
    for (const [i, arg] of args.entries())
      if (i > 0 && arg.kind === 'object' && !arg.object.python && !arg.object.fresh) state(call, i, false, false);
    return state(call, 0, changes, false);
  }
  if (lane.memory.names.threadUnsafe.includes(name)) {
    lane.assume(`Calls of ${name}() use state that all threads share.`, walk.placeOf(path));
    return state(call, `the state behind ${name.replace(/.*::/, '')}()`, true, false);
  }
  if (MAKES.test(name)) return lane.fresh('new memory', 'memory', false, path, BYTES);
  if (lane.memory.names.suspends(path.top.code.file, name)) mayRun(call);
  lane.assume(`${name}() is not part of the extension: it is taken to change nothing of this.`, walk.placeOf(path));
  return unknown(`${name}(${args.map(nameOf).join(', ')})`);
}
