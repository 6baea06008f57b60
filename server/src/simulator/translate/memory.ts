/**
 * The memory of a translated program. Objects come into being when the code first looks at them: what a parameter, a field
 * or a variable holds at the start is one object of its own, under the name by which the code reaches it.
 */
import { mayBeHandle } from '../../capi/libraries.ts';
import type { CType } from '../../program/model.ts';
import type { FieldDeclaration } from '../build/program.ts';
import { add, cellValue, choose, type Expression, equal } from '../machine/expression.ts';
import { FIELDS, HEADER, type Python } from '../python/python.ts';
import { ITEMS, type Knowledge } from './knowledge.ts';
import { type Names, type Setting, Untranslatable } from './model.ts';
import { type HeapObject, int, nameOf, type Symbol, unknown, ZERO } from './symbols.ts';
import { BYTES, kindOfType, OBJECT_POINTER, pointee } from './types.ts';

/** Where a value is kept. `key`: the cell, when it is known before the program runs. */
export interface Target {
  readonly base: Expression;
  readonly offset: Expression;
  readonly key: string | null;
  readonly path: string;
  readonly object: HeapObject | null;
  readonly type: CType | null;
  readonly name: string;
}

interface ObjectOptions {
  readonly type: string;
  readonly python: boolean;
  readonly immortal?: boolean;
  readonly fresh?: boolean;
  readonly items?: CType | null;
  readonly depth?: number;
  /** How people know it, where that is not its name. */
  readonly shown?: string;
}

/** Stands for everything that only attached threads may touch. */
export const INTERPRETER = 'the interpreter';

/** Variables outside of objects belong to this one. */
const VARIABLES = '=';
const DEEPEST = 4;
/** Of large functions: how far what is behind pointers is there. */
const LOOSE_DEPTH = 2;
const MOST_OBJECTS = 60;

export class Memory {
  readonly py: Python;
  readonly names: Names;
  readonly knowledge: Knowledge;
  readonly setting: Setting;
  /** Only some of the memory is looked at: see `Knowledge.focus`. */
  focused = false;
  /** Some cell stands otherwise in the other setting. */
  settings = false;
  readonly #objects = new Map<string, HeapObject>();
  readonly #variables = new Map<string, number>();
  readonly #initial = new Map<string, { readonly target: Target; readonly value: Symbol }>();
  readonly #shown = new Set<string>();
  readonly #roots = new Map<string, number>();
  readonly #lent = new Map<string, number>();
  readonly #pins = new Map<string, number>();
  /** Fields that are read through pointers which only the machine knows. */
  readonly #anywhere = new Map<string, CType | null>();

  /** Paths that are stored to on some way: see `assignedIn`. */
  readonly #assigned: ReadonlySet<string>;

  /** Of large functions only what they are run for starts empty; null: everything that they fill. */
  readonly #empties: ((path: string) => boolean) | null;
  /** Objects that a pointer can lead to which only the machine knows. */
  readonly #loose = new Set<HeapObject>();

  constructor(
    py: Python,
    names: Names,
    knowledge: Knowledge,
    setting: Setting,
    assigned: ReadonlySet<string>,
    empties: ((path: string) => boolean) | null,
  ) {
    this.#assigned = assigned;
    this.#empties = empties;
    this.py = py;
    this.names = names;
    this.knowledge = knowledge;
    this.setting = setting;
    for (const [name, type] of knowledge.immortals) this.object(name, { type, python: true, immortal: true });
    py.firstMortal = py.p.size;
  }

  get objects(): Iterable<HeapObject> {
    return this.#objects.values();
  }

  object(name: string, options: ObjectOptions): HeapObject {
    const known = this.#objects.get(name);
    if (known !== undefined) return known;
    if (this.#objects.size >= MOST_OBJECTS) throw new Untranslatable('It reaches more objects than a model can hold.');
    const { type, python, immortal = false, fresh = false, depth = 0 } = options;
    const items = options.items ?? (python ? OBJECT_POINTER : BYTES);
    const fields = this.#fields(name, python);
    const shown = options.shown ?? name;
    if (immortal && !this.knowledge.immortals.has(name)) this.knowledge.learnImmortal(name, type);
    const base = python
      ? this.py.object(shown, {
          type,
          fields,
          immortal,
          attachedOnly: name === INTERPRETER,
          alive: !fresh,
          audited: !immortal && this.knowledge.counted.has(name),
        })
      : this.py.p.object({ name: shown, type, fields: [...HIDDEN_HEADER, ...fields], alive: !fresh });
    const object: HeapObject = { name, type, python, immortal, fresh, items, depth, base };
    this.#objects.set(name, object);
    return object;
  }

  /** A parameter that the function tests, in the setting in which it is NULL. */
  mayBeNull(parameter: string): boolean {
    this.settings ||= this.#assigned.has(parameter);
    return this.setting === 'empty' && this.#empties === null && this.#assigned.has(parameter);
  }

  /** A reference that the caller of a function holds as long as it runs. */
  pin(object: HeapObject): void {
    this.#pins.set(object.name, (this.#pins.get(object.name) ?? 0) + 1);
  }

  /** A weak reference: its item is not its own. */
  weaken(object: HeapObject): void {
    this.knowledge.learn(this.knowledge.weak, object.name);
  }

  /** A variable that is one value: a place; a struct or an array: an object. */
  variable(key: string, name: string, type: CType | null): Target {
    const { knowledge } = this;
    let address = this.#variables.get(key);
    const kind = kindOfType(type, this.names);
    if (address === undefined) {
      const pointer = kind === 'object' || kind === 'pointer' || knowledge.pointers.has(key);
      const shown = knowledge.visible.has(`${VARIABLES}|${key}`);
      const format = !shown ? 'hidden' : knowledge.locks.has(key) ? 'holder' : pointer ? 'pointer' : 'number';
      address = this.py.p.global(name, 0, { format, owns: this.#owns(key, kind === 'object') });
      this.#variables.set(key, address);
    }
    return { base: address, offset: 0, key: `${VARIABLES}|${key}`, path: key, object: null, type, name };
  }

  /** Field `path` of what the symbol points to. */
  target(base: Symbol, path: string, type: CType | null, index: Expression = 0): Target {
    const offset = (): Expression =>
      index === 0 ? FIELDS + this.knowledge.offset(path) : add(FIELDS + this.knowledge.offset(path), index);
    switch (base.kind) {
      case 'object': {
        const { object } = base;
        const name = fieldName(object.name, path);
        const key = index === 0 ? `${object.name}|${path}` : null;
        return { base: object.base, offset: offset(), key, path, object, type, name };
      }
      case 'cell':
        return this.target(base.base, path === '[0]' ? base.path : joinPath(base.path, path), type ?? base.type, index);
      case 'dynamic': {
        if (!this.#anywhere.has(path)) this.#anywhere.set(path, type);
        return {
          base: base.value,
          offset: offset(),
          key: null,
          path,
          object: null,
          type,
          name: fieldName(base.of, path),
        };
      }
      case 'int':
        return { base: base.value, offset: 0, key: null, path, object: null, type, name: 'NULL' };
      case 'unknown':
        return this.target({ kind: 'object', object: this.pointed(base.name, null, 1) }, path, type, index);
      case 'variable':
        if (path === '[0]') return this.variable(base.key, base.name, base.type);
        return this.target({ kind: 'object', object: this.pointed(base.name, base.type, 0) }, path, type, index);
      case 'text':
      case 'function':
      case 'slot':
        return this.target({ kind: 'object', object: this.pointed(nameOf(base), null, 1) }, path, type, index);
    }
  }

  /** What a pointer of that name leads to. */
  pointed(name: string, type: CType | null, depth: number, shown = name): HeapObject {
    const python = kindOfType(type, this.names) === 'object';
    const items = python ? OBJECT_POINTER : pointee(type);
    return this.object(name, { type: type?.base ?? 'memory', python, items, depth, shown });
  }

  /** Where weak references keep what they point to. */
  weakPlaces(): Target[] {
    return [...this.knowledge.weak].flatMap(name => {
      const object = this.#objects.get(name);
      const written = this.knowledge.isWritten(name, '[0]');
      return object === undefined || !written ? [] : [this.target({ kind: 'object', object }, '[0]', OBJECT_POINTER)];
    });
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
    const written = this.knowledge.isWritten(object?.name ?? VARIABLES, path);
    const assigned = written || this.#assigned.has(path);
    const asked = this.#empties === null || this.#empties(path) || this.knowledge.focus.has(target.key ?? '');
    const item = /^\[\d\]$/.test(path) || path === 'ob_size' || path === 'has';
    const empty = (assigned && asked && this.setting === 'empty') || (item && this.setting === 'hollow');
    const kind =
      object !== null && /^\[\d\]$/.test(path) ? kindOfType(object.items, this.names) : kindOfType(type, this.names);
    const depth = (object?.depth ?? 0) + 1;
    if (path === 'ob_size') {
      this.settings ||= assigned;
      return int(empty ? 0 : 1);
    }
    if (this.knowledge.locks.has(path) || path === 'has') return int(path === 'has' && !empty ? 1 : 0);
    switch (kind) {
      case 'object':
      case 'pointer': {
        this.settings ||= assigned;
        if (
          empty ||
          depth > DEEPEST ||
          (/\[[12]\]$/.test(path) && this.knowledge.isWritten(object?.name ?? VARIABLES, 'ob_size'))
        )
          return ZERO;
        // Objects of one kind may share what is not Python's: a block that counts its users.
        const shared = this.setting === 'plenty' && kind === 'pointer' ? name.replace(/ of T\d+(?=->|$)/, '') : name;
        const own = /^\[\d\]$/.test(path) ? (object?.items ?? type) : type;
        // What is replaced while the threads run needs another name than its place.
        const last = /^\[\d\]$/.test(path) ? 'item' : name.replace(/^.*(?:->|\.)/, '');
        return {
          kind: 'object',
          object: this.pointed(shared, own, depth, written ? this.#unused(`old ${last}`) : shared),
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
    this.py.p.initialize(base + offset, constant(value));
  }

  set(target: Target, value: Symbol): void {
    if (target.key !== null) this.#initial.set(target.key, { target, value });
    this.#place(target, value);
  }

  /** A variable outside of the model that holds a reference. */
  root(name: string): number {
    let address = this.#roots.get(name);
    if (address === undefined) {
      address = this.py.p.global(name, 0, { format: 'hidden', owns: true });
      this.#roots.set(name, address);
    }
    return address;
  }

  /** Somebody's last reference to the object: what else points to it has none. */
  drops(object: HeapObject): void {
    this.lendTo(object, `the last reference to ${object.name}`);
    for (const { target, value } of this.#initial.values()) {
      if (value.kind === 'object' && value.object.name === object.name)
        this.knowledge.learn(this.knowledge.borrowed, target.path);
    }
  }

  /** The object may be found where only the machine knows what is. */
  letLoose(object: HeapObject): void {
    this.#loose.add(object);
  }

  /** What keeps the object alive at the start. */
  lendTo(object: HeapObject, root: string): void {
    this.py.p.initialize(this.root(root), object.base);
    this.#lent.set(object.name, (this.#lent.get(object.name) ?? 0) + 1);
  }

  /** Objects that the cells hold before the threads run. */
  pointees(keys: ReadonlySet<string>): string[] {
    return [...this.#initial].flatMap(([key, { value }]) =>
      keys.has(key) && value.kind === 'object' && value.object.python ? [value.object.name] : [],
    );
  }

  addressOf(key: string): number | null {
    const [object = '', path = ''] = key.split('|');
    if (object === VARIABLES) return this.#variables.get(path) ?? null;
    const base = this.#objects.get(object)?.base;
    return base === undefined || !this.knowledge.fields.includes(path)
      ? null
      : base + FIELDS + this.knowledge.offset(path);
  }

  /** A value as Python code compares it: of numbers and texts that were just made, which one it is does not matter. */
  worth(value: Expression): Expression {
    let worth = value;
    const boxes = this.knowledge.fields.includes('value') ? FIELDS + this.knowledge.offset('value') : 0;
    for (const { name, fresh, base } of this.#objects.values()) {
      // So it is of what nobody else gets to see.
      const unseen = !this.knowledge.counted.has(name);
      if (!fresh || !(unseen || /^new (?:int|float|str|bytes|bool|complex)\b/.test(name))) continue;
      const own = boxes !== 0 && name.startsWith('new int') ? cellValue(base + boxes) : 1;
      worth = choose(equal(value, base), own, worth);
    }
    return worth;
  }

  /** The number that the machine keeps for the symbol. */
  expression(symbol: Symbol, thread: number): Expression {
    switch (symbol.kind) {
      case 'int':
        return symbol.value;
      case 'object':
        return symbol.object.base;
      case 'dynamic':
        return symbol.value;
      case 'cell': {
        const { base, offset } = this.target(symbol.base, symbol.path, symbol.type);
        return typeof base === 'number' && typeof offset === 'number' ? base + offset : add(base, offset);
      }
      case 'variable':
        return this.variable(symbol.key, symbol.name, symbol.type).base;
      case 'unknown':
        return thread + 1;
      case 'slot':
      case 'function':
      case 'text':
        return this.pointed(nameOf(symbol), null, DEEPEST).base;
    }
  }

  /** Whatever the place may lead to is freed somewhere: memory that it holds at the start, and what is stored there. */
  freesAll(path: string): void {
    this.knowledge.learn(this.knowledge.freedFrom, path);
  }

  /** The object can be freed while somebody has a pointer to it. */
  isMortal(object: HeapObject): boolean {
    if (object.immortal) return false;
    return object.python ? this.knowledge.counted.has(object.name) : this.knowledge.freed.has(object.name);
  }

  /** The place is one that the finding is about, or it is about everything. */
  concerns({ key, path }: { readonly key: string | null; readonly path: string }): boolean {
    const { focus } = this.knowledge;
    return !this.focused || focus.has(path) || (key !== null && focus.has(key));
  }

  /** Ends the layout: what can be reached through pointers is there, and counts say how often. */
  finish(): void {
    for (let before = -1; before !== this.#objects.size + this.#loose.size; ) {
      before = this.#objects.size + this.#loose.size;
      for (const { target, value } of this.#initial.values()) {
        if (value.kind !== 'object') continue;
        const { object } = target;
        if (
          this.knowledge.isWritten(object?.name ?? VARIABLES, target.path) ||
          (object !== null && this.#loose.has(object))
        )
          this.#loose.add(value.object);
      }
      for (const [path, type] of this.#anywhere) {
        for (const object of this.#empties === null ? this.#objects.values() : this.#loose) {
          if (this.#empties !== null && object.depth > LOOSE_DEPTH) continue;
          if (object.fresh || object.immortal) continue;
          this.initial(this.target({ kind: 'object', object }, path, type));
        }
      }
    }
    const references = new Map<string, number>(this.#pins);
    for (const [name, count] of this.#lent) references.set(name, (references.get(name) ?? 0) + count);
    for (const { target, value } of this.#initial.values()) {
      if (value.kind !== 'object') continue;
      const { object } = value;
      const { knowledge } = this;
      if (!object.python && knowledge.freedFrom.has(target.path)) knowledge.learn(knowledge.freed, object.name);
      if (knowledge.isWritten(target.object?.name ?? VARIABLES, target.path) && this.concerns(target)) {
        knowledge.learn(object.python ? knowledge.counted : knowledge.freed, object.name);
        if (object.python && target.object !== null && this.isMortal(target.object)) knowledge.nested = true;
      }
      if (this.#ownsCell(target)) references.set(object.name, (references.get(object.name) ?? 0) + 1);
    }
    for (const object of this.#objects.values()) {
      if (!object.python || object.immortal || object.fresh) continue;
      const pins = this.#pins.get(object.name) ?? 0;
      // What nothing in the model holds is held by somebody outside of it.
      const extra = references.get(object.name) === undefined ? 1 : 0;
      for (let i = 0; i < pins + extra; i++) {
        this.py.p.global(`caller's ${object.name}`, object.base, { format: 'hidden', owns: true });
      }
      this.py.p.initialize(object.base + HEADER.local, (references.get(object.name) ?? 0) + extra);
    }
  }

  #ownsCell({ object, path, type }: Target): boolean {
    if (object !== null && !object.python && !this.knowledge.owned.has(path)) {
      // The items of an array of pointers are borrowed: the array that a call was given.
      if (/^\[\d\]$/.test(path)) return false;
    }
    if (object !== null && this.knowledge.weak.has(object.name) && path === '[0]') return false;
    const kind =
      /^\[\d\]$/.test(path) && object !== null ? kindOfType(object.items, this.names) : kindOfType(type, this.names);
    return this.#owns(path, kind === 'object');
  }

  #owns(path: string, byDefault: boolean): boolean {
    const { owned, borrowed } = this.knowledge;
    return owned.has(path) || (byDefault && !borrowed.has(path));
  }

  #fields(name: string, python: boolean): FieldDeclaration[] {
    const { knowledge } = this;
    return knowledge.fields.map(path => {
      const item = /^\[\d\]$/.test(path);
      const pointer = knowledge.pointers.has(path) || (item && python);
      const shown = knowledge.visible.has(`${name}|${path}`);
      const format = !shown ? 'hidden' : knowledge.locks.has(path) ? 'holder' : pointer ? 'pointer' : 'number';
      const owns = this.knowledge.weak.has(name) && path === '[0]' ? false : this.#owns(path, item ? python : pointer);
      return { name: item ? path : `->${path}`, format, owns: owns && pointer } as const;
    });
  }
}

export const isItem = (path: string): boolean => /^\[\d\]$/.test(path);
export const itemPath = (index: number): string => `[${Math.min(Math.max(index, 0), ITEMS - 1)}]`;

function joinPath(first: string, second: string): string {
  return first === '' ? second : second.startsWith('[') ? `${first}${second}` : `${first}.${second}`;
}

function fieldName(object: string, path: string): string {
  return path.startsWith('[') ? `${object}${path}` : `${object}->${path}`;
}

/** The machine's number for what is known before it runs. */
function constant(symbol: Symbol): number {
  if (symbol.kind === 'int') return symbol.value;
  if (symbol.kind === 'object') return symbol.object.base;
  return symbol.kind === 'unknown' ? 1 : 0;
}

const HIDDEN_HEADER: readonly FieldDeclaration[] = ['tid', 'refs', 'shared', 'ob_mutex', 'bits'].map(name => ({
  name,
  format: name === 'ob_mutex' ? ('holder' as const) : ('hidden' as const),
}));
