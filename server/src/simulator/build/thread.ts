/**
 * Writes one thread in the step language with structured control flow: what scenarios, the CPython operations and the
 * translation from C use. Steps take the source range and the group of the `line` or `group` that they are written in.
 */
import { type Expression, equal, not, OLD } from '../machine/expression.ts';
import type {
  Format,
  Group,
  Instruction,
  LocalVariable,
  Note,
  Order,
  SectionScope,
  SourceRange,
  ThreadCode,
} from '../machine/program.ts';
import type { FailureKind } from '../playback.ts';

/** Where a value is kept: a fixed cell, or a cell at an offset from a pointer. */
export type Place = number | { readonly base: Expression; readonly offset: Expression };
export type Local = { readonly local: number };

export const field = (base: Expression, offset: Expression): Place => ({ base, offset });

export interface AccessOptions {
  readonly order?: Order;
  /** See `Access.stale`. */
  readonly stale?: boolean;
  readonly label?: string;
}

export interface UpdateOptions extends AccessOptions {
  /** Waits until this holds of the old value. */
  readonly until?: Expression;
  /** Does nothing but read unless this holds of the old value; `ok` receives 1 or 0. */
  readonly when?: Expression;
  readonly ok?: Local;
  readonly into?: Local;
  readonly requires?: Expression;
  readonly failure?: FailureKind;
}

export class ThreadBuilder {
  readonly index: number;
  readonly name: string;
  /** What the thread runs, for people. */
  runs: string;
  /** How this thread is known in lock cells and owner fields: never 0. */
  readonly identity: number;
  startsAttached = true;
  private readonly code: Instruction[] = [];
  private readonly locals: LocalVariable[] = [];
  private readonly pools: number[][] = [];
  private readonly sections: SectionScope[] = [];
  private readonly groups: Group[];
  private group = -1;
  private at: SourceRange | undefined;

  /** `groups` is shared by the threads of a program. */
  constructor(index: number, name: string, runs: string, groups: Group[]) {
    this.index = index;
    this.name = name;
    this.runs = runs;
    this.identity = index + 1;
    this.groups = groups;
  }

  /** Where the steps that are written now stand in the source. */
  get range(): SourceRange | undefined {
    return this.at;
  }

  local(name: string, format: Format = 'number'): Local {
    this.locals.push({ name, format });
    return { local: this.locals.length - 1 };
  }

  /** A local that the player does not show. */
  temporary(): Local {
    return this.local('', 'hidden');
  }

  load(into: Local, place: Place, options: AccessOptions = {}): void {
    this.access(place, { ...options, into });
  }

  store(place: Place, value: Expression, options: AccessOptions = {}): void {
    this.access(place, options, value);
  }

  /** One atomic read-modify-write; `next` is in terms of `OLD`. */
  update(place: Place, next: Expression, options: UpdateOptions = {}): void {
    this.access(place, { order: 'sync', ...options }, next);
  }

  /** Compare and exchange; a failing one only reads. */
  compareExchange(place: Place, expected: Expression, desired: Expression, options: UpdateOptions = {}): void {
    this.update(place, desired, { ...options, when: equal(OLD, expected) });
  }

  /** Waits until the cell's value is as wished. */
  wait(place: Place, until: Expression, options: UpdateOptions = {}): void {
    this.access(place, { order: 'sync', ...options, until });
  }

  lock(place: Place, options: AccessOptions = {}): void {
    this.update(place, this.identity, { ...options, until: not(OLD) });
  }

  /** `ok` receives 1 when the lock was free and is now held. */
  tryLock(place: Place, ok: Local, options: AccessOptions = {}): void {
    this.update(place, this.identity, { ...options, when: not(OLD), ok });
  }

  unlock(place: Place, options: AccessOptions = {}): void {
    this.update(place, 0, { ...options, requires: equal(OLD, this.identity), failure: 'unlock-not-held' });
  }

  free(base: Expression, options: AccessOptions = {}): void {
    this.code.push({ kind: 'free', base, note: this.note(options.label) });
  }

  /** Everything that `body` writes is one event. */
  atomic(body: () => void, options: AccessOptions = {}): void {
    this.code.push({ kind: 'atomic', note: this.note(options.label) });
    body();
    this.code.push({ kind: 'end' });
  }

  set(local: Local, value: Expression): void {
    this.code.push({ kind: 'set', local: local.local, value });
  }

  /** A value that nothing in the program decides. */
  choose(local: Local, options: number, question: string): void {
    this.code.push({ kind: 'choose', local: local.local, options, question });
  }

  /** Takes one of the thread's own fresh objects, made by `ProgramBuilder.pool`. */
  allocate(into: Local, bases: readonly number[]): void {
    let pool = this.pools.findIndex(known => known.length === bases.length && known.every((b, i) => b === bases[i]));
    if (pool < 0) pool = this.pools.push([...bases]) - 1;
    this.code.push({ kind: 'allocate', local: into.local, pool });
  }

  check(holds: Expression, failure: FailureKind, text: string): void {
    this.code.push({ kind: 'check', holds, failure, text, note: this.note(undefined) });
  }

  setAttached(value: boolean): void {
    this.code.push({ kind: 'attached', value: value ? 1 : 0 });
  }

  when(condition: Expression, yes: () => void, no?: () => void): void {
    const test = this.placeholder();
    yes();
    if (no === undefined) {
      this.code[test] = { kind: 'unless', condition, target: this.code.length };
      return;
    }
    const skip = this.placeholder();
    this.code[test] = { kind: 'unless', condition, target: this.code.length };
    no();
    this.code[skip] = { kind: 'jump', target: this.code.length };
  }

  loop(condition: Expression, body: () => void): void {
    const start = this.code.length;
    const test = this.placeholder();
    body();
    this.code.push({ kind: 'jump', target: start });
    this.code[test] = { kind: 'unless', condition, target: this.code.length };
  }

  /** `body`, again while `condition` holds afterwards. */
  repeat(body: () => void, condition: Expression): void {
    const start = this.code.length;
    body();
    this.code.push({ kind: 'unless', condition: not(condition), target: start });
  }

  /** A label to jump to from places that structured flow does not reach: `goto done`. */
  label(): { readonly here: () => void; readonly jump: () => void } {
    const jumps: number[] = [];
    let target = -1;
    return {
      here: () => {
        target = this.code.length;
        for (const jump of jumps) this.code[jump] = { kind: 'jump', target };
      },
      jump: () => {
        jumps.push(this.code.length);
        this.code.push({ kind: 'jump', target });
      },
    };
  }

  /** The player shows this section on the thread's stack from here until the returned function is called. */
  openSection(objects: readonly Expression[], active: Local): () => void {
    const from = this.code.length;
    const at = this.sections.length;
    this.sections.push({ from, to: from, active: active.local, objects });
    return () => {
      this.sections[at] = { from, to: this.code.length, active: active.local, objects };
    };
  }

  /** The steps of `body` belong to one operation at one place of the source. Inner groups win. */
  grouped(label: string, at: SourceRange | undefined, body: () => void): void {
    const { group, at: outer } = this;
    const range = at ?? outer;
    this.groups.push(range === undefined ? { label } : { label, at: range });
    this.group = this.groups.length - 1;
    this.at = range;
    body();
    this.group = group;
    this.at = outer;
  }

  /** An operation of a library inside a line: its own group only when it stands alone. */
  operation(label: string, body: () => void): void {
    this.grouped(label, undefined, body);
  }

  build(): ThreadCode {
    const { name, runs, code, locals, pools, startsAttached, sections } = this;
    return { name, runs, code, locals, pools, startsAttached, sections };
  }

  private access(place: Place, options: UpdateOptions, next?: Expression): void {
    const { base, offset } = typeof place === 'number' ? { base: place, offset: 0 } : place;
    this.code.push({
      kind: 'access',
      base,
      offset,
      order: options.order ?? 'plain',
      note: this.note(options.label),
      ...(options.stale === true ? { stale: true as const } : {}),
      ...(next === undefined ? {} : { next }),
      ...(options.until === undefined ? {} : { until: options.until }),
      ...(options.when === undefined ? {} : { when: options.when }),
      ...(options.requires === undefined ? {} : { requires: options.requires }),
      ...(options.failure === undefined ? {} : { failure: options.failure }),
      ...(options.into === undefined ? {} : { into: options.into.local }),
      ...(options.ok === undefined ? {} : { ok: options.ok.local }),
    });
  }

  private note(label: string | undefined): Note {
    return {
      group: this.group,
      ...(label === undefined ? {} : { label }),
      ...(this.at === undefined ? {} : { at: this.at }),
    };
  }

  /** Room for a jump whose target is not known yet. */
  private placeholder(): number {
    return this.code.push({ kind: 'end' }) - 1;
  }
}

/** `element(array, i)`: a cell of a global array. */
export const element = (array: number, index: Expression): Place => ({ base: array, offset: index });
