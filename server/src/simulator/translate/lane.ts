/**
 * One thread of a translated program: its accesses as steps of the machine, each at its place in the user's text. What a
 * function does is in `walk.ts`, what calls do in `calls.ts`; here is what both are written in.
 */
import type { CType } from '../../program/model.ts';
import { field } from '../build/thread.ts';
import { type Expression, equal, OLD, subtract } from '../machine/expression.ts';
import { mayRunPython } from '../python/attach.ts';
import { type Dealloc, decref, incref } from '../python/counts.ts';
import { FIELDS, HEADER } from '../python/python.ts';
import { sectionsOf } from '../python/sections.ts';
import { Accesses } from './accesses.ts';
import { ITEMS } from './knowledge.ts';
import { INTERPRETER, type Memory } from './memory.ts';
import { type Exposed, type Exposure } from './model.ts';
import type { Path } from './path.ts';
import { type HeapObject, type Symbol, unknown } from './symbols.ts';
import { placeOf } from './target.ts';
import { kindOfType } from './types.ts';

/** Note of steps that free memory other than by dropping its last reference. */
export const BY_HAND = 'by hand';

/** What is known of an object that is made. */
interface Fresh {
  readonly items?: CType | null;
  /** The call that its memory is from. */
  readonly madeBy?: string;
}

export class Lane extends Accesses {
  /** What Python code can change under the thread. */
  readonly readings: Exposed[] = [];
  /** What calls hand back may be NULL: asked for only where nothing else leads to the goal. */
  mayFail = false;
  /** A lock of the extension's own is held: what it keeps in its fields is then changed under that lock, by convention. */
  guarded = false;
  /** Objects in memory that their types will give back to another allocator, and the calls that it is from. */
  readonly misplaced = new Map<string, string>();
  /** The object whose destructor runs: nobody has a reference to it. */
  dying: HeapObject | null = null;
  /** The collector knows the dying object. */
  collected = false;
  /** Python code keeps that one on some way. */
  keeps = false;
  /** The step that is translated may run Python code. */
  ranPython = false;
  readonly #sites = new Map<string, string[]>();

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

  /** `kept`: for a container, which drops whatever it has held. */
  incref(symbol: Symbol, path: Path, checked: boolean, kept = false): void {
    this.touchPython(path);
    if (symbol.kind === 'object') {
      const { object } = symbol;
      if (!object.python || object.immortal) return;
      path.refer(object.name, 1);
      if (this.memory.knowledge.counted.has(object.name)) this.#incref(object.base);
    } else if (symbol.kind === 'dynamic') {
      path.refer(symbol.of, 1);
      if (!kept && !this.#counts(symbol)) return;
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
    this.meetsCollector(path);
    this.touchPython(path);
    const { knowledge } = this.memory;
    if (symbol.kind === 'object') {
      const { object } = symbol;
      if (!object.python || object.immortal) return;
      path.refer(object.name, -1);
      if (knowledge.counted.has(object.name)) this.#decref(object.base);
      else if (this.memory.stopsWorld) this.#mayDestroy();
    } else if (symbol.kind === 'dynamic') {
      path.refer(symbol.of, -1);
      if (!this.#counts(symbol)) {
        this.#mayDestroy();
        return;
      }
      if (symbol.path !== undefined) knowledge.learn(knowledge.owned, symbol.path);
      if (checked) this.t.when(symbol.value, () => this.#decref(symbol.value));
      else this.#decref(symbol.value);
    }
  }

  /** Whatever it was: its destructor may have run. */
  #mayDestroy(): void {
    const { py, t, memory } = this;
    if (memory.stopsWorld || (py.freeThreaded && sectionsOf(t).length > 0)) mayRunPython(py, t);
  }

  /** Other threads may stop the world here, and the collector meets what is tracked. */
  meetsCollector(path: Path): void {
    const { dying } = this;
    if (dying === null || !this.collected || path.untracked) return;
    this.readings.push({ container: dying.name, action: 'collector', atGoal: this.atGoal });
  }

  #decref(base: Expression): void {
    this.step();
    decref(this.py, this.t, base, this.dealloc);
  }

  /** `del x` of the last name for it: its destructor runs, unless somebody has a reference by now. */
  dropLast(object: HeapObject, destroy: () => void): void {
    const { t } = this;
    const before = t.temporary();
    t.store(this.memory.references.root(`the last reference to ${object.name}`), 0, { order: 'relaxed' });
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
    if (this.py.hasGil || this.memory.stopsWorld || sectionsOf(t).length > 0) mayRunPython(this.py, t);
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
  fresh(name: string, type: string, python: boolean, path: Path, more: Fresh = {}): Symbol {
    if (this.mayFail) return unknown(`${name} ${path.count(name) + 1} of ${this.t.name}`);
    const nth = this.#nth(name, path);
    const full = `${name}${nth === 0 ? '' : ` ${nth + 1}`} (${this.t.name})`;
    const object = this.memory.object(full, { type, python, fresh: true, ...more });
    if (python) path.refer(full, 1);
    const { knowledge } = this.memory;
    if (knowledge.counted.has(full) || knowledge.freed.has(full) || this.#isTouched(object)) {
      this.t.allocate(this.local('', `new ${full}`, true), [object.base]);
    }
    return { kind: 'object', object };
  }

  /** Python code that gets the object may keep it: of one whose destructor runs nobody will ask. */
  mayKeep(given: readonly Symbol[], path: Path): void {
    const { dying, memory } = this;
    if (dying === null || !this.atGoal || !given.some(one => one.kind === 'object' && one.object === dying)) return;
    path.kept.add(dying.name);
    this.keeps = true;
    memory.knowledge.learn(memory.knowledge.counted, dying.name);
    this.assume(`Python code keeps a reference to ${dying.name}, which it is given.`, null);
    this.#incref(dying.base);
    this.t.store(memory.references.root(`what Python code keeps of ${dying.name}`), dying.base, {
      order: 'relaxed',
      label: `Python code keeps ${dying.name}`,
    });
  }

  /** What is made at one place, called from the same places, is one object, on whatever way the thread came there. */
  #nth(name: string, path: Path): number {
    const site = path.frames
      .map(({ code, body, at, visits }) => `${code.file} ${body.name} ${at} ${visits.get(at) ?? 0}`)
      .join('|');
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
}

/** A value of the machine that can be a pointer to an object. */
function isReference(symbol: Symbol & { kind: 'dynamic' }, memory: Memory): boolean {
  const kind = kindOfType(symbol.type, memory.names);
  return kind === 'object' || kind === 'pointer' || kind === 'unknown';
}
