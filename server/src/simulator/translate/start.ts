/** What memory holds before the threads run, by how the fields and variables that code fills are to stand. */
import { mayBeHandle } from '../../capi/libraries.ts';
import type { Memory } from './memory.ts';
import type { Setting } from './model.ts';
import { type HeapObject, int, type Symbol, unknown, ZERO } from './symbols.ts';
import { DEEPEST, isItem, ownerOf, type Target } from './target.ts';
import { kindOfType } from './types.ts';

/** Of large functions: how far what is behind pointers is there. */
const LOOSE_DEPTH = 2;

/** Fields and variables that code fills, and may find empty. */
export interface Filled {
  /** Paths that are stored to on some way: see `assignedIn`. */
  readonly assigned: ReadonlySet<string>;
  /** Of large functions only what they are run for starts empty; null: everything that they fill. */
  readonly empties: ((path: string) => boolean) | null;
}

export class Start {
  readonly setting: Setting;
  /** Some cell stands otherwise in the other setting. */
  settings = false;
  readonly #memory: Memory;
  readonly #initial = new Map<string, { readonly target: Target; readonly value: Symbol }>();
  readonly #shown = new Set<string>();
  readonly #filled: Filled;
  /** Objects that a pointer can lead to which only the machine knows. */
  readonly #loose = new Set<HeapObject>();

  constructor(memory: Memory, setting: Setting, filled: Filled) {
    this.#memory = memory;
    this.setting = setting;
    this.#filled = filled;
  }

  get cells(): Iterable<{ readonly target: Target; readonly value: Symbol }> {
    return this.#initial.values();
  }

  /** A parameter that the function tests, in the setting in which it is NULL. */
  mayBeNull(parameter: string): boolean {
    this.settings ||= this.#filled.assigned.has(parameter);
    return this.setting === 'empty' && this.#filled.empties === null && this.#filled.assigned.has(parameter);
  }

  /** What the place holds before the threads run. */
  initial(target: Target): Symbol {
    const key = target.key ?? '';
    const known = this.#initial.get(key);
    if (known !== undefined) return known.value;
    // Objects that are made later start out empty.
    const value = target.object?.fresh === true ? ZERO : this.#first(target);
    this.#initial.set(key, { target, value });
    this.#place(target, value);
    return value;
  }

  #first(target: Target): Symbol {
    const { object, path, type, name } = target;
    const written = this.#memory.knowledge.isWritten(ownerOf(target), path);
    const assigned = written || this.#filled.assigned.has(path);
    const asked =
      this.#filled.empties === null || this.#filled.empties(path) || this.#memory.knowledge.focus.has(target.key ?? '');
    const item = isItem(path) || path === 'ob_size' || path === 'has';
    const empty =
      (assigned && asked && this.setting === 'empty') || (item && object?.python === true && this.setting === 'hollow');
    const kind =
      object !== null && isItem(path)
        ? kindOfType(object.items, this.#memory.names)
        : kindOfType(type, this.#memory.names);
    const depth = (object?.depth ?? 0) + 1;
    if (path === 'ob_size') {
      this.settings ||= assigned;
      return int(empty ? 0 : 1);
    }
    if (this.#memory.knowledge.locks.has(path) || path === 'has') return int(path === 'has' && !empty ? 1 : 0);
    switch (kind) {
      case 'object':
      case 'pointer': {
        this.settings ||= assigned;
        if (
          empty ||
          depth > DEEPEST ||
          (/\[[12]\]$/.test(path) && this.#memory.knowledge.isWritten(ownerOf(target), 'ob_size'))
        )
          return ZERO;
        // Objects of one kind may share what is not Python's: a block that counts its users.
        const shared = this.setting === 'plenty' && kind === 'pointer' ? name.replace(/ of T\d+(?=->|$)/, '') : name;
        const own = isItem(path) ? (object?.items ?? type) : type;
        // What is replaced while the threads run needs another name than its place.
        const last = isItem(path) ? 'item' : name.replace(/^.*(?:->|\.)/, '');
        return {
          kind: 'object',
          object: this.#memory.pointed(shared, own, depth, written ? this.#unused(`old ${last}`) : shared),
        };
      }
      case 'number':
      case 'unknown':
        if (!assigned) return unknown(name, type !== null && mayBeHandle(type.base));
        this.settings = true;
        return empty ? ZERO : int(this.setting === 'plenty' ? 2 : 1);
      case 'struct':
        return unknown(name);
      case 'function':
        return { kind: 'function', name };
    }
  }

  #unused(name: string): string {
    let shown = name;
    for (let n = 2; this.#shown.has(shown); n++) shown = `${name} ${n}`;
    this.#shown.add(shown);
    return shown;
  }

  #place(target: Target, value: Symbol): void {
    const { base, offset } = target;
    if (typeof base !== 'number' || typeof offset !== 'number') return;
    this.#memory.py.p.initialize(base + offset, constant(value));
  }

  set(target: Target, value: Symbol): void {
    if (target.key !== null) this.#initial.set(target.key, { target, value });
    this.#place(target, value);
  }

  /** The object may be found where only the machine knows what is. */
  letLoose(object: HeapObject): void {
    this.#loose.add(object);
  }

  /** Objects that the cells hold before the threads run. */
  pointees(keys: ReadonlySet<string>): string[] {
    return [...this.#initial].flatMap(([key, { value }]) =>
      keys.has(key) && value.kind === 'object' && value.object.python ? [value.object.name] : [],
    );
  }

  /** Ends the layout: what can be reached through pointers is there. */
  complete(): void {
    for (let before = -1; before !== this.#memory.count + this.#loose.size; ) {
      before = this.#memory.count + this.#loose.size;
      for (const { target, value } of this.#initial.values()) {
        if (value.kind !== 'object') continue;
        const { object } = target;
        if (
          this.#memory.knowledge.isWritten(ownerOf(target), target.path) ||
          (object !== null && this.#loose.has(object))
        )
          this.#loose.add(value.object);
      }
      for (const [path, type] of this.#memory.anywhere) {
        for (const object of this.#filled.empties === null ? this.#memory.objects : this.#loose) {
          if (this.#filled.empties !== null && object.depth > LOOSE_DEPTH) continue;
          if (object.fresh || object.immortal) continue;
          this.initial(this.#memory.target({ kind: 'object', object }, path, type));
        }
      }
    }
  }
}

/** The machine's number for what is known before it runs. */
function constant(symbol: Symbol): number {
  if (symbol.kind === 'int') return symbol.value;
  if (symbol.kind === 'object') return symbol.object.base;
  return symbol.kind === 'unknown' ? 1 : 0;
}
