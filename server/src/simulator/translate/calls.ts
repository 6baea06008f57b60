/** What calls of functions outside the extension do, by the effects that `capi/` knows, as steps of the machine. */
import { type CallEffect, effectOfCall } from '../../capi/effects.ts';
import { apiFact } from '../../capi/facts.ts';
import { changesHandle, keepsHandle, readsFixedState, threadUnsafeLibrary } from '../../capi/libraries.ts';
import { isCApiName, isLibraryMaker, onlyTestsPointer } from '../../capi/objects.ts';
import type { Op } from '../../program/model.ts';
import { field } from '../build/thread.ts';
import { equal } from '../machine/expression.ts';
import { HEADER } from '../python/python.ts';
import { formatOf, parse } from './argument-calls.ts';
import { type Call, type CallResult, mayRun, out } from './call.ts';
import { Containers } from './containers.ts';
import { allocate, appendText, buffer, bytes, fill, free, initialise, isMemory, reallocate } from './memory-calls.ts';
import type { Path } from './path.ts';
import { block, fork, track } from './process-calls.ts';
import { atomic, fieldOf, hiddenState, state } from './state-calls.ts';
import { assumptionOf } from './summaries.ts';
import { int, nameOf, type Symbol, unknown, ZERO } from './symbols.ts';
import { BYTES, NUMBER } from './types.ts';
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
  if (onlyTestsPointer(name)) return unknown(`${name}(${args.map(nameOf).join(', ')})`);
  if (op.callee.kind === 'pointer') return throughPointer(call, op);
  const effect = effectOfCall(name);
  if (effect !== null) {
    const assumption = assumptionOf(name, effect);
    if (assumption !== null) walk.lane.assume(assumption, walk.placeOf(path));
    return byEffect(call, effect, op);
  }
  if (name.startsWith('PyLong_From')) return boxed(call);
  if (name === 'PyIter_Next') return shared(call, 'item of');
  if (name === 'PyObject_GenericGetDict') return shared(call, '__dict__ of');
  // Which attribute it is, tells the place of the call.
  if (/^PyObject_GetAttr(?:String)?$/.test(name)) return shared(call, 'attribute of', `${path.top.body.name} ${at}`);
  if (/^PyArg_(?:Parse|Unpack|VaParse)/.test(name)) return parse(call, formatOf(op));
  if (isCApiName(name) || apiFact(name) !== undefined) return byFact(call);
  return outside(call, op);
}

function throughPointer(call: Call, op: Op & { kind: 'call' }): CallResult {
  const { walk, path, name, args } = call;
  if (name === 'tp_alloc' || name === 'tp_new') return walk.lane.fresh('new object', 'object', true, path);
  if (name === 'tp_free') return byEffect(call, { does: 'free' }, op);
  for (const arg of args) walk.lane.use(arg, path);
  mayRun(call);
  walk.lane.assume(`What \`${name}\` leads to is not known: it is taken to change nothing of this.`, null);
  return unknown(`${name}(…)`);
}

function byEffect(call: Call, effect: CallEffect, op: Op & { kind: 'call' }): CallResult {
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
    case 'count':
      return references(call, effect.one === true);
    case 'same':
      return initialise(call, first);
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
      return reallocate(call, effect.of ?? 0);
    case 'free':
      free(call, first);
      return ZERO;
    case 'bytes':
      return bytes(call, effect.of, effect.moves);
    case 'fill':
      fill(call, effect.reads);
      return effect.yields === 'zero' ? ZERO : first;
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
    case 'track':
      return track(call, effect.tracked);
    case 'block':
      return block(call) ?? outside(call, op);
    case 'fork':
      return fork(call);
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

/** The count is asked for: what it is good for shows where others count meanwhile. */
function references(call: Call, one: boolean): Symbol {
  const { walk, path, args, at, name } = call;
  const { lane } = walk;
  const [object = ZERO] = args;
  const base = object.kind === 'object' && !object.object.immortal && object.object.python ? object : null;
  if (!lane.atGoal || (base === null && object.kind !== 'dynamic')) {
    lane.use(object, path);
    return unknown(`${name}(${nameOf(object)})`);
  }
  if (base?.kind === 'object') lane.memory.knowledge.learn(lane.memory.knowledge.counted, base.object.name);
  lane.reached = true;
  const count = lane.local('', `${walk.use(path, at).use} refs`, false);
  lane.step();
  lane.t.load(count, field(lane.expression(object), HEADER.local), { order: 'relaxed' });
  const value = one ? equal(count, 1) : count;
  return { kind: 'dynamic', value, of: `${name}(${nameOf(object)})`, type: NUMBER };
}

/** What an iterator yields, an attribute, and an object's dictionary are most often what others have too: a new reference to it. */
function shared(call: Call, what: string, which = ''): Symbol {
  const { walk, path, args } = call;
  const { lane } = walk;
  const [owner = ZERO] = args;
  lane.use(owner, path);
  mayRun(call);
  if (lane.mayFail) return unknown(`${call.name}(${nameOf(owner)})`);
  const shown = `${what} ${nameOf(owner)}`;
  const name = which === '' ? shown : `${shown} (${which})`;
  lane.assume(`Other threads can get the same object: the ${shown}.`, walk.placeOf(path));
  const object = lane.memory.object(name, { type: 'object', python: true, shown });
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
    lane.mayKeep(args, path);
    mayRun(call);
    for (const arg of args) lane.use(arg, path);
  }
  for (const index of fact?.outNew ?? []) out(call, index, lane.fresh('result', 'object', true, path));
  if (fact?.returns === 'borrowed') {
    const { containerArg } = fact;
    if (containerArg !== null && fact.borrowOwner === 'mutable')
      return new Containers(call).run({ does: 'borrow', from: containerArg, shape: 'slot' });
    // Of another object it is another one: `Py_TYPE(value) == Py_TYPE(Py_None)`.
    const of = args.map(nameOf).join(', ');
    const object = lane.memory.object(`${name}(${of})`, { type: 'object', python: true, immortal: true });
    return { kind: 'object', object };
  }
  if (fact?.interior !== null && fact?.interior !== undefined) {
    const base = args[fact.interior.arg] ?? ZERO;
    const object = lane.memory.pointed(`${name}(${nameOf(base)})`, null, 1);
    return { kind: 'object', object };
  }
  if (fact?.returns === 'new' || (fact === undefined && /_New|_From[A-Z]|_Call|_Get(?:Attr|Item)/.test(name)))
    return lane.fresh(madeBy(name), 'object', true, path, { madeBy: name });
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

/** Variables outside functions whose addresses the flagged call hands on: why else should it. */
function fillsGiven({ walk, path, args, name }: Call): void {
  const { lane } = walk;
  for (const arg of args) {
    if (arg.kind !== 'variable' || arg.type?.const === true) continue;
    lane.assume(`${name}() writes what it is given the address of: \`${arg.name}\`.`, walk.placeOf(path));
    lane.store(lane.memory.variable(arg.key, arg.name, arg.type), int(lane.thread + 1), { order: 'plain' });
  }
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
      if (i > 0 && arg.kind === 'object' && !arg.object.python && !arg.object.fresh && !keepsHandle(name, i))
        state(call, i, false, false);
    const answer = state(call, 0, changes, false);
    return isLibraryMaker(name) ? lane.fresh('new memory', 'memory', false, path, { items: BYTES }) : answer;
  }
  if (lane.memory.names.threadUnsafe.includes(name)) {
    lane.assume(`Calls of ${name}() use state that all threads share.`, walk.placeOf(path));
    return state(call, `the state behind ${name.replace(/.*::/, '')}()`, true, false);
  }
  if (lane.atGoal) fillsGiven(call);
  if (MAKES.test(name)) return lane.fresh('new memory', 'memory', false, path, { items: BYTES });
  if (lane.memory.names.suspends(path.top.code.file, name)) mayRun(call);
  lane.assume(`${name}() is not part of the extension: it is taken to change nothing of this.`, walk.placeOf(path));
  return unknown(`${name}(${args.map(nameOf).join(', ')})`);
}
