/**
 * One thread of a translated program: its accesses as steps of the machine, each at its place in the user's text. What a
 * function does is in `walk.ts`, what calls do in `calls.ts`; here is what both are written in.
 */
import type { CType } from '../../program/model.ts';
import { field, type Local, type Place, type ThreadBuilder } from '../build/thread.ts';
import { differs, type Expression, equal, OLD, subtract } from '../machine/expression.ts';
import type { Order } from '../machine/program.ts';
import { mayRunPython } from '../python/attach.ts';
import { type Dealloc, decref, incref } from '../python/counts.ts';
import { FIELDS, HEADER } from '../python/python.ts';
import { sectionsOf } from '../python/sections.ts';
import { ITEMS } from './knowledge.ts';
import { INTERPRETER, isItem, type Memory, type Target } from './memory.ts';
import { type Exposed, type Exposure, Untranslatable } from './model.ts';
import type { Path } from './path.ts';
import { type HeapObject, type Symbol, truth, unknown, ZERO } from './symbols.ts';
import { kindOfType, NUMBER, OBJECT_POINTER } from './types.ts';

/** Note of steps that free memory other than by dropping its last reference. */
export const BY_HAND = 'by hand';

/** Steps of one thread, all branches together. */
const MOST_STEPS = 1200;

export interface AccessOptions {
  readonly order?: Order;
  readonly label?: string;
}

export class Lane {
  readonly memory: Memory;
  readonly t: ThreadBuilder;
  readonly thread: number;
  /** What Python code can change under the thread. */
  readonly readings: Exposed[] = [];
  readonly assumptions = new Map<string, { file: string; offset: number; end: number } | null>();
  /** Whether the step that is translated is one that the finding is about. */
  atGoal = false;
  /** What calls hand back may be NULL: asked for only where nothing else leads to the goal. */
  mayFail = false;
  /** A lock of the extension's own is held: what it keeps in its fields is then changed under that lock, by convention. */
  guarded = false;
  reached = false;
  focused = false;
  steps = 0;
  /** Where the walk stands. */
  path: Path | null = null;
  /** The step that is translated may run Python code. */
  ranPython = false;
  readonly #sites = new Map<string, string[]>();
  readonly #locals = new Map<string, Local>();

  constructor(memory: Memory, t: ThreadBuilder) {
    this.memory = memory;
    this.t = t;
    this.thread = t.index;
  }

  get py() {
    return this.memory.py;
  }

  expression(symbol: Symbol): Expression {
    return this.memory.expression(symbol, this.thread);
  }

  /** The same variable of the machine for the same use, whatever branch it stands in. */
  local(name: string, use: string, pointer: boolean): Local {
    const known = this.#locals.get(use);
    if (known !== undefined) return known;
    const local = name === '' ? this.t.temporary() : this.t.local(name, pointer ? 'pointer' : 'number');
    this.#locals.set(use, local);
    return local;
  }

  step(): void {
    if (++this.steps > MOST_STEPS) throw new Untranslatable('It branches too often for a model of bounded size.');
  }

  /**
   * What reading the place yields, before the step that reads it is written: known at once, or the machine's variable that
   * the step has to fill. `into`: the user's name for what is read, and the use that the variable belongs to.
   */
  peek(
    target: Target,
    into: { name: string; use: string },
    as: 'value' | 'item' | 'dict' = 'value',
  ): { readonly symbol: Symbol } | { readonly symbol: Symbol; readonly local: Local } {
    const { memory } = this;
    const { knowledge } = memory;
    const value = target.key === null ? null : memory.initial(target);
    this.#note(target);
    if (value !== null && as === 'value' && this.#isPrivate(target))
      return { symbol: this.path?.cells.get(target.key ?? '') ?? value };
    if (value !== null && !knowledge.isWritten(ownerOf(target), target.path)) {
      if (target.object !== null && memory.isMortal(target.object)) {
        this.step();
        this.t.load(this.t.temporary(), placeOf(target), { order: 'relaxed' });
      }
      return { symbol: value };
    }
    this.#show(target);
    if (value?.kind === 'object') memory.letLoose(value.object);
    else if (target.object !== null) memory.letLoose(target.object);
    const type = isItem(target.path) ? (target.object?.items ?? target.type ?? OBJECT_POINTER) : target.type;
    const kind = kindOfType(type, memory.names);
    const pointer = as !== 'value' || kind === 'object' || kind === 'pointer' || value?.kind === 'object';
    if (pointer && target.path !== 'has') knowledge.learn(knowledge.pointers, target.path);
    const local = this.local(into.name, into.use, pointer);
    return { local, symbol: { kind: 'dynamic', value: local, of: target.name, type, path: target.path } };
  }

  load(target: Target, into: { name: string; use: string }, options: AccessOptions = {}): Symbol {
    const read = this.peek(target, into);
    if (!('local' in read)) return read.symbol;
    this.step();
    this.t.load(read.local, placeOf(target), { order: this.#order(target, options) });
    return read.symbol;
  }

  store(target: Target, value: Symbol, options: AccessOptions = {}): void {
    const plain = value.kind === 'int' || value.kind === 'unknown' || value.kind === 'text';
    if (plain && this.#isPrivate(target)) {
      this.#note(target);
      this.path?.cells.set(target.key ?? '', value);
      return;
    }
    this.writes(target, value);
    this.step();
    this.t.store(placeOf(target), this.expression(value), { order: this.#order(target, options) });
  }

  /** One atomic read-modify-write; the result is the old value. */
  update(target: Target, next: Expression, into: { name: string; use: string }): Symbol {
    this.writes(target, ZERO);
    const local = this.local(into.name, into.use, false);
    this.step();
    this.t.update(placeOf(target), next, { into: local });
    return { kind: 'dynamic', value: local, of: target.name, type: target.type, path: target.path };
  }

  exchange(target: Target, value: Symbol, into: { name: string; use: string }): Symbol {
    this.writes(target, value);
    return this.update(target, this.expression(value), into);
  }

  compareExchange(
    target: Target,
    expected: Symbol,
    desired: Symbol,
    into: { name: string; use: string },
  ): { old: Symbol; ok: Symbol } {
    this.writes(target, desired);
    const old = this.local(into.name, into.use, false);
    const ok = this.local('', `${into.use} ok`, false);
    this.step();
    this.t.compareExchange(placeOf(target), this.expression(expected), this.expression(desired), { into: old, ok });
    return {
      old: { kind: 'dynamic', value: old, of: target.name, type: target.type, path: target.path },
      ok: { kind: 'dynamic', value: ok, of: `${target.name} was changed`, type: NUMBER },
    };
  }

  /** The place is written by somebody, and values can be in it that are not there at the start. */
  writes(target: Target, value: Symbol): void {
    const { memory } = this;
    const { knowledge } = memory;
    this.#note(target);
    this.#show(target);
    knowledge.learn(knowledge.open, target.key ?? target.path);
    if (target.key === null) knowledge.learn(knowledge.writtenSomewhere, target.path);
    else {
      knowledge.learn(knowledge.written, `${ownerOf(target)}|${target.path}`);
      memory.initial(target);
    }
    if (value.kind === 'object') {
      memory.letLoose(value.object);
      knowledge.learn(knowledge.pointers, target.path);
      const { object } = value;
      if (!object.immortal && (!object.python || memory.concerns(target)))
        knowledge.learn(object.python ? knowledge.counted : knowledge.freed, object.name);
    }
  }

  /** No other thread touches the cell, and it holds no pointer: it is part of what the thread knows. */
  #isPrivate({ key, path, object }: Target): boolean {
    const { knowledge } = this.memory;
    if (key === null || object === null || isItem(path) || path === 'ob_size' || path === 'has') return false;
    knowledge.touch(key, this.thread);
    return (
      !knowledge.open.has(key) &&
      !knowledge.open.has(path) &&
      knowledge.touchedBy.get(key)?.size === 1 &&
      !this.memory.isMortal(object)
    );
  }

  #note(target: Target): void {
    if (!this.atGoal) return;
    this.reached = true;
    this.memory.knowledge.learn(this.memory.knowledge.focus, target.key ?? target.path);
    this.memory.knowledge.learn(this.memory.knowledge.focus, target.path);
  }

  #show(target: Target): void {
    const { knowledge } = this.memory;
    if (target.key !== null) {
      knowledge.learn(knowledge.visible, target.key);
      knowledge.touch(target.key, this.thread);
    } else {
      knowledge.learn(knowledge.open, target.path);
      for (const object of this.memory.objects) {
        if (!object.immortal && !object.fresh) knowledge.learn(knowledge.visible, `${object.name}|${target.path}`);
      }
    }
  }

  /** Accesses that the finding is not about are in no data race: they would hide what it is about. */
  #order(target: Target, options: AccessOptions): Order {
    if (options.order !== undefined) return options.order;
    if (target.type?.atomic === true) return 'sync';
    const { focus } = this.memory.knowledge;
    return !this.focused || focus.has(target.key ?? target.path) || focus.has(target.path) ? 'plain' : 'relaxed';
  }

  /** A lock: a cell that holds who has it. */
  lockAt(target: Target): Place {
    const { knowledge } = this.memory;
    knowledge.learn(knowledge.locks, target.path);
    knowledge.learn(knowledge.written, `${ownerOf(target)}|${target.path}`);
    this.#show(target);
    return placeOf(target);
  }

  /** The object is looked at: if it was freed, this is where it shows. */
  use(symbol: Symbol, path: Path): void {
    this.touchPython(path);
    if (symbol.kind === 'object') {
      if (this.memory.isMortal(symbol.object)) this.#look(symbol.object.base);
    } else if (symbol.kind === 'dynamic') {
      if (isReference(symbol, this.memory)) this.t.when(symbol.value, () => this.#look(symbol.value));
    } else if (symbol.kind === 'cell') this.use(symbol.base, path);
  }

  #look(base: Expression): void {
    this.step();
    this.t.load(this.t.temporary(), field(base, HEADER.bits), { order: 'relaxed' });
  }

  /** What only attached threads may do. */
  touchPython(path: Path): void {
    // A finding about data is not about what else goes wrong on the way to it.
    if (path.detached && (this.atGoal || !this.focused)) this.lookAtPython();
  }

  lookAtPython(): void {
    const state = this.memory.object(INTERPRETER, { type: 'interpreter', python: true, immortal: true });
    this.step();
    this.t.load(this.t.temporary(), field(state.base, HEADER.bits), { order: 'relaxed' });
  }

  incref(symbol: Symbol, path: Path, checked: boolean): void {
    this.touchPython(path);
    if (symbol.kind === 'object') {
      const { object } = symbol;
      if (!object.python || object.immortal) return;
      path.refer(object.name, 1);
      if (this.memory.knowledge.counted.has(object.name)) this.#incref(object.base);
    } else if (symbol.kind === 'dynamic') {
      path.refer(symbol.of, 1);
      if (!this.#counts(symbol)) return;
      if (checked) this.t.when(symbol.value, () => this.#incref(symbol.value));
      else this.#incref(symbol.value);
    }
  }

  /** What a finding is not about is there as long as the threads run. */
  #counts({ path }: Symbol & { kind: 'dynamic' }): boolean {
    return path === undefined || this.memory.concerns({ key: null, path });
  }

  #incref(base: Expression): void {
    this.step();
    incref(this.py, this.t, base);
  }

  decref(symbol: Symbol, path: Path, checked: boolean): void {
    this.ranPython = true;
    this.touchPython(path);
    const { knowledge } = this.memory;
    if (symbol.kind === 'object') {
      const { object } = symbol;
      if (!object.python || object.immortal) return;
      path.refer(object.name, -1);
      if (knowledge.counted.has(object.name)) this.#decref(object.base);
    } else if (symbol.kind === 'dynamic') {
      path.refer(symbol.of, -1);
      if (!this.#counts(symbol)) {
        // Whatever it was: its destructor may have run.
        if (this.py.freeThreaded && sectionsOf(this.t).length > 0) mayRunPython(this.py, this.t);
        return;
      }
      if (symbol.path !== undefined) knowledge.learn(knowledge.owned, symbol.path);
      if (checked) this.t.when(symbol.value, () => this.#decref(symbol.value));
      else this.#decref(symbol.value);
    }
  }

  #decref(base: Expression): void {
    this.step();
    decref(this.py, this.t, base, this.dealloc);
  }

  /** `del x` of the last name for it: its destructor runs, unless somebody has a reference by now. */
  dropLast(object: HeapObject, destroy: () => void): void {
    const { t } = this;
    const before = t.temporary();
    t.store(this.memory.root(`the last reference to ${object.name}`), 0, { order: 'relaxed' });
    t.update(field(object.base, HEADER.local), subtract(OLD, 1), { into: before, label: 'drops the last reference' });
    t.when(equal(before, 1), destroy);
  }

  readonly dealloc: Dealloc = (t, object) => {
    this.#dropItems(object);
    for (const place of this.memory.weakPlaces()) {
      t.compareExchange(placeOf(place), object, 0, { label: 'clears the weak reference' });
    }
    t.free(object);
    // Python code may run on the way: sections that are open then are suspended, the GIL may be dropped.
    if (this.py.hasGil || sectionsOf(t).length > 0) mayRunPython(this.py, t);
  };

  /** A container that goes takes its references with it. */
  #dropItems(object: Expression): void {
    if (!this.memory.knowledge.nested) return;
    for (let i = 0; i < ITEMS; i++) {
      const item = this.local('', `dropped ${i}`, true);
      this.t.load(item, field(object, FIELDS + 1 + i), { order: 'relaxed' });
      this.t.when(item, () => decref(this.py, this.t, item));
    }
  }

  /** An object of this call's own, which nobody else knows. */
  fresh(name: string, type: string, python: boolean, path: Path, items?: CType | null): Symbol {
    if (this.mayFail) return unknown(`${name} ${path.count(name) + 1} of ${this.t.name}`);
    const nth = this.#nth(name, path);
    const full = `${name}${nth === 0 ? '' : ` ${nth + 1}`} (${this.t.name})`;
    const object = this.memory.object(full, { type, python, fresh: true, ...(items === undefined ? {} : { items }) });
    if (python) path.refer(full, 1);
    const { knowledge } = this.memory;
    if (knowledge.counted.has(full) || knowledge.freed.has(full) || this.#isTouched(object)) {
      this.t.allocate(this.local('', `new ${full}`, true), [object.base]);
    }
    return { kind: 'object', object };
  }

  /** What is made at one place is one object, on whatever way the thread came there. */
  #nth(name: string, path: Path): number {
    const { code, body, at, visits } = path.top;
    const site = `${path.frames.length} ${code.file} ${body.name} ${at} ${visits.get(at) ?? 0}`;
    const sites = this.#sites.get(name) ?? [];
    this.#sites.set(name, sites);
    const known = sites.indexOf(site);
    return known >= 0 ? known : sites.push(site) - 1;
  }

  #isTouched(object: HeapObject): boolean {
    for (const key of this.memory.knowledge.visible) if (key.startsWith(`${object.name}|`)) return true;
    return false;
  }

  /** Memory that a function outside of the extension gets: a pointer to what was freed fails there. */
  useMemory(symbol: Symbol, path: Path): void {
    if (symbol.kind === 'object' && !symbol.object.python && !this.memory.isMortal(symbol.object)) return;
    const detached = path.detached;
    path.detached = false;
    this.use(symbol, path);
    path.detached = detached;
  }

  isKnown(symbol: Symbol): boolean {
    return symbol.kind !== 'dynamic';
  }

  place(target: Target): Place {
    return placeOf(target);
  }

  /** Of an item in its list. */
  indexOf(item: Target): Expression {
    return Number(/\[(\d)\]$/.exec(item.path)?.[1] ?? 0);
  }

  assume(text: string, at: { file: string; offset: number; end: number } | null): void {
    if (!this.assumptions.has(text)) this.assumptions.set(text, at);
  }

  readsContainer(container: Symbol, action: Exposure): void {
    if (this.atGoal) this.reached = true;
    const object = container.kind === 'object' && !container.object.fresh ? container.object : null;
    const name = container.kind === 'dynamic' ? container.of : (object?.name ?? '');
    if (this.guarded && object?.depth !== 0) return;
    const under = this.#lockedOwner(name);
    if (name !== '')
      this.readings.push({ container: name, action, atGoal: this.atGoal, ...(under === null ? {} : { under }) });
  }

  /** A section is open on what has the container in a field: that is how others are kept from it, by convention. */
  #lockedOwner(container: string): string | null {
    const locked = sectionsOf(this.t).flatMap(section => section.objects);
    for (const { name, base } of this.memory.objects) {
      if (container.startsWith(`${name}->`) && locked.includes(base)) return name;
    }
    return null;
  }

  /** `yes` where the condition holds, `no` elsewhere: both at once, where only the machine will know. */
  branch(condition: Symbol, yes: () => void, no: () => void): void {
    const known = truth(condition);
    if (known !== null) (known ? yes : no)();
    else this.t.when(differs(this.expression(condition), 0), yes, no);
  }
}

function ownerOf(target: Target): string {
  return target.object?.name ?? '=';
}

function placeOf({ base, offset }: Target): Place {
  return offset === 0 && typeof base === 'number' ? base : { base, offset };
}

/** A value of the machine that can be a pointer to an object. */
function isReference(symbol: Symbol & { kind: 'dynamic' }, memory: Memory): boolean {
  const kind = kindOfType(symbol.type, memory.names);
  return kind === 'object' || kind === 'pointer' || kind === 'unknown';
}
