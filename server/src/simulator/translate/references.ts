/** Who holds references before the threads run, so that counts say what there is to count. */
import { HEADER } from '../python/python.ts';
import type { Memory } from './memory.ts';
import type { HeapObject } from './symbols.ts';
import { isItem, ownerOf, type Target } from './target.ts';
import { kindOfType } from './types.ts';

export class References {
  readonly #memory: Memory;
  readonly #roots = new Map<string, number>();
  readonly #lent = new Map<string, number>();
  readonly #dead = new Set<string>();
  readonly #pins = new Map<string, number>();

  constructor(memory: Memory) {
    this.#memory = memory;
  }

  /** A reference that the caller of a function holds as long as it runs. */
  pin(object: HeapObject): void {
    this.#pins.set(object.name, (this.#pins.get(object.name) ?? 0) + 1);
  }

  /** The last reference has gone: the destructor runs. */
  dies(object: HeapObject): void {
    this.#dead.add(object.name);
  }

  /** A variable outside of the model that holds a reference. */
  root(name: string): number {
    let address = this.#roots.get(name);
    if (address === undefined) {
      address = this.#memory.py.p.global(name, 0, { format: 'hidden', owns: true });
      this.#roots.set(name, address);
    }
    return address;
  }

  /** Somebody's last reference to the object: what else points to it has none. */
  drops(object: HeapObject): void {
    this.lendTo(object, `the last reference to ${object.name}`);
    for (const { target, value } of this.#memory.start.cells) {
      if (value.kind === 'object' && value.object.name === object.name)
        this.#memory.knowledge.learn(this.#memory.knowledge.borrowed, target.path);
    }
  }

  /** What keeps the object alive at the start. */
  lendTo(object: HeapObject, root: string): void {
    this.#memory.py.p.initialize(this.root(root), object.base);
    this.#lent.set(object.name, (this.#lent.get(object.name) ?? 0) + 1);
  }

  /** Lays down the counts of all objects, when every place that holds one is known. */
  count(): void {
    const { knowledge } = this.#memory;
    const references = new Map<string, number>(this.#pins);
    for (const [name, count] of this.#lent) references.set(name, (references.get(name) ?? 0) + count);
    for (const { target, value } of this.#memory.start.cells) {
      if (value.kind !== 'object') continue;
      const { object } = value;
      if (!object.python && knowledge.freedFrom.has(target.path)) knowledge.learn(knowledge.freed, object.name);
      if (knowledge.isWritten(ownerOf(target), target.path) && this.#memory.concerns(target)) {
        knowledge.learn(object.python ? knowledge.counted : knowledge.freed, object.name);
        if (object.python && target.object !== null && this.#memory.isMortal(target.object)) knowledge.nested = true;
      }
      if (this.#ownsCell(target)) references.set(object.name, (references.get(object.name) ?? 0) + 1);
    }
    for (const object of this.#memory.objects) {
      if (!object.python || object.immortal || object.fresh) continue;
      const pins = this.#pins.get(object.name) ?? 0;
      // What nothing in the model holds is held by somebody outside of it.
      const extra = references.get(object.name) === undefined && !this.#dead.has(object.name) ? 1 : 0;
      for (let i = 0; i < pins + extra; i++) {
        this.#memory.py.p.global(`caller's ${object.name}`, object.base, { format: 'hidden', owns: true });
      }
      this.#memory.py.p.initialize(object.base + HEADER.local, (references.get(object.name) ?? 0) + extra);
    }
  }

  #ownsCell({ object, path, type }: Target): boolean {
    if (object !== null && !object.python && !this.#memory.knowledge.owned.has(path)) {
      // The items of an array of pointers are borrowed: the array that a call was given.
      if (isItem(path)) return false;
    }
    if (object !== null && this.#memory.knowledge.weak.has(object.name) && path === '[0]') return false;
    const kind =
      isItem(path) && object !== null
        ? kindOfType(object.items, this.#memory.names)
        : kindOfType(type, this.#memory.names);
    return this.#memory.owns(path, kind === 'object');
  }
}
