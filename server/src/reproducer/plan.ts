/** Decides what races: the flagged function with itself, with what it collides with, and with Python code. */
import type { Access } from '../analysis/accesses.ts';
import type { Extension } from '../analysis/extension.ts';
import type { ExtensionFunction } from '../analysis/program.ts';
import type { FunctionView } from '../analysis/view.ts';
import type { Finding } from '../rules/finding.ts';
import { argumentsOf } from './arguments.ts';
import { attributesOf, type Container, changersOf, containerAt, containersOf, isFieldOf, readersOf } from './data.ts';
import { isBirth, lineUps, titleOf } from './line-ups.ts';
import { entriesTo } from './reach.ts';
import { canCall, constructorArguments, readable, SceneBuilder } from './scene.ts';
import { CONTAINERS, isSource } from './shared-argument.ts';
import { isLifeCycle } from './slots.ts';
import type { Entry, PythonType, Surface } from './surface.ts';

export type ReproducedFinding = Pick<
  Finding,
  'rule' | 'family' | 'severity' | 'file' | 'span' | 'message' | 'subject' | 'site' | 'other' | 'related'
>;

export interface Plan {
  readonly surface: Surface;
  readonly scene: SceneBuilder;
  /** Names of functions that run at once. */
  readonly lineUps: readonly (readonly string[])[];
  /** Numbers that no call may lose: name and text. */
  readonly readings: readonly (readonly [string, string])[];
  /** Which part of a result must never come twice. */
  readonly unique: number | null;
  /** Texts of two functions: one makes a thing, the other makes the first call on it. */
  readonly first: readonly [string, string] | null;
  /** Python name of what is raced: `Book.get()`. Null when nothing leads to the flagged function. */
  readonly title: string | null;
}

const MOST_PARTNERS = 3;
const FIRST_CALLS = /lazy|check-then-act|double-checked|once/;

/** Null `title`: no entry point leads to the flagged function; the scene then says so. */
export function planOf(extension: Extension, surface: Surface, finding: ReproducedFinding): Plan {
  return new Planner(extension, surface, finding).plan();
}

class Planner {
  readonly #extension: Extension;
  readonly #surface: Surface;
  readonly #finding: ReproducedFinding;
  readonly #scene: SceneBuilder;
  readonly #view: FunctionView | undefined;

  constructor(extension: Extension, surface: Surface, finding: ReproducedFinding) {
    this.#extension = extension;
    this.#surface = surface;
    this.#finding = finding;
    this.#scene = new SceneBuilder(extension, surface);
    this.#view = extension.functionAt(finding.file, finding.span.start);
  }

  plan(): Plan {
    const nothing = {
      surface: this.#surface,
      scene: this.#scene,
      lineUps: [],
      readings: [],
      unique: null,
      first: null,
    };
    const view = this.#view;
    const entry = view && this.#entryTo(view.function);
    if (view === undefined || entry === undefined) {
      this.#scene.missing.push(
        view === undefined
          ? 'this finding stands in no function'
          : `no way was found in which Python code comes to run ${view.name}()`,
      );
      return { ...nothing, title: null };
    }
    const container = this.#container(view);
    if (container?.kind === 'weakref') this.#renew(entry, container);
    else if (entry.type && !isBirth(entry) && entry.name !== 'tp_iternext') this.#scene.instance(entry.type);
    const shared = container && this.#sharedArgument(container, entry);
    const flagged = this.#flagged(entry, shared, container);
    this.#fill(entry);
    const counts = this.#accesses().some(access => access.kind === 'update' && access.type?.pointers !== 1);
    const others = [...this.#writers(container, shared), ...this.#partners(view, entry, container, counts)];
    const support = others.length > 0 || counts ? [] : this.#support(view, entry);
    const readings = counts ? this.#readings(entry) : [];
    const unique = this.#unique(view, entry);
    if (container !== null && container.kind !== 'weakref' && others.length === 0) {
      this.#scene.missing.push(`no thread changes ${this.#finding.subject}: add one that does`);
    }
    if (counts && readings.length === 0 && unique === null) {
      this.#scene.notes.push(`nothing shows the value of ${this.#finding.subject}, so a lost update can't be seen`);
    }
    const lined = lineUps(flagged, [...others, ...support], counts, support.length > 0);
    return { ...nothing, title: titleOf(entry), lineUps: lined, readings, unique, first: this.#first(view, entry) };
  }

  #entryTo(fn: ExtensionFunction): Entry | undefined {
    return readable(this.#scene, this.#entriesTo(fn));
  }

  #entriesTo(fn: ExtensionFunction): readonly Entry[] {
    return entriesTo(this.#extension, this.#surface, fn).filter(canCall);
  }

  /** Accesses that the finding is about. */
  #accesses(): readonly Access[] {
    const view = this.#view;
    if (view === undefined) return [];
    return this.#finding.site.steps.flatMap(step => this.#extension.accesses.at(view, step) ?? []);
  }

  #container(view: FunctionView): Container | null {
    for (const step of this.#finding.site.steps) {
      const found = containerAt(this.#extension, view, step);
      if (found) return found;
    }
    return null;
  }

  /** The argument by which all threads get the same container, when it is none of the object's own. */
  #sharedArgument(container: Container, entry: Entry): ReadonlyMap<number, string> | null {
    const view = this.#view;
    if (view === undefined || container.key !== null || container.kind === 'weakref') return null;
    const values = argumentsOf(this.#extension.linker, this.#surface, entry) ?? [];
    const exact = values.findIndex(one => one.of === view.function && isSource(view, container, one.source));
    // Deeper in the text nobody follows it: an argument that can be such a container is the best guess.
    const index =
      exact >= 0 ? exact : values.findIndex(({ guess }) => guess.kind === container.kind || guess.kind === 'fresh');
    if (index < 0) return null;
    if (exact < 0) this.#scene.notes.push(`${this.#finding.subject} is taken to be the argument called shared here`);
    this.#scene.setup.push(`shared = ${CONTAINERS[container.kind]}`);
    return new Map([[index, 'shared']]);
  }

  #flagged(entry: Entry, shared: ReadonlyMap<number, string> | null, container: Container | null): readonly string[] {
    const given = shared ? { given: shared } : {};
    const names = [this.#scene.actOf(entry, given)];
    const keyed = argumentsOf(this.#extension.linker, this.#surface, entry)?.some(one => one.guess.kind === 'key');
    // What is borrowed must be there; what a miss does may be what was flagged otherwise.
    if (keyed === true && container === null)
      names.push(this.#scene.actOf(entry, { ...given, key: '"absent"' }, '_absent'));
    return names.filter(name => name !== null);
  }

  /** Something in the containers that the flagged function looks into. */
  #fill(entry: Entry): void {
    for (const key of containersOf(this.#extension, entry.function)) {
      const filler = changersOf(this.#extension, key, true)
        .flatMap(fn => this.#entriesTo(fn))
        .find(one => one.kind === 'method' || one.kind === 'function');
      const made = filler && this.#scene.call(filler, { key: 'key' });
      if (filler && made && made.text.includes('key')) {
        const line = `    ${made.text}`;
        if (!this.#scene.setup.includes(line)) this.#scene.setup.push('for key in ("k", *map(str, range(50))):', line);
        continue;
      }
      const shown = entry.type === null ? undefined : this.#shown(key);
      if (shown !== undefined) this.#scene.setup.push(`replace(${shown})`);
    }
  }

  /** Text of an attribute that shows the container. */
  #shown(key: string): string | undefined {
    const found = attributesOf(this.#extension, this.#surface, key)[0];
    return found?.type ? `${this.#scene.instance(found.type)}.${found.name}` : undefined;
  }

  /** Python code that changes the container. */
  #writers(container: Container | null, shared: ReadonlyMap<number, string> | null): readonly string[] {
    if (container === null || container.kind === 'weakref') return [];
    const text = shared ? 'shared' : container.key === null ? undefined : this.#shown(container.key);
    if (text === undefined) return [];
    const name = text.split('.').at(-1)?.replace(/\W/g, '_') ?? 'items';
    const replaces = this.#scene.act(`replace_in_${name}`, 'Python code that stores something else', [
      `replace(${text})`,
    ]);
    const resizes = this.#scene.act(`resize_${name}`, 'Python code that adds and removes', [`resize(${text}, n)`]);
    return container.walked ? [resizes, replaces] : [replaces, resizes];
  }

  #renew(entry: Entry, container: Container): void {
    const type = entry.type;
    if (type === null || container.key === null) return;
    const values = constructorArguments(this.#scene, type) ?? [];
    // The last argument that takes any object: what is kept by a weak reference can't be much else.
    const index = values.findLastIndex(value => value.guess.kind === 'fresh');
    if (index >= 0) this.#scene.shelve(type, index);
    else this.#scene.instance(type);
  }

  /** What the analysis says it collides with, as Python code would call it. */
  #partners(view: FunctionView, entry: Entry, container: Container | null, counts: boolean): readonly string[] {
    const functions: ExtensionFunction[] = [];
    const add = (fn: ExtensionFunction | undefined): void => {
      if (fn !== undefined && !functions.includes(fn)) functions.push(fn);
    };
    for (const access of this.#accesses()) {
      for (const partner of this.#extension.accesses.conflicts(access)) {
        if (counts ? partner.kind === 'update' : partner.kind !== 'read') add(partner.function.function);
      }
    }
    if (!counts) this.#told(add);
    if (container?.key != null) for (const fn of changersOf(this.#extension, container.key)) add(fn);
    const names: string[] = this.#scene.acts.filter(act => act.name.startsWith('renew_')).map(act => act.name);
    for (const fn of functions) {
      if (names.length >= MOST_PARTNERS) break;
      if (fn === view.function) continue;
      const other = this.#entryTo(fn);
      if (other === undefined || other === entry || (isBirth(other) && other.type === entry.type && isBirth(entry)))
        continue;
      const name = this.#scene.actOf(other);
      if (name !== null && !names.includes(name)) names.push(name);
    }
    return names;
  }

  /** Functions that the finding itself names. */
  #told(add: (fn: ExtensionFunction | undefined) => void): void {
    const { other, related } = this.#finding;
    if (other) add(this.#extension.functions.find(one => one.name === other.function)?.function);
    for (const { file, span } of related) add(this.#extension.functionAt(file, span.start)?.function);
  }

  /** Calls that change what the flagged function reads: there is nothing to see while everything stays the same. */
  #support(view: FunctionView, entry: Entry): readonly string[] {
    const names: string[] = [];
    for (const access of this.#extension.accesses.ofFunction(view)) {
      for (const partner of this.#extension.accesses.conflicts(access, one => one.kind !== 'read')) {
        const other = this.#entryTo(partner.function.function);
        if (other === undefined || other === entry || names.length >= 2) continue;
        const name = this.#scene.actOf(other, { key: '"absent"' }, '_absent');
        if (name !== null && !names.includes(name)) names.push(name);
      }
    }
    return names;
  }

  #readings(entry: Entry): readonly (readonly [string, string])[] {
    const out = new Map<string, string>();
    for (const { key, kind } of this.#accesses()) {
      if (kind !== 'update') continue;
      for (const member of this.#surface.members) {
        if (member.object || !isFieldOf(member.type, member.field, key)) continue;
        if (member.type === entry.type) {
          const text = `${this.#scene.instance(member.type)}.${member.name}`;
          out.set(text, text);
        } else if (entry.type) {
          const text = `total_inside(${this.#scene.instance(entry.type)}, "${member.name}")`;
          out.set(`the sum of all ${member.name}s`, text);
        }
      }
      for (const reader of readersOf(this.#extension, this.#surface, key)) {
        if (reader.type !== null && reader.type !== entry.type) continue;
        const made = this.#scene.call(reader);
        if (made) out.set(made.text.replace(/^module\./, ''), made.text);
      }
    }
    return [...out];
  }

  /** A number that the flagged update hands out, shown by an attribute of the new object. */
  #unique(view: FunctionView, entry: Entry): number | null {
    const { type } = entry;
    if (type === null || entry.kind !== 'slot' || !isLifeCycle(entry.name)) return null;
    const shown = this.#surface.members.filter(member => member.type === type);
    for (const { op } of view.body.steps) {
      if (op.kind !== 'store' || op.place.kind !== 'field' || op.value.kind !== 'result') continue;
      const { field } = op.place;
      if (!this.#finding.site.steps.includes(op.value.step)) continue;
      const index = shown.findIndex(member => member.field === field);
      if (index >= 0) return index;
    }
    return null;
  }

  #first(view: FunctionView, entry: Entry): readonly [string, string] | null {
    if (!FIRST_CALLS.test(this.#finding.rule) || view.function !== entry.function) return null;
    if (entry.kind === 'slot') return null;
    const field = this.#accesses().find(access => access.struct !== null);
    const type: PythonType | null = field ? entry.type : null;
    if (type) {
      const made = this.#scene.call(entry, { object: 'thing' });
      return made && !made.statement ? [`lambda: ${this.#scene.create(type)}`, `lambda thing: ${made.text}`] : null;
    }
    const made = this.#scene.call(entry, { key: 'thing' });
    return made?.text.includes('thing') === true ? ['new_key', `lambda thing: ${made.text}`] : null;
  }
}
