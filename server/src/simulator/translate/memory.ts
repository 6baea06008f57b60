/**
 * The memory of a translated program. Objects come into being when the code first looks at them: what a parameter, a field
 * or a variable holds at the start is one object of its own, under the name by which the code reaches it.
 */
import { INTERNAL_FIELDS } from '../../capi/containers.ts';
import type { CType } from '../../program/model.ts';
import type { FieldDeclaration } from '../build/program.ts';
import { add, cellValue, choose, type Expression, equal } from '../machine/expression.ts';
import { FIELDS, type Python } from '../python/python.ts';
import type { Knowledge } from './knowledge.ts';
import { type Names, type Setting, TooLarge } from './model.ts';
import { References } from './references.ts';
import { type Filled, Start } from './start.ts';
import { type HeapObject, nameOf, type Symbol } from './symbols.ts';
import { CONTENTS, DEEPEST, fieldName, joinPath, type Target, VARIABLES } from './target.ts';
import { BYTES, isArithmetic, kindOfType, OBJECT_POINTER, pointee } from './types.ts';

interface ObjectOptions {
  readonly type: string;
  readonly python: boolean;
  readonly immortal?: boolean;
  readonly fresh?: boolean;
  readonly items?: CType | null;
  readonly depth?: number;
  readonly madeBy?: string;
  /** How people know it, where that is not its name. */
  readonly shown?: string;
}

/** Stands for everything that only attached threads may touch. */
export const INTERPRETER = 'the interpreter';

const MOST_OBJECTS = 60;

/** Whether the collector knows an object: a field of its own in the model. */
export const TRACKED = 'is tracked';

/** Stands for all locks that running Python code takes for a moment: of allocators, of tables, of the C library. */
export const INTERPRETER_LOCK = 'a lock of the interpreter';

export class Memory {
  readonly py: Python;
  readonly names: Names;
  readonly knowledge: Knowledge;
  readonly start: Start;
  readonly references: References;
  /** Only some of the memory is looked at: see `Knowledge.focus`. */
  focused = false;
  /** Some thread of the harness stops the world. */
  stopsWorld = false;
  /** What another thread does before this one's waiting ends; null: waits are over at once. */
  waker: number | null = null;
  /** Keys of cells that are one number or one pointer. */
  readonly words = new Set<string>();
  readonly #objects = new Map<string, HeapObject>();
  readonly #variables = new Map<string, number>();
  /** Fields that are read through pointers which only the machine knows. */
  readonly anywhere = new Map<string, CType | null>();

  constructor(py: Python, names: Names, knowledge: Knowledge, setting: Setting, filled: Filled) {
    this.start = new Start(this, setting, filled);
    this.references = new References(this);
    this.py = py;
    this.names = names;
    this.knowledge = knowledge;
    for (const [name, type] of knowledge.immortals) this.object(name, { type, python: true, immortal: true });
    py.firstMortal = py.p.size;
  }

  get objects(): Iterable<HeapObject> {
    return this.#objects.values();
  }

  get count(): number {
    return this.#objects.size;
  }

  object(name: string, options: ObjectOptions): HeapObject {
    const known = this.#objects.get(name);
    if (known !== undefined) return known;
    if (this.#objects.size >= MOST_OBJECTS) throw new TooLarge('It reaches more objects than a model can hold.');
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
    const made = options.madeBy === undefined ? {} : { madeBy: options.madeBy };
    const object: HeapObject = { name, type, python, immortal, fresh, items, depth, base, ...made };
    this.#objects.set(name, object);
    return object;
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
      address = this.py.p.global(name, 0, { format, owns: this.owns(key, kind === 'object') });
      this.#variables.set(key, address);
    }
    return { base: address, offset: 0, key: `${VARIABLES}|${key}`, path: key, object: null, type, name };
  }

  /** A plain access: of one number or pointer of the user's own, or of something that is larger or has parts. */
  noteWord({ key, path, type }: Target): void {
    const kind = kindOfType(type, this.names);
    const isWord = (type !== null && isArithmetic(type)) || kind === 'object' || kind === 'pointer';
    const isPart = path.endsWith(']') || path === CONTENTS || INTERNAL_FIELDS.includes(path);
    if (key !== null && isWord && !isPart) this.words.add(key);
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
        if (!this.anywhere.has(path)) this.anywhere.set(path, type);
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

  /** Ends the layout: what can be reached through pointers is there, and counts say how often. */
  finish(): void {
    this.start.complete();
    this.references.count();
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

  /** Whether what the place points to counts it among its references. */
  owns(path: string, byDefault: boolean): boolean {
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
      const owns = this.knowledge.weak.has(name) && path === '[0]' ? false : this.owns(path, item ? python : pointer);
      return { name: item ? path : `->${path}`, format, owns: owns && pointer } as const;
    });
  }
}

const HIDDEN_HEADER: readonly FieldDeclaration[] = ['tid', 'refs', 'shared', 'ob_mutex', 'bits'].map(name => ({
  name,
  format: name === 'ob_mutex' ? ('holder' as const) : ('hidden' as const),
}));
