/**
 * One thread's accesses of memory as steps of the machine: what is known before the program runs leaves no trace, what another
 * thread could notice becomes a step. Whatever it reads and writes is learnt for the next round of the translation.
 */
import { type Local, type Place, type ThreadBuilder } from '../build/thread.ts';
import { differs, type Expression } from '../machine/expression.ts';
import type { Order } from '../machine/program.ts';
import { ITEMS } from './knowledge.ts';
import type { Memory } from './memory.ts';
import { TooLarge } from './model.ts';
import type { Path } from './path.ts';
import { type Symbol, truth, ZERO } from './symbols.ts';
import { isItem, itemPath, ownerOf, placeOf, type Target } from './target.ts';
import { kindOfType, NUMBER, OBJECT_POINTER } from './types.ts';

/** Steps of one thread, all branches together. */
const MOST_STEPS = 1200;

export interface AccessOptions {
  readonly order?: Order;
  readonly label?: string;
}

export class Accesses {
  readonly memory: Memory;
  readonly t: ThreadBuilder;
  readonly thread: number;
  readonly assumptions = new Map<string, { file: string; offset: number; end: number } | null>();
  /** Whether the step that is translated is one that the finding is about. */
  atGoal = false;
  reached = false;
  focused = false;
  steps = 0;
  /** Where the walk stands. */
  path: Path | null = null;
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
    if (++this.steps > MOST_STEPS) throw new TooLarge('It branches too often for a model of bounded size.');
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
    const value = target.key === null ? null : memory.start.initial(target);
    if (value === null) this.#fillArray(target);
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
    if (value?.kind === 'object') memory.start.letLoose(value.object);
    else if (target.object !== null) memory.start.letLoose(target.object);
    const type = isItem(target.path) ? (target.object?.items ?? target.type ?? OBJECT_POINTER) : target.type;
    const kind = kindOfType(type, memory.names);
    const pointer = as !== 'value' || kind === 'object' || kind === 'pointer' || value?.kind === 'object';
    if (pointer && target.path !== 'has') knowledge.learn(knowledge.pointers, target.path);
    const local = this.local(into.name, into.use, pointer);
    return { local, symbol: { kind: 'dynamic', value: local, of: target.name, type, path: target.path } };
  }

  /** At an index that only the machine knows any item can be read: all of them hold something. */
  #fillArray({ object, path, type }: Target): void {
    if (object === null || object.python || object.fresh || !isItem(path)) return;
    for (let i = 0; i < ITEMS; i++)
      this.memory.start.initial(this.memory.target({ kind: 'object', object }, itemPath(i), type));
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
    if (plain && target.beside === undefined && this.#isPrivate(target)) {
      this.#note(target);
      this.path?.cells.set(target.key ?? '', value);
      return;
    }
    this.writes(target, value);
    const beside = this.#readBeside(target);
    this.step();
    this.t.store(placeOf(target), this.expression(value), { order: this.#order(target, options) });
    for (const [other, old] of beside) this.t.store(placeOf(other), old, { order: this.#order(other, options) });
  }

  /** Of bit-fields that somebody stores, the values that go back into the word with a store of their neighbour. */
  #readBeside({ beside = [] }: Target): (readonly [Target, Local])[] {
    const { memory } = this;
    return beside
      .filter(other => memory.knowledge.isWritten(ownerOf(other), other.path))
      .map(other => {
        memory.start.initial(other);
        this.#note(other);
        this.#show(other);
        this.step();
        const old = this.t.temporary();
        this.t.load(old, placeOf(other), { order: this.#order(other, {}) });
        return [other, old];
      });
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
      memory.start.initial(target);
    }
    if (value.kind === 'object') {
      memory.start.letLoose(value.object);
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
    this.memory.noteWord(target);
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

  /** `yes` where the condition holds, `no` elsewhere: both at once, where only the machine will know. */
  branch(condition: Symbol, yes: () => void, no: () => void): void {
    const known = truth(condition);
    if (known !== null) (known ? yes : no)();
    else this.t.when(differs(this.expression(condition), 0), yes, no);
  }
}
