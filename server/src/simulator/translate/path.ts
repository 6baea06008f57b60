/** Where the translation of a thread stands: the functions that it is in, and what is known of their variables. */
import type { FunctionBody } from '../../program/model.ts';
import type { Place } from '../build/thread.ts';
import type { Code } from './model.ts';
import type { Symbol } from './symbols.ts';

export interface Frame {
  readonly code: Code;
  readonly body: FunctionBody;
  readonly locals: (Symbol | undefined)[];
  readonly results: Map<number, Symbol>;
  /** How often each step ran. */
  readonly visits: Map<number, number>;
  /** All of it is run, where only some of its callers' steps are. */
  readonly whole: boolean;
  /** The step that is running. */
  at: number;
}

export class Path {
  readonly frames: Frame[];
  detached: boolean;
  /** Mutexes that the thread holds. */
  mutexes: number;
  /** Thread states that were asked for although there was one. */
  nested: number;
  /** How many functions ran when Python code came in between; null: it did not yet; 0: it is over. */
  interrupted: number | null;
  /** Memory that only this thread touches, by cell. */
  readonly cells: Map<string, Symbol>;
  /** Conditions that nothing decides, as they were taken the first time. */
  readonly decided: Map<string, boolean>;
  /** Fields of structs in variables of functions. */
  readonly structs: Map<string, Symbol>;
  /** References that this thread has and has not given on, by object. */
  readonly references: Map<string, number>;
  readonly made: Map<string, number>;
  /** The collector does not know the object any more whose destructor runs. */
  untracked: boolean;
  /** Objects that Python code has kept although they were about to go. */
  readonly kept: Set<string>;
  /** Locks to drop when the function at that depth returns. */
  readonly unlocks: { readonly depth: number; readonly lock: Place }[];

  constructor(detached: boolean, from?: Path) {
    this.detached = detached;
    this.nested = from?.nested ?? 0;
    this.interrupted = from?.interrupted ?? null;
    this.cells = new Map(from?.cells);
    this.mutexes = from?.mutexes ?? 0;
    this.frames = (from?.frames ?? []).map(frame => ({
      ...frame,
      locals: [...frame.locals],
      results: new Map(frame.results),
      visits: new Map(frame.visits),
    }));
    this.decided = new Map(from?.decided);
    this.structs = new Map(from?.structs);
    this.references = new Map(from?.references);
    this.made = new Map(from?.made);
    this.untracked = from?.untracked ?? false;
    this.kept = new Set(from?.kept);
    this.unlocks = [...(from?.unlocks ?? [])];
  }

  fork(): Path {
    return new Path(this.detached, this);
  }

  get top(): Frame {
    return this.frames.at(-1)!;
  }

  enter(code: Code, args: readonly Symbol[], whole = false): void {
    const { body } = code.unit;
    const locals: (Symbol | undefined)[] = body.locals.map((_, i) => (i < body.parameters ? args[i] : undefined));
    this.frames.push({ code, body, locals, results: new Map(), visits: new Map(), whole, at: 0 });
  }

  /** The thread's references to the object change by so many; what it has now. */
  refer(object: string, change: number): number {
    const now = (this.references.get(object) ?? 0) + change;
    this.references.set(object, now);
    return now;
  }

  /** How often this was asked before, on this path. */
  count(what: string): number {
    const before = this.made.get(what) ?? 0;
    this.made.set(what, before + 1);
    return before;
  }
}
