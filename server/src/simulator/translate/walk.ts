/**
 * Walks a function's steps the way that one thread would, and writes what others could notice of it. What is known before
 * the program runs decides branches at once; what only the machine knows makes two branches of the program; what nothing
 * decides is chosen, once for each condition, so that the walk comes to the steps that it is for.
 */
import type { Op } from '../../program/model.ts';

import { saveSections } from '../python/sections.ts';
import type { CallResult } from './call.ts';
import { callOf } from './calls.ts';
import { type Choice, type Chosen, Decisions, ROUNDS } from './decisions.ts';
import type { Lane } from './lane.ts';
import { Locks } from './locks.ts';
import { leavesLoop } from './loops.ts';
import { type Code, Untranslatable } from './model.ts';
import { type Frame, Path } from './path.ts';
import type { Route } from './route.ts';
import { passOver, skip } from './skip.ts';
import type { Slice } from './slice.ts';
import { Steps, useOf } from './steps.ts';
import { type HeapObject, int, nameOf, type Symbol, truth, unknown, ZERO } from './symbols.ts';
import { Values } from './values.ts';

/** Calls within calls. */
const DEEPEST = 4;
/** A step that comes back more often is in a loop whose end nothing decides. */
const MOST_VISITS = 8;

export interface WalkOptions extends Chosen {
  /** Objects that this thread knows under other names. */
  readonly renames: Readonly<Record<string, string>>;
  /** What Python code calls that runs while this thread holds a lock. */
  readonly reenters: { readonly code: Code; readonly args: readonly Symbol[] } | null;
}

export interface WalkResult {
  /** Some way was given up in a loop. */
  cut: boolean;
  /** Conditions that were chosen, in order. */
  readonly choices: Choice[];
  /** Spans of the steps that did something, by file. */
  readonly active: Map<string, Set<number>>;
  readonly walked: Set<Code>;
  readonly cost: Cost;
}

/** How often the walks came to some step. */
export interface Cost {
  steps: number;
}

export class Walk {
  readonly lane: Lane;
  readonly values: Values;
  readonly locks: Locks;
  readonly route: Route;
  readonly #decisions: Decisions;
  readonly #steps: Steps;
  readonly #chosen: WalkOptions;
  readonly result: WalkResult;
  readonly range: (code: Code, span: { start: number; end: number }) => Parameters<Lane['t']['grouped']>[1];
  readonly #words: (code: Code, span: { start: number; end: number }) => string;
  readonly #slice: Slice | null;
  readonly #pinned = new Set<string>();
  readonly #ends: (result: Symbol | null, path: Path) => void;

  constructor(
    lane: Lane,
    route: Route,
    chosen: WalkOptions,
    result: WalkResult,
    text: { range: Walk['range']; words: (code: Code, span: { start: number; end: number }) => string },
    ends: (result: Symbol | null, path: Path) => void,
    slice: Slice | null,
  ) {
    this.lane = lane;
    this.values = new Values(lane);
    this.locks = new Locks(lane, this.values);
    this.route = route;
    this.#chosen = chosen;
    this.result = result;
    this.#decisions = new Decisions(route, this.values, chosen, result);
    this.#steps = new Steps(lane, this.values, this.locks);
    this.range = text.range;
    this.#words = text.words;
    this.#ends = ends;
    this.#slice = slice;
  }

  start(code: Code, args: readonly Symbol[], foreign: boolean): void {
    const path = new Path(foreign);
    path.enter(code, args);
    this.result.walked.add(code);
    this.#run(path, 0);
  }

  /** From the step on, to the end of the thread. */
  #run(path: Path, from: number): void {
    let at = from;
    for (;;) {
      const frame = path.top;
      const step = frame.body.steps[at];
      if (step === undefined) throw new Untranslatable('The function could not be read whole.');
      this.result.cost.steps++;
      const visits = (frame.visits.get(at) ?? 0) + 1;
      frame.visits.set(at, visits);
      frame.at = at;
      this.lane.atGoal = this.route.atGoal(path.frames);
      this.lane.guarded = path.mutexes > 0;
      this.lane.path = path;
      if (this.lane.atGoal && step.op.kind !== 'call') this.route.passed(path.frames);
      if (visits > MOST_VISITS) throw new Untranslatable('It has a loop whose end is not seen.');
      const { op } = step;
      if (op.kind === 'unread') throw new Untranslatable('Part of the function could not be read.');
      if (op.kind === 'branch') {
        const next = this.#branch(path, at, op);
        if (next === null) return;
        at = next;
        continue;
      }
      if (op.kind === 'switch') {
        at = this.#decisions.select(path, at, op);
        continue;
      }
      if (op.kind === 'return') {
        const value = op.value === null ? null : this.values.eval(op.value, path);
        if (path.frames.length === 1) {
          this.#at(frame, at, () => this.#ends(value, path));
          return;
        }
        path.frames.pop();
        const caller = path.top;
        this.#unlock(path, caller);
        // What Python code ran in between has nothing to do with what the call yields.
        if (path.interrupted === path.frames.length) path.interrupted = 0;
        else caller.results.set(caller.at, value ?? unknown('nothing'));
        const next = caller.body.steps[caller.at]?.next[0];
        if (next === undefined) return;
        at = next;
        continue;
      }
      if (this.#slice?.keeps(frame.code, at, frame.whole) === false && skip(this.values, path, at, op)) {
        // Nothing that the run needs.
      } else if (op.kind === 'call') {
        const entered = this.#call(path, at, op);
        if (entered === 'branched') return;
        if (entered === 'entered') {
          at = 0;
          continue;
        }
      } else this.#at(frame, at, () => this.#steps.run(path, at, op));
      const next = step.next[0];
      if (next === undefined) {
        // A call that does not come back.
        this.result.cut = true;
        this.#ends(null, path);
        return;
      }
      at = next;
    }
  }

  /** The steps that `body` writes stand where the step stands in the text. */
  #at(frame: Frame, at: number, body: () => void): void {
    const { code } = frame;
    const step = frame.body.steps[at];
    if (step === undefined) return;
    const span = step.span.end > step.span.start ? step.span : step.statement;
    const absolute = { start: span.start + code.unit.start, end: span.end + code.unit.start };
    const before = this.lane.steps;
    this.lane.t.grouped(this.#words(code, absolute), this.range(code, absolute), body);
    if (this.lane.steps === before) return;
    const active = this.result.active.get(code.file) ?? new Set();
    this.result.active.set(code.file, active.add(absolute.start));
  }

  #branch(path: Path, at: number, op: Op & { kind: 'branch' }): number | null {
    const frame = path.top;
    const [yes, no] = frame.body.steps[at]?.next ?? [];
    if (yes === undefined || no === undefined) throw new Untranslatable('The function could not be read whole.');
    const condition = this.values.eval(op.condition, path);
    const known = truth(condition);
    const identity = this.#slice === null ? null : this.values.identity(op.condition, path);
    if (identity !== null) return this.#decisions.decide(path, at, identity.text, [yes, no], identity.usual) ? yes : no;
    if (known !== null) return this.#decisions.leave(frame, at, known ? yes : no);
    if (condition.kind !== 'dynamic') return this.#decisions.decide(path, at, nameOf(condition), [yes, no]) ? yes : no;
    const visits = frame.visits.get(at) ?? 0;
    const isLoop = visits > ROUNDS;
    const restore = saveSections(this.lane.t);
    const other = path.fork();
    const go = (on: Path, next: number): void => {
      restore();
      this.#run(on, next);
    };
    if (isLoop) {
      const leaves = leavesLoop(frame.body, at);
      if (leaves !== undefined) {
        this.result.cut = true;
        return leaves;
      }
    }
    this.lane.t.when(
      this.lane.expression(condition),
      () => go(path, yes),
      () => go(other, no),
    );
    return null;
  }

  /** `entered`: goes on at the start of the function that is called. */
  #call(path: Path, at: number, op: Op & { kind: 'call' }): 'entered' | 'branched' | 'done' {
    const frame = path.top;
    const { names } = this.lane.memory;
    const target = op.callee.kind === 'pointer' ? this.values.eval(op.callee.value, path) : null;
    const name = target?.kind === 'function' ? target.name : (op.callee.name ?? 'a function');
    const direct = op.callee.kind === 'named' || target?.kind === 'function';
    const callee = direct ? names.function(frame.code.file, name) : undefined;
    const args = op.args.map(arg => this.values.eval(arg, path));
    if (this.lane.atGoal) this.route.passed(path.frames);
    if (callee !== undefined && !names.isCast(name)) return this.#enter(path, callee, args) ? 'entered' : 'done';
    const results: CallResult[] = [];
    this.#at(frame, at, () =>
      results.push(names.isCast(name) ? (args[0] ?? ZERO) : callOf(this, path, at, name, args, op)),
    );
    const result = results[0] ?? ZERO;
    if (!('enters' in result)) {
      frame.results.set(at, result);
      return this.#interrupt(path) ? 'entered' : 'done';
    }
    const other = path.fork();
    const restore = saveSections(this.lane.t);
    const next = frame.body.steps[at]?.next[0] ?? 0;
    this.lane.t.when(
      this.lane.expression(result.done),
      () => {
        other.top.results.set(at, ZERO);
        this.#unlock(other, other.top);
        this.#run(other, next);
      },
      () => {
        restore();
        if (this.#enter(path, result.enters, [])) this.#run(path, 0);
        else this.#run(path, next);
      },
    );
    return 'branched';
  }

  /** Python code that a call runs under a lock may come back to the extension in the same thread. */
  #interrupt(path: Path): boolean {
    const { reenters } = this.#chosen;
    const ran = this.lane.ranPython;
    this.lane.ranPython = false;
    if (!ran || reenters === null || path.mutexes === 0 || path.interrupted !== null) return false;
    path.interrupted = path.frames.length;
    return this.#enter(path, reenters.code, reenters.args);
  }

  /** Drops what a call holds for the length of the function that it ran. */
  #unlock(path: Path, caller: Frame): void {
    for (
      let last = path.unlocks.at(-1);
      last !== undefined && last.depth >= path.frames.length;
      last = path.unlocks.at(-1)
    ) {
      const { lock } = last;
      path.unlocks.pop();
      this.#at(caller, caller.at, () => {
        this.lane.step();
        this.lane.t.unlock(lock);
      });
    }
  }

  #enter(path: Path, callee: Code, args: readonly Symbol[]): boolean {
    if (
      path.frames.length >= DEEPEST ||
      (path.interrupted === null && path.frames.some(frame => frame.code.unit === callee.unit))
    ) {
      this.lane.assume(
        `${callee.unit.body.name}() is called too deeply to be followed, and is taken to change nothing here.`,
        null,
      );
      path.top.results.set(path.top.at, unknown(`${callee.unit.body.name}(…)`));
      return false;
    }
    const how = this.#slice === null || path.top.whole ? 'whole' : this.#slice.enters(callee);
    if (how === null) {
      this.#at(path.top, path.top.at, () => passOver(this, path, callee, args));
      return false;
    }
    this.result.walked.add(callee);
    path.enter(callee, args, how === 'whole');
    return true;
  }

  /** How the machine's variable for a step is called, and what it belongs to. */
  use(path: Path, at: number): { name: string; use: string } {
    return useOf(path, at);
  }

  /** Where the step that is running stands, for assumptions. */
  placeOf(path: Path): { file: string; offset: number; end: number } {
    const { code, body, at } = path.top;
    const span = body.steps[at]?.span ?? body.nameSpan;
    return { file: code.file, offset: span.start + code.unit.start, end: span.end + code.unit.start };
  }

  /** What a function unpacks from its arguments is the same object for all threads that unpack it under that name. */
  argumentName(name: string, path: Path): string {
    return path.frames.length === 1 ? (this.#chosen.renames[name] ?? name) : `${name} of ${path.top.body.name}`;
  }

  pinOnce(object: HeapObject): void {
    if (this.#pinned.has(object.name)) return;
    this.#pinned.add(object.name);
    this.lane.memory.references.pin(object);
  }

  /** `pthread_once`, `call_once`: under a lock that the C library keeps, and only the first time. */
  once(control: Symbol, code: Code, path: Path): CallResult {
    const { lane } = this;
    const { t } = lane;
    const done = lane.memory.variable(`${nameOf(control)} is done`, `${nameOf(control)} is done`, null);
    const lock = this.locks.named(`the lock of ${nameOf(control)}`);
    lane.step();
    t.lock(lock);
    path.unlocks.push({ depth: path.frames.length, lock });
    lane.memory.start.set(done, ZERO);
    const known = lane.load(done, { name: '', use: `once ${nameOf(control)}` }, { order: 'relaxed' });
    lane.store(done, int(1), { order: 'relaxed' });
    return { enters: code, done: known };
  }
}
