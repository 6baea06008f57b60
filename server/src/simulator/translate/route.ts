/** Which way to go where nothing decides it: to the steps that the run is for, past the handling of errors, out of loops. */
import type { FunctionBody, Value } from '../../program/model.ts';
import { leavesLoop } from './loops.ts';
import type { Goal, Names } from './model.ts';
import type { Frame } from './path.ts';
import { reachOf } from './reach.ts';

/** Functions between a call and the goal that it leads to. */
const DEEPEST = 3;
/** Steps looked at to tell whether a way ends in an error. */
const GLANCE = 8;

export class Route {
  readonly #goals = new Map<string, Set<number>>();
  /** The same by body, for speed. */
  readonly #owned = new Map<FunctionBody, ReadonlySet<number>>();
  readonly #names: Names;
  readonly #leads = new Map<FunctionBody, Map<number, ReadonlySet<number>>>();
  readonly #passed = new Set<string>();

  constructor(goals: readonly Goal[], names: Names) {
    this.#names = names;
    for (const { file, function: name, step } of goals) {
      const key = `${file}|${name}`;
      this.#goals.set(key, (this.#goals.get(key) ?? new Set()).add(step));
    }
  }

  get hasGoals(): boolean {
    return this.#goals.size > 0;
  }

  /** Whether the walk came to that step. */
  arrived(goal: Goal | undefined): boolean {
    return goal === undefined || this.#passed.has(`${goal.file}|${goal.function}|${goal.step}`);
  }

  atGoal(frames: readonly Frame[]): boolean {
    return frames.some(frame => this.#own(frame.code.file, frame.body).has(frame.at));
  }

  passed(frames: readonly Frame[]): void {
    for (const { code, body, at } of frames) {
      if (this.#own(code.file, body).has(at)) this.#passed.add(`${code.file}|${body.qualifiedName}|${at}`);
    }
  }

  #own(file: string, body: FunctionBody): ReadonlySet<number> {
    let own = this.#owned.get(body);
    if (own === undefined) this.#owned.set(body, (own = this.#goals.get(`${file}|${body.qualifiedName}`) ?? NONE));
    return own;
  }

  /** Steps of the body that are goals, or calls on the way to one. */
  #leadsOf(file: string, body: FunctionBody, depth: number): ReadonlySet<number> {
    let byDepth = this.#leads.get(body);
    if (byDepth === undefined) this.#leads.set(body, (byDepth = new Map()));
    const known = byDepth.get(depth);
    if (known !== undefined) return known;
    const found = new Set(this.#own(file, body));
    if (depth < DEEPEST) {
      for (const [at, { op }] of body.steps.entries()) {
        if (op.kind !== 'call' || op.callee.kind !== 'named') continue;
        const callee = this.#names.function(file, op.callee.name);
        if (callee === undefined || callee.unit.body === body) continue;
        if (this.#leadsOf(callee.file, callee.unit.body, depth + 1).size > 0) found.add(at);
      }
    }
    byDepth.set(depth, found);
    return found;
  }

  /** Goals of the function itself before those that calls lead to: what calls itself leads to itself everywhere. */
  #ahead({ code, body, visits }: Frame): number[] {
    const own = [...this.#own(code.file, body)].filter(step => !visits.has(step));
    return own.length > 0 ? own : [...this.#leadsOf(code.file, body, 0)].filter(step => !visits.has(step));
  }

  /** Whether the first of two ways is the one that leads to a goal; null when both do, or neither. */
  leads(frames: readonly Frame[], [yes, no]: readonly [number, number]): boolean | null {
    const frame = frames.at(-1)!;
    const goals = this.#ahead(frame);
    const leads = (from: number): boolean => goals.some(goal => this.#from(frame, from).has(goal));
    const [first, second] = [leads(yes), leads(no)];
    return first === second ? null : first;
  }

  /** Whether to take the first of two ways. */
  prefers(frames: readonly Frame[], at: number, [yes, no]: readonly [number, number], visits: number): boolean {
    const { body } = frames.at(-1)!;
    const leads = this.leads(frames, [yes, no]);
    if (leads !== null) return leads;
    const leaves = leavesLoop(body, at);
    if (leaves !== undefined) return visits <= 1 ? leaves !== yes : leaves === yes;
    const [bad, worse] = [endsInError(body, yes), endsInError(body, no)];
    return bad !== worse ? !bad : true;
  }

  /** The way of several that leads to a goal. */
  preferred(frames: readonly Frame[], next: readonly number[]): number | undefined {
    const frame = frames.at(-1)!;
    const goals = this.#ahead(frame);
    return next.find(from => goals.some(goal => this.#from(frame, from).has(goal)));
  }

  /** What can still run from there, with what the frame's variables hold now. */
  #from({ body, locals }: Frame, start: number): ReadonlySet<number> {
    const numbers = new Map<number, number>();
    for (const [local, symbol] of locals.entries()) if (symbol?.kind === 'int') numbers.set(local, symbol.value);
    return reachOf(body).from(start, numbers);
  }
}

const NONE: ReadonlySet<number> = new Set();

/** The way soon sets an exception, or returns what tells of one. */
function endsInError(body: FunctionBody, from: number): boolean {
  let at = from;
  for (let i = 0; i < GLANCE; i++) {
    const step = body.steps[at];
    if (step === undefined) return false;
    const { op, next } = step;
    if (op.kind === 'call' && op.callee.kind === 'named' && /^PyErr_(?!Clear|Occurred)/.test(op.callee.name))
      return true;
    if (op.kind === 'return') return op.value !== null && isFailure(op.value);
    if (next.length !== 1 || next[0] === undefined) return false;
    at = next[0];
  }
  return false;
}

function isFailure(value: Value): boolean {
  return (
    value.kind === 'null' ||
    (value.kind === 'int' && value.value < 0) ||
    (value.kind === 'operation' && value.operator === '-')
  );
}
