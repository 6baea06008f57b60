/** Which way a walk takes where the program alone does not say: at conditions, out of loops, among the cases of a `switch`. */
import type { Op } from '../../program/model.ts';
import { leavesLoop, loopAt } from './loops.ts';
import type { Frame, Path } from './path.ts';
import type { Route } from './route.ts';
import { unknown } from './symbols.ts';
import type { Values } from './values.ts';
import type { WalkResult } from './walk.ts';

/** Rounds of a loop; what would come after them is left out, and said so. */
export const ROUNDS = 2;

/** How conditions are taken that nothing decides. */
export interface Chosen {
  /** Ordinals of conditions that go the other way than preferred. */
  readonly flips: ReadonlySet<number>;
  readonly decisions: Readonly<Record<string, boolean>>;
}

/** A condition that was chosen. */
export interface Choice {
  readonly text: string;
  readonly taken: boolean;
  readonly file: string;
  readonly start: number;
  readonly end: number;
}

export class Decisions {
  readonly #route: Route;
  readonly #values: Values;
  readonly #chosen: Chosen;
  readonly #result: WalkResult;

  constructor(route: Route, values: Values, chosen: Chosen, result: WalkResult) {
    this.#route = route;
    this.#values = values;
    this.#chosen = chosen;
    this.#result = result;
  }

  /** After some rounds a loop is left, whatever its condition says. */
  leave(frame: Frame, at: number, next: number): number {
    if ((frame.visits.get(at) ?? 0) <= ROUNDS) return next;
    const out = leavesLoop(frame.body, at);
    if (out !== undefined && out !== next) this.#cut(frame, at);
    return out ?? next;
  }

  /** How often a loop runs that is left here nobody knows: nor what it has counted. */
  #cut(frame: Frame, at: number): void {
    this.#result.cut = true;
    this.#forget(frame, at);
  }

  #forget(frame: Frame, at: number): void {
    const { body, locals } = frame;
    for (const step of loopAt(body, at)) {
      const op = body.steps[step]?.op;
      if ((op?.kind !== 'store' && op?.kind !== 'update') || op.place.kind !== 'local') continue;
      const { local } = op.place;
      if (locals[local]?.kind === 'int') locals[local] = unknown(body.locals[local]?.name ?? 'a variable');
    }
  }

  /** A condition that the model does not decide: taken once, so that the goal is reached. */
  decide(path: Path, at: number, text: string, ways: readonly [number, number], usual?: boolean): boolean {
    const frame = path.top;
    const negated = text.startsWith('!') && !text.startsWith('!=');
    const key = negated ? text.slice(1) : text;
    const visits = frame.visits.get(at) ?? 0;
    const remembered = path.decided.get(key);
    if (remembered !== undefined && visits <= 1) return negated ? !remembered : remembered;
    // How a loop went on the first time says nothing of its end.
    const before = visits <= 1 ? this.#chosen.decisions[text] : undefined;
    const led = before ?? (usual === undefined ? null : this.#route.leads(path.frames, ways));
    const preferred = led ?? usual ?? this.#route.prefers(path.frames, at, ways, visits);
    const { code } = frame;
    const span = frame.body.steps[at]?.span ?? { start: 0, end: 0 };
    const start = span.start + code.unit.start;
    const { choices } = this.#result;
    const known = choices.findIndex(one => one.start === start && one.file === code.file);
    const ordinal = known < 0 ? choices.length : known;
    const taken = this.#chosen.flips.has(ordinal) && visits <= 1 ? !preferred : preferred;
    path.decided.set(key, negated ? !taken : taken);
    if (visits > 1 && leavesLoop(frame.body, at) === ways[taken ? 0 : 1]) this.#forget(frame, at);
    if (known < 0) choices.push({ text, taken, file: code.file, start, end: span.end + code.unit.start });
    return taken;
  }

  /** The step that a `switch` goes on with. */
  select(path: Path, at: number, op: Op & { kind: 'switch' }): number {
    const step = path.top.body.steps[at];
    const value = this.#values.eval(op.value, path);
    const labels = op.cases.map(label => (label === null ? null : this.#values.eval(label, path)));
    const next = step?.next ?? [];
    const fallback = next[next.length - 1] ?? 0;
    if (value.kind === 'int') {
      const found = labels.findIndex(label => label?.kind === 'int' && label.value === value.value);
      return next[found] ?? fallback;
    }
    return this.#route.preferred(path.frames, next) ?? next[0] ?? fallback;
  }
}
