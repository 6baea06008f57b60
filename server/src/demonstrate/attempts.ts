/**
 * The harnesses that are tried for a finding, the likeliest first: from the two ends of its pair, from what the analysis knows
 * to collide, and from what the function, once translated, turns out to rely on. No rule is asked.
 */
import type { Extension } from '../analysis/extension.ts';
import type { FunctionView } from '../analysis/view.ts';
import type { Exposed, Exposure, Plan, Setting, ThreadPlan } from '../simulator/translate/model.ts';
import { type End, otherEnds, ownEnd } from './ends.ts';
import type { Scope } from './entry.ts';
import { asksForState, attributesOf, objectsOf, privateObjects, runsOnce } from './given.ts';
import type { DemonstratedFinding, HarnessKind } from './model.ts';
import type { ExtensionNames } from './names.ts';
import { Threads } from './threads.ts';

export interface Attempt {
  readonly kind: HarnessKind;
  readonly plan: Plan;
  /** The threads start in functions that others of the extension call. */
  readonly inner: boolean;
}

/** Objects whose locks a third thread has for a moment. */
const MOST_CONTENDED = 3;

/** What fails only while the function itself runs in another thread as well. */
const NEEDS_OTHERS: ReadonlySet<Exposure> = new Set(['lock', 'collector']);

export class Attempts {
  readonly #extension: Extension;
  readonly #names: ExtensionNames;
  readonly #threads: Threads;
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
    this.#names = names;
    this.#threads = new Threads(extension, names);
    this.#flagged = view;
    this.#atomic = finding.site.steps.length > 1;
    this.#loneRaces = finding.family === 'atomics';
    this.#own = ownEnd(extension, finding, view, scope);
    this.#siblings = otherEnds(extension, finding, view, scope);
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
          (one.action === 'weakref' || !this.#isHidden(one.container)),
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
    for (const one of python.filter(({ action }) => NEEDS_OTHERS.has(action)).slice(0, MOST_CONTENDED)) {
      yield* this.#contended(one, again);
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
    const [first, second] = objectsOf(view, base => this.#threads.isObject(base));
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
    const own = this.#threads.plan(this.#own.entry, this.#own.entry, 0, false);
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

  /**
   * A third thread has the lock of an inner section for a moment: the outer ones are given up for as long as it lasts. The
   * second thread works on the same objects, has but the first in common with it, or has them the other way round.
   */
  *#contended({ container, action }: Exposed, again: End | undefined): Iterable<Attempt> {
    const attempt = this.#itself(again, 'filled', false);
    const third: ThreadPlan = { kind: 'python', action, container };
    const [first, second] = attempt.plan.threads;
    yield { ...attempt, plan: { ...attempt.plan, threads: [...attempt.plan.threads, third] } };
    const others = objectsOf(this.#own.entry.view, base => this.#threads.isObject(base)).slice(1);
    if (first !== undefined && second?.kind === 'call' && others.includes(container)) {
      const renames = Object.fromEntries(others.map(name => [name, `${name} of T2`]));
      yield { ...attempt, plan: { ...attempt.plan, threads: [first, { ...second, renames }, third] } };
    }
    for (const crossed of this.#crossed('filled'))
      yield { ...crossed, plan: { ...crossed.plan, threads: [...crossed.plan.threads, third] } };
  }

  #attempt(kind: HarnessKind, ends: readonly End[], setting: Setting, shared: boolean): Attempt {
    const threads = ends.map((end, i) => this.#threads.plan(end.entry, ends[0]!.entry, i, shared));
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

  /** Never handed out: Python code cannot change it. */
  #isHidden(container: string): boolean {
    const name = container.replace(/^.*(?:->|\.)/, '');
    const keys = this.#extension.accesses.all.map(access => access.key);
    const own = new Set(keys.filter(key => (key.startsWith('=') ? key.endsWith(name) : key.endsWith(`.${name}`))));
    return [...own].some(key => this.#extension.frozen.keepsEntries(key));
  }
}

function distinct(exposed: readonly Exposed[]): Exposed[] {
  const seen = new Set<string>();
  return exposed.filter(({ container, action }) => {
    const key = `${container} ${action}`;
    return !seen.has(key) && seen.add(key);
  });
}
