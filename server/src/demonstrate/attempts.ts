/**
 * The harnesses that are tried for a finding, the likeliest first: from the two ends of its pair, from what the analysis knows
 * to collide, and from what the function, once translated, turns out to rely on. No rule is asked.
 */
import type { Extension } from '../analysis/extension.ts';
import type { HeldLock } from '../analysis/locks.ts';
import type { FunctionView } from '../analysis/view.ts';
import type { Exposed, Exposure, Goal, Plan, Setting, ThreadPlan } from '../simulator/translate/model.ts';
import { type Entry, entryOf, goalsOf, type Scope } from './entry.ts';
import {
  asksForState,
  attributesOf,
  freesParameter,
  isCollected,
  isFree,
  objectsOf,
  privateObjects,
  runsOnce,
} from './given.ts';
import type { DemonstratedFinding, HarnessKind } from './model.ts';
import type { ExtensionNames } from './names.ts';

export interface Attempt {
  readonly kind: HarnessKind;
  readonly plan: Plan;
  /** The threads start in functions that others of the extension call. */
  readonly inner: boolean;
}

interface End {
  readonly entry: Entry;
  readonly goals: readonly Goal[];
}

const MOST_SIBLINGS = 3;

/** What fails only while the function itself runs in another thread as well. */
const NEEDS_OTHERS: ReadonlySet<Exposure> = new Set(['lock', 'collector']);

export class Attempts {
  readonly #extension: Extension;
  readonly #names: ExtensionNames;
  readonly #own: End;
  readonly #flagged: FunctionView;
  /** The finding says that several steps belong together. */
  readonly #atomic: boolean;
  /** The finding says that an access is no synchronisation: that nothing else follows from its race is no excuse. */
  readonly #loneRaces: boolean;
  readonly #siblings: readonly End[];
  readonly #scope: Scope;

  constructor(
    extension: Extension,
    names: ExtensionNames,
    finding: DemonstratedFinding,
    view: FunctionView,
    scope: Scope,
  ) {
    this.#extension = extension;
    this.#scope = scope;
    const { direct } = scope;
    this.#names = names;
    this.#flagged = view;
    const { site, other } = finding;
    this.#atomic = site.steps.length > 1;
    this.#loneRaces = finding.family === 'atomics';
    this.#own = { entry: entryOf(extension, view, direct), goals: goalsOf(site.file, site.function, site.steps) };
    const ends: End[] = [];
    const add = (one: FunctionView | undefined, steps: readonly number[]): void => {
      if (one === undefined || one.isInitOnly || !one.isConcurrent || runsOnce(one)) return;
      const goals = goalsOf(one.unit.file, one.name, steps);
      const entry = entryOf(extension, one, direct && isFree(one));
      const known = ends.find(end => end.entry.view === entry.view);
      if (known === undefined) ends.push({ entry, goals });
      else ends[ends.indexOf(known)] = { entry, goals: [...known.goals, ...goals] };
    };
    if (other !== undefined) add(this.#view(other.file, other.function), other.steps);
    for (const step of site.steps) {
      const access = extension.accesses.at(view, step);
      if (access === undefined) continue;
      for (const partner of extension.accesses.conflicts(access)) add(partner.function, [partner.step]);
    }
    for (const step of site.steps) {
      const key = extension.accesses.at(view, step)?.key;
      // Under a common lock they do not collide, unless the lock is given up in between.
      const writers =
        key === undefined ? [] : extension.accesses.of(key).filter(one => one.kind !== 'read' && one.concurrent);
      for (const writer of writers) add(writer.function, [writer.step]);
    }
    for (const step of site.steps) for (const taker of this.#takers(view, step)) add(taker.view, [taker.step]);
    for (const { file, span } of finding.related) {
      const one = extension.functionAt(file, span.start);
      const steps = one?.body.steps.flatMap((_, i) => (one.spanOf(i).start === span.start ? [i] : [])) ?? [];
      add(one, steps);
    }
    this.#siblings = ends.slice(0, MOST_SIBLINGS);
  }

  /** Where other functions take the native locks that are held at the step. */
  #takers(view: FunctionView, step: number): { view: FunctionView; step: number }[] {
    const nameOf = ({ member, path }: HeldLock): string => member ?? path;
    const held = new Set(
      view
        .locksAt(step)
        .filter(lock => lock.kind === 'native')
        .map(nameOf),
    );
    if (held.size === 0) return [];
    return this.#extension.functions.flatMap(other =>
      other === view
        ? []
        : other.stepsOf('acquire').flatMap(at => {
            const after = other.step(at)?.next[0] ?? at;
            const takes = other.locksAt(after).some(lock => lock.step === at && held.has(nameOf(lock)));
            return takes ? [{ view: other, step: at }] : [];
          }),
    );
  }

  /** Nothing runs beside it: there is one module, and this is its end. */
  get isOnce(): boolean {
    return runsOnce(this.#own.entry.view);
  }

  /** The function that the finding is in is what its threads start with. */
  get isDirect(): boolean {
    return this.#own.entry.view.id === this.#flagged.id;
  }

  /** The function alone: shows what it relies on, and what fails without anybody's help. */
  alone(setting: Setting): Attempt {
    return this.#attempt('alone', [this.#own], setting, false);
  }

  /** `exposed`: what the function alone turned out to rely on. */
  *all(exposed: readonly Exposed[], pointees: readonly string[], settings: readonly Setting[]): Iterable<Attempt> {
    const { entry } = this.#own;
    const own = privateObjects(entry.view);
    const python = distinct(
      exposed.filter(
        one =>
          one.atGoal &&
          (one.action === 'collector' || !own.has(one.container)) &&
          (one.action === 'weakref' || !this.#isFrozen(one.container)),
      ),
    );
    const others = this.#siblings.filter(end => end.entry.view !== entry.view);
    const again = this.#siblings.find(end => end.entry.view === entry.view);
    for (const one of python.filter(({ action }) => action !== 'lock')) {
      for (const setting of settings) yield this.#against(one, one.action, setting);
    }
    yield* this.#attributes();
    for (const setting of settings) {
      if (!runsOnce(entry.view)) yield this.#itself(again, setting, false);
      if (others[0] !== undefined) yield this.#attempt('sibling', [this.#own, others[0]], setting, false);
    }
    if (entry.destroys) yield this.#itself(again, 'plenty', false);
    for (const other of others.filter(end => end.entry.destroys)) {
      for (const dying of pointees.slice(0, 2)) yield this.#destroying(other, dying);
    }
    for (const one of python.filter(({ action }) => NEEDS_OTHERS.has(action)).slice(0, MOST_SIBLINGS)) {
      yield this.#contended(one, again);
    }
    yield* this.#withAndWithout(again);
    yield* this.#crossed('filled');
    for (const end of [this.#own, ...others.slice(0, 2)]) {
      for (const setting of settings) yield this.#again(end, setting);
    }
    for (const other of others.slice(1)) {
      for (const setting of settings) yield this.#attempt('sibling', [this.#own, other], setting, false);
    }
    for (const setting of settings) {
      if (!runsOnce(entry.view)) yield this.#itself(again, setting, true);
      if (others[0] !== undefined) yield this.#attempt('sibling', [this.#own, others[0]], setting, true);
    }
    for (const one of python) {
      const { action } = one;
      if (action === 'list' || action === 'dict' || action === 'set') yield this.#against(one, 'clear', 'filled');
    }
  }

  /** Python code sets the flagged field as an attribute. */
  *#attributes(): Iterable<Attempt> {
    const { goals, entry } = this.#own;
    const writable = attributesOf(this.#extension);
    const view = this.#extension.functions.find(one => one.name === goals[0]?.function);
    const fields = new Set(
      goals.flatMap(goal => (view === undefined ? [] : (this.#extension.accesses.at(view, goal.step)?.name ?? []))),
    );
    for (const { op } of view?.body.steps ?? []) {
      // A call may be flagged for what it was given.
      if (op.kind === 'load' && op.place.kind === 'field' && goals.length > 0) fields.add(op.place.field);
    }
    for (const field of fields) {
      if (!writable.has(field)) continue;
      const attempt = this.#attempt('python-writer', [this.#own], 'filled', false);
      const [first] = attempt.plan.threads;
      const container = first?.kind === 'call' ? (first.objects[0] ?? '') : '';
      const threads: ThreadPlan[] = [
        ...attempt.plan.threads,
        { kind: 'python', action: 'attribute', container, field },
      ];
      if (!entry.destroys) yield { ...attempt, plan: { ...attempt.plan, threads } };
    }
  }

  /** The other thread destroys what the flagged memory leads to. */
  #destroying(other: End, dying: string): Attempt {
    const { plan } = this.#attempt('sibling', [this.#own, other], 'filled', false);
    const threads = plan.threads.map((thread, i): ThreadPlan => {
      if (i === 0 || thread.kind !== 'call') return thread;
      const objects = thread.objects.map((name, at) => (at === 0 ? dying : name));
      return { ...thread, objects, drops: true, runs: `del ${dying}` };
    });
    return { kind: 'sibling', inner: this.#scope.direct, plan: { ...plan, threads } };
  }

  /** Each thread's first object is the other's second. */
  #crossed(setting: Setting): Attempt[] {
    const { view } = this.#own.entry;
    const [first, second] = objectsOf(view, base => this.#isObject(base));
    if (first === undefined || second === undefined || this.#own.entry.destroys) return [];
    const { plan, kind } = this.#attempt('itself', [this.#own, this.#own], setting, true);
    const renames = { [first]: second, [second]: first };
    const threads = plan.threads.map((thread, i): ThreadPlan => {
      if (i === 0 || thread.kind !== 'call') return thread;
      const objects = thread.objects.map(name => renames[name] ?? name);
      return { ...thread, objects, renames, runs: `${view.body.name}(${objects.join(', ')})` };
    });
    return [{ kind, inner: this.#scope.direct, plan: { ...plan, threads } }];
  }

  /** One thread: the Python code that it runs under a lock calls the flagged function. */
  #again(end: End, setting: Setting): Attempt {
    const { plan } = this.#attempt('alone', [end], setting, false);
    const own = this.#thread(this.#own.entry, this.#own.entry, 0, false);
    const threads = plan.threads.map((thread): ThreadPlan => {
      if (thread.kind !== 'call' || own.kind !== 'call') return thread;
      const objects = own.dying === undefined ? own.objects : own.objects.map(name => `${name} that dies`);
      return { ...thread, reenters: { code: own.code, objects } };
    });
    return {
      kind: 'alone',
      inner: this.#scope.direct,
      plan: { ...plan, threads, goals: [...plan.goals, ...this.#own.goals] },
    };
  }

  #itself(again: End | undefined, setting: Setting, shared: boolean): Attempt {
    const kind = this.#own.entry.foreign ? 'callback' : 'itself';
    const goals = [...this.#own.goals, ...(again?.goals ?? [])];
    const own = { ...this.#own, goals };
    return this.#attempt(kind, [own, own], setting, shared);
  }

  #against({ container, under }: Exposed, action: Exposure, setting: Setting): Attempt {
    const { plan } = this.#attempt('python-writer', [this.#own], setting, false);
    const threads: ThreadPlan[] = [
      ...plan.threads,
      { kind: 'python', action, container, ...(under === undefined ? {} : { under }) },
    ];
    return { kind: 'python-writer', inner: this.#scope.direct, plan: { ...plan, threads } };
  }

  /** Code that asks for a thread state, and that no table leads to: threads that have none call it, and others that have. */
  #withAndWithout(again: End | undefined): Attempt[] {
    const { view, foreign } = this.#own.entry;
    const { contexts } = view.surroundings;
    if (
      foreign ||
      contexts.has('python') ||
      !asksForState(view, name => this.#names.function(view.unit.file, name)?.unit.body)
    )
      return [];
    const attempt = this.#itself(again, 'empty', false);
    const threads = attempt.plan.threads.map((thread, i) => (i === 0 ? { ...thread, foreign: true } : thread));
    return [{ ...attempt, kind: 'callback', plan: { ...attempt.plan, threads } }];
  }

  /** A third thread has the lock of an inner section for a moment: the outer ones are given up for as long as it lasts. */
  #contended({ container, action }: Exposed, again: End | undefined): Attempt {
    const attempt = this.#itself(again, 'filled', false);
    const threads: ThreadPlan[] = [...attempt.plan.threads, { kind: 'python', action, container }];
    return { ...attempt, plan: { ...attempt.plan, threads } };
  }

  #attempt(kind: HarnessKind, ends: readonly End[], setting: Setting, shared: boolean): Attempt {
    const threads = ends.map((end, i) => this.#thread(end.entry, ends[0]!.entry, i, shared));
    const goals = ends.flatMap(end => end.goals);
    return {
      kind,
      inner: this.#scope.direct,
      plan: {
        threads,
        goals,
        setting,
        flips: [],
        atomic: this.#atomic,
        loneRaces: this.#loneRaces,
        sliced: this.#scope.sliced,
      },
    };
  }

  /** Threads share the object that the first parameter is; the others too when `shared` is asked for. */
  #thread({ view, foreign, destroys }: Entry, first: Entry, index: number, shared: boolean): ThreadPlan {
    const { body } = view;
    const parameters = body.locals.slice(0, body.parameters);
    const objects = parameters.map((parameter, i) => {
      const name = parameter.name === '' ? `argument ${i + 1}` : parameter.name;
      const lead = first.view.body.locals[i];
      const sameAs = lead !== undefined && i < first.view.body.parameters ? lead.name : name;
      const exclusive = view.surroundings.parameters[i]?.exclusive === true;
      const isGiven = !this.#isObject(parameter.type.base) && freesParameter(view, i);
      if (isGiven || (i === 0 && (destroys || exclusive))) return index === 0 ? name : `${name} of T${index + 1}`;
      if (i === 0 && !(foreign && index > 0 && !this.#isObject(parameter.type.base)))
        return sameAs === '' ? name : sameAs;
      if (index === 0) return name;
      // What a thread of C code is given is its own; so is what nobody else can know.
      if (shared && !foreign && !exclusive) return name;
      return `${name} of T${index + 1}`;
    });
    return {
      kind: 'call',
      code: this.#names.code(view.function),
      runs: `${body.name}(${parameters.map((_, i) => objects[i]).join(', ')})`,
      objects,
      foreign,
      ...(destroys ? { dying: 0, collected: isCollected(this.#extension, view) } : {}),
    };
  }

  /** Filled once and never handed out: Python code cannot change it. */
  #isFrozen(container: string): boolean {
    const name = container.replace(/^.*(?:->|\.)/, '');
    const keys = this.#extension.accesses.all.map(access => access.key);
    const own = new Set(keys.filter(key => (key.startsWith('=') ? key.endsWith(name) : key.endsWith(`.${name}`))));
    return [...own].some(key => this.#extension.frozen.isFrozen(key));
  }

  #isObject(base: string): boolean {
    return /^Py(?:\w*Object)$/.test(base) || this.#names.isObject(base);
  }

  #view(file: string, name: string | null): FunctionView | undefined {
    return this.#extension.functions.find(one => one.unit.file === file && one.name === name);
  }
}

function distinct(exposed: readonly Exposed[]): Exposed[] {
  const seen = new Set<string>();
  return exposed.filter(({ container, action }) => {
    const key = `${container} ${action}`;
    return !seen.has(key) && seen.add(key);
  });
}
