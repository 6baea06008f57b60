/**
 * Lists, tuples, dictionaries, sets, cells and weak references by what calls do with their items: the short forms of
 * `python/list.ts` and `python/dict.ts` where memory changes, nothing at all where it does not. Calls that name a key all
 * mean the same one, and a container has one item to begin with.
 */
import { readsItemUnchecked } from '../../capi/objects.ts';
import { isHeldByInterpreter } from '../../capi/sys-objects.ts';
import { field, type Local, type Place } from '../build/thread.ts';
import { add, choose, differs, less, not, OLD } from '../machine/expression.ts';
import { getValueBorrowed, getValueRef, setValue } from '../python/dict.ts';
import { getItemRef, setItem } from '../python/list.ts';
import { HEADER } from '../python/python.ts';
import { criticalSection } from '../python/sections.ts';
import { mayRun, out } from './call.ts';
import { ContainerCall, type Of, VALUE } from './container-call.ts';
import type { Lane } from './lane.ts';
import { int, nameOf, type Symbol, unknown, ZERO } from './symbols.ts';
import type { Target } from './target.ts';
import { NUMBER, OBJECT_POINTER } from './types.ts';
import { WholeContainers } from './whole-containers.ts';

type ContainerEffect = Of<
  'borrow' | 'take' | 'put' | 'append' | 'default' | 'contains' | 'copy' | 'size' | 'walk' | 'clear'
>;

export class Containers extends ContainerCall {
  run(effect: ContainerEffect): Symbol {
    switch (effect.does) {
      case 'borrow':
        return this.#borrow(effect);
      case 'take':
        return this.#take(effect);
      case 'put':
        return this.#put(effect);
      case 'append':
        return new WholeContainers(this.call).append(effect);
      case 'default':
        return this.#default(effect);
      case 'contains':
        return this.#contains(effect);
      case 'copy':
        return this.#copy(effect.of);
      case 'size':
        return new WholeContainers(this.call).size(effect.of);
      case 'walk':
        return new WholeContainers(this.call).next(effect);
      case 'clear':
        return new WholeContainers(this.call).clear(this.holder(effect.of, 'list'));
    }
  }

  #borrow({ from, shape, out: outs }: Of<'borrow'>): Symbol {
    const lane = this.lane;
    const { path } = this.call;
    const held = from === 'sys' ? this.#heldByInterpreter() : null;
    if (held !== null) return held;
    const container = this.holder(from, shape);
    lane.touchPython(path);
    const frozen = shape === 'tuple' || this.isTuple(from);
    if (!frozen) lane.readsContainer(container, shape);
    const item = this.item(container, shape);
    const read = lane.peek(item, this.use(), shape === 'dict' ? 'dict' : 'item');
    if ('local' in read) {
      lane.step();
      const base = lane.expression(container);
      if (shape === 'dict') getValueBorrowed(lane.py, lane.t, read.local, base, VALUE);
      else lane.t.load(read.local, lane.place(item), { order: 'relaxed' });
    }
    // A tuple keeps its size: a slot of a new one is NULL, and there.
    if ('local' in read && !frozen && readsItemUnchecked(this.call.name))
      lane.t.check(read.local, 'out-of-bounds', `there is no such item in ${nameOf(container)} any more`);
    for (const index of outs ?? []) out(this.call, index, read.symbol);
    return outs === undefined ? read.symbol : int(1);
  }

  /** What stays alive whatever becomes of its name in `sys`. */
  #heldByInterpreter(): Symbol | null {
    const { path, at } = this.call;
    const op = path.top.body.steps[at]?.op;
    const name = op?.kind === 'call' ? op.args[0] : undefined;
    if (name?.kind !== 'string' || !isHeldByInterpreter(name.text)) return null;
    const object = this.lane.memory.object(`sys.${name.text}`, { type: 'dict', python: true, immortal: true });
    return { kind: 'object', object };
  }

  #take({ from, shape, out: index, removes }: Of<'take'>): Symbol {
    const lane = this.lane;
    const { path, walk } = this.call;
    const container = this.holder(from, shape);
    lane.touchPython(path);
    const item = this.item(container, shape);
    if (lane.mayFail && index === undefined) return unknown(`${this.call.name}(…) of ${lane.t.name}`);
    const read = lane.peek(item, this.use(), 'item');
    if (removes === true) lane.writes(item, ZERO);
    if ('local' in read) {
      const base = lane.expression(container);
      const { local } = read;
      lane.step();
      if (removes === true) {
        criticalSection(lane.py, lane.t, base, () => {
          lane.t.load(local, lane.place(item), { order: 'relaxed' });
          lane.t.store(lane.place(item), 0, { order: 'sync' });
        });
      } else if (shape === 'weakref') takeIfAlive(lane, local, lane.place(item));
      else if (shape === 'list' || shape === 'tuple') getItemRefAt(lane, local, base, item);
      else getValueRef(lane.py, lane.t, local, base, VALUE);
      path.refer(item.name, 1);
    } else lane.incref(read.symbol, path, true);
    if (this.call.name.startsWith('PyObject_')) mayRun(this.call);
    if (index === undefined) return read.symbol;
    out(this.call, index, read.symbol);
    if (walk.lane.isKnown(read.symbol)) return int(read.symbol.kind === 'int' ? 0 : 1);
    return {
      kind: 'dynamic',
      value: differs(lane.expression(read.symbol), 0),
      of: `${this.call.name}()`,
      type: NUMBER,
    };
  }

  #put({ into, shape, value: index, steals, locks, drops }: Of<'put'>): Symbol {
    const lane = this.lane;
    const { path, args, walk, name } = this.call;
    const container = this.holder(into, shape);
    const value = index === null ? ZERO : (args[index] ?? ZERO);
    lane.touchPython(path);
    for (const arg of args) lane.use(arg, path);
    const item = this.item(container, shape);
    if (steals) walk.values.keep(item, value, path);
    else if (index !== null) lane.incref(value, path, true, locks || drops);
    if (!steals && index !== null) walk.values.keep(item, value, path);
    lane.writes(item, value);
    if (!locks) {
      // Nothing keeps others from reading it meanwhile.
      lane.readsContainer(container, shape);
      const old = drops ? lane.load(item, { ...this.use(), name: '' }) : null;
      lane.store(item, value);
      if (old !== null) lane.decref(old, path, true);
      return ZERO;
    }
    lane.step();
    const base = lane.expression(container);
    this.#resizes(container, base);
    if (index === null) return this.#remove(item, container);
    const stored = lane.expression(value);
    if (shape === 'list') setItem(lane.py, lane.t, base, lane.indexOf(item), stored, lane.dealloc);
    else setValue(lane.py, lane.t, base, VALUE, stored, lane.dealloc);
    if (name.startsWith('PyObject_')) mayRun(this.call);
    return ZERO;
  }

  /** Who walks a dictionary without a lock reads what a change may move. */
  #resizes(container: Symbol, base: ReturnType<Lane['expression']>): void {
    const lane = this.lane;
    if (!lane.memory.knowledge.fields.includes('ma_keys')) return;
    const keys = this.field(container, 'ma_keys');
    lane.writes(keys, ZERO);
    criticalSection(lane.py, lane.t, base, () => lane.t.store(lane.place(keys), lane.thread + 1));
  }

  /** Tells by its result whether there was something to remove. */
  #remove(item: Target, container: Symbol): Symbol {
    const lane = this.lane;
    const { path } = this.call;
    const old = lane.peek(item, { ...this.use(), name: '' }, 'item');
    if (!('local' in old)) return ZERO;
    const { local, symbol } = old;
    criticalSection(lane.py, lane.t, lane.expression(container), () => {
      lane.t.load(local, lane.place(item), { order: 'relaxed' });
      lane.t.store(lane.place(item), 0, { order: 'sync' });
    });
    lane.decref(symbol, path, true);
    return { kind: 'dynamic', value: choose(local, 0, -1), of: `${this.call.name}()`, type: NUMBER };
  }

  /** `PyDict_SetDefault`: look-up and insertion as one. */
  #default({ into, value: index, out: result }: Of<'default'>): Symbol {
    const lane = this.lane;
    const { path, args, walk } = this.call;
    const dict = this.holder(into, 'dict');
    const value = args[index] ?? ZERO;
    for (const arg of args) lane.use(arg, path);
    const item = this.item(dict, 'dict');
    const size = this.field(dict, 'ob_size');
    const counts =
      lane.memory.knowledge.fields.includes('ob_size') &&
      !lane.isKnown(lane.peek(size, { ...this.use(), name: '' }).symbol);
    lane.writes(item, value);
    const read = lane.peek(item, this.use(), 'item');
    if (result === undefined) lane.readsContainer(dict, 'dict');
    if (!('local' in read)) return read.symbol;
    const { local, symbol } = read;
    const place = lane.place(item);
    lane.step();
    criticalSection(lane.py, lane.t, lane.expression(dict), () => {
      lane.t.load(local, place, { order: 'relaxed' });
      lane.t.when(not(local), () => {
        lane.incref(value, path, true, true);
        walk.values.keep(item, value, path);
        lane.t.store(place, lane.expression(value), { order: 'sync' });
        lane.t.set(local, lane.expression(value));
        if (counts) lane.t.update(lane.place(size), add(OLD, 1), { order: 'relaxed' });
      });
      if (result !== undefined) lane.incref(symbol, path, true);
    });
    if (result === undefined) return symbol;
    out(this.call, result, symbol);
    return int(1);
  }

  #contains({ in: index }: Of<'contains'>): Symbol {
    const lane = this.lane;
    const { path, name } = this.call;
    const container = this.holder(index, 'set');
    lane.use(container, path);
    const target = name === 'PySequence_Contains' ? this.field(container, 'has') : this.item(container, 'dict');
    const read = lane.peek(target, { ...this.use(), name: '' }, 'item');
    if (!('local' in read)) return int(read.symbol.kind === 'int' ? Number(read.symbol.value !== 0) : 1);
    const { local } = read;
    lane.step();
    criticalSection(lane.py, lane.t, lane.expression(container), () => {
      lane.t.load(local, lane.place(target), { order: 'relaxed' });
    });
    return { kind: 'dynamic', value: differs(local, 0), of: `${name}()`, type: NUMBER };
  }

  /** Under the lock of the original; nobody else knows the copy. */
  #copy(of: number): Symbol {
    const lane = this.lane;
    const { path, walk } = this.call;
    const item = this.#take({ does: 'take', from: of, shape: 'list' });
    const made = lane.fresh('copy', 'list', true, path);
    if (made.kind !== 'object') return made;
    const first = lane.memory.target(made, '[0]', OBJECT_POINTER);
    walk.values.keep(first, item, path);
    lane.store(first, item, { order: 'relaxed' });
    const size: Symbol = lane.isKnown(item)
      ? int(item.kind === 'int' ? 0 : 1)
      : { kind: 'dynamic', value: differs(lane.expression(item), 0), of: 'size', type: NUMBER };
    lane.store(this.field(made, 'ob_size'), size, { order: 'relaxed' });
    return made;
  }
}

/** `PyWeakref_GetRef`: no reference to an object whose last one has gone. */
function takeIfAlive(lane: Lane, into: Local, place: Place): void {
  const { t } = lane;
  const ok = t.temporary();
  const take = (): void => {
    t.load(into, place, { order: 'sync' });
    t.when(into, () => {
      t.update(field(into, HEADER.local), add(OLD, 1), { when: less(0, OLD), ok });
      t.when(not(ok), () => t.set(into, 0));
    });
  };
  t.atomic(take, { label: 'takes a reference if it is alive' });
}

function getItemRefAt(
  lane: Lane,
  into: { readonly local: number },
  list: ReturnType<Lane['expression']>,
  item: Target,
): void {
  getItemRef(lane.py, lane.t, into, list, lane.indexOf(item));
}
