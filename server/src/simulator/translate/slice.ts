/**
 * Which steps of functions a run needs: those that it is for, what else touches the same memory, locks, what their values
 * come from, and what is done with what they yield. Functions of real extensions are too large to be run whole.
 */
import { effectOfCall } from '../../capi/effects.ts';
import type { FunctionBody, Op, Place, Value } from '../../program/model.ts';
import { resultsIn, sourcesOf, usesOf } from './dependences.ts';
import type { Code, Goal, Names } from './model.ts';
import { kindOfType } from './types.ts';

/** Functions within functions. */
const DEEPEST = 4;
/** A function that only makes a value is run whole when it is no larger. */
const SMALL = 60;

interface Part {
  readonly steps: ReadonlySet<number>;
  /** It is entered: it touches the memory, or comes to the steps, that the run is for. */
  readonly matters: boolean;
}

const EVERYTHING: Part = { steps: new Set(), matters: true };

export class Slice {
  readonly #names: Names;
  readonly #goals = new Map<string, Set<number>>();
  /** Fields and variables that the goals are about. */
  readonly #about = new Set<string>();
  readonly #parts = new Map<FunctionBody, Part>();
  readonly #locks: boolean;

  constructor(goals: readonly Goal[], roots: readonly Code[], names: Names) {
    this.#names = names;
    for (const { file, function: name, step } of goals) {
      const key = `${file}|${name}`;
      this.#goals.set(key, (this.#goals.get(key) ?? new Set()).add(step));
    }
    const bodies = this.#within(roots);
    let locks = false;
    for (const code of bodies) {
      for (const step of this.#goalsOf(code)) {
        const op = code.unit.body.steps[step]?.op;
        if (op?.kind === 'acquire' || op?.kind === 'release') locks = true;
        for (const key of this.#keysOf(code, op)) this.#about.add(key);
      }
    }
    this.#locks = locks;
    for (const key of this.#flags(bodies)) this.#about.add(key);
  }

  /** Whether the step does something that the run needs. */
  keeps(code: Code, step: number, whole: boolean): boolean {
    if (whole) return true;
    const part = this.#partOf(code, 0);
    return part === EVERYTHING || part.steps.has(step);
  }

  /** Whether the goals are about that field or variable. */
  isAbout(path: string): boolean {
    return this.#about.has(path.replace(/^.*\./, '')) || this.#about.has(`=${path}`);
  }

  /** Whether a call of the function is followed. */
  enters(code: Code): 'part' | 'whole' | null {
    if (this.#partOf(code, 0).matters) return 'part';
    return code.unit.body.steps.length <= SMALL ? 'whole' : null;
  }

  #goalsOf({ file, unit }: Code): ReadonlySet<number> {
    return this.#goals.get(`${file}|${unit.body.qualifiedName}`) ?? NONE;
  }

  #callees({ file, unit }: Code): Code[] {
    return unit.body.steps.flatMap(({ op }) => {
      if (op.kind !== 'call' || op.callee.kind !== 'named') return [];
      return this.#names.function(file, op.callee.name) ?? [];
    });
  }

  /** Functions on some way from the roots, as deep as they are followed. */
  #within(roots: readonly Code[]): ReadonlySet<Code> {
    const found = new Set(roots);
    let wave = [...found];
    for (let depth = 0; depth < DEEPEST; depth++) {
      wave = wave.flatMap(code => this.#callees(code)).filter(code => !found.has(code) && found.add(code));
    }
    return found;
  }

  /** Numbers of functions with goals that are both tested and set there: they may be what keeps threads apart. */
  #flags(bodies: ReadonlySet<Code>): string[] {
    const [tested, stored] = [new Set<string>(), new Set<string>()];
    for (const code of bodies) {
      if (this.#goalsOf(code).size === 0) continue;
      const { steps } = code.unit.body;
      for (const { op } of steps) {
        if (op.kind === 'store' || op.kind === 'update') for (const key of this.#keysOf(code, op)) stored.add(key);
        if (op.kind !== 'branch') continue;
        for (const step of resultsIn(op.condition)) {
          const loaded = steps[step]?.op;
          if (loaded?.kind === 'load' && this.#isNumber(code, loaded.place))
            for (const key of this.#keysOf(code, loaded)) tested.add(key);
        }
      }
    }
    return [...tested].filter(key => stored.has(key));
  }

  #isNumber({ file }: Code, place: Place): boolean {
    const type =
      place.kind === 'field' && place.struct !== null
        ? this.#names.field(place.struct, place.field)
        : place.kind === 'global'
          ? (this.#names.global(file, place.name)?.variable.type ?? null)
          : null;
    return kindOfType(type, this.#names) === 'number';
  }

  #keyOf(code: Code, place: Place): string | null {
    switch (place.kind) {
      case 'field':
        return place.field;
      case 'global':
        return `=${this.#names.global(code.file, place.name)?.key ?? place.name}`;
      case 'element':
        return this.#keyOfValue(code, place.base);
      case 'deref':
        return this.#keyOfValue(code, place.pointer);
      default:
        return null;
    }
  }

  #keyOfValue(code: Code, value: Value): string | null {
    if (value.kind === 'address') return this.#keyOf(code, value.place);
    if (value.kind !== 'result') return null;
    const loaded = code.unit.body.steps[value.step]?.op;
    return loaded?.kind === 'load' ? this.#keyOf(code, loaded.place) : null;
  }

  #keysOf(code: Code, op: Op | undefined): string[] {
    const keys =
      op?.kind === 'load' || op?.kind === 'store' || op?.kind === 'update'
        ? [this.#keyOf(code, op.place)]
        : op?.kind === 'call'
          ? op.args.map(arg => this.#keyOfValue(code, arg))
          : [];
    return keys.filter(key => key !== null);
  }

  #partOf(code: Code, depth: number): Part {
    const { body } = code.unit;
    const known = this.#parts.get(body);
    if (known !== undefined) return known;
    if (depth > DEEPEST) return { steps: NONE, matters: false };
    // While it is being found out, a function that calls itself adds nothing by that.
    this.#parts.set(body, { steps: NONE, matters: false });
    const part = this.#find(code, depth);
    this.#parts.set(body, part);
    return part;
  }

  #find(code: Code, depth: number): Part {
    const { body } = code.unit;
    const goals = this.#goalsOf(code);
    const kept = new Set<number>(goals);
    const locks = new Set<number>();
    const about = (keys: readonly string[]): boolean => keys.some(key => this.#about.has(key));
    for (const [at, { op }] of body.steps.entries()) {
      if (/^(?:acquire|release|attach|detach)$/.test(op.kind)) locks.add(at);
      else if (about(this.#keysOf(code, op)) && (op.kind !== 'call' || takesAddress(op))) kept.add(at);
      if (op.kind !== 'call' || op.callee.kind !== 'named') continue;
      const callee = this.#names.function(code.file, op.callee.name);
      if (callee === undefined) {
        const does = effectOfCall(op.callee.name)?.does;
        if (does === 'atomic' || does === 'locked' || does === 'once') kept.add(at);
      } else if (callee.unit.body !== body && this.#partOf(callee, depth + 1).matters) kept.add(at);
    }
    const matters = kept.size > 0 || (this.#locks && locks.size > 0);
    for (const step of locks) kept.add(step);
    if (matters) {
      for (const step of usesOf(body, kept)) kept.add(step);
      for (const step of sourcesOf(body, kept)) kept.add(step);
    }
    return { steps: kept, matters };
  }
}

const NONE: ReadonlySet<number> = new Set();

/** Calls that are handed the place itself, not what is in it. */
function takesAddress(op: Op & { kind: 'call' }): boolean {
  return op.args.some(arg => arg.kind === 'address');
}
