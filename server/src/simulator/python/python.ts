/**
 * One build of CPython as the place where a program's objects live and its operations run: the same scenario, written once,
 * under the GIL, free-threaded, with a GIL for each interpreter, or under one of the historical systems.
 */
import { type FieldDeclaration, ProgramBuilder } from '../build/program.ts';
import { Source } from '../build/source.ts';
import type { ThreadBuilder } from '../build/thread.ts';
import { add, cellValue, choose, type Expression, equal, shiftRight } from '../machine/expression.ts';
import type { SourceRange } from '../machine/program.ts';
import type { ModelName } from '../playback.ts';
import type { World } from './world.ts';

/**
 * How reference counts are kept. `plain`: load, add, store. `locked`: the same under one lock. `atomic`: one atomic
 * operation, also the short form of `biased`, which is the free-threaded build's protocol with every access.
 */
export type Counting = 'plain' | 'locked' | 'atomic' | 'biased';

/** Offsets in an object. One layout for all builds: a build hides the header fields that it does not have. */
export const HEADER = { tid: 1, local: 2, shared: 3, mutex: 4, bits: 5 } as const;
export const FIELDS = 6;

/** Low bits of `ob_ref_shared`; the count is above them. */
export const MAYBE_WEAKREF = 1;
export const QUEUED = 2;
export const MERGED = 3;
export const ONE_SHARED = 4;
/** `UINT32_MAX` in 32 bits. */
export const IMMORTAL = -1;

export interface ObjectOptions {
  readonly type?: string;
  readonly fields?: readonly FieldDeclaration[];
  /** References at the start; default 1. */
  readonly refs?: number;
  /** Free-threaded: the thread that made the object (its index), 0 when not given. */
  readonly owner?: number;
  /** References in the shared count, for the long form. */
  readonly shared?: number;
  readonly immortal?: boolean;
  /** Show the collector's bits: the object's story is about them. */
  readonly gcBits?: boolean;
  readonly alive?: boolean;
  readonly audited?: boolean;
  /** False: its own fields are plain memory, which a detached thread may touch too. */
  readonly attachedOnly?: boolean;
}

export class Python {
  readonly model: ModelName;
  /** Every atomic action of the build's own protocols (`long`), or one step for each operation (`short`). */
  readonly form: 'short' | 'long';
  readonly p = new ProgramBuilder();
  readonly sources: Source[] = [];
  readonly counting: Counting;
  /** Lock around all counts, for `locked`. */
  readonly countLock: number;
  /** Since 3.14 a section on an object that the innermost open one has locked does nothing. */
  skipsHeldObject = false;
  /** Objects below this address are immortal: counting them changes nothing. 0: each object says so itself. */
  firstMortal = 0;
  /** Where some thread stops the world, and there is no GIL: how many threads are attached. */
  world: World | null = null;
  private readonly gils: number[] = [];

  constructor(model: ModelName, form: 'short' | 'long' = 'short') {
    this.model = model;
    this.form = form;
    this.counting = countingOf(model, form);
    this.countLock = this.counting === 'locked' ? this.p.global('count lock', 0, { format: 'holder' }) : 0;
  }

  get freeThreaded(): boolean {
    return this.model === 'free-threaded';
  }

  /** Builds in which a thread runs Python code only with a GIL. */
  get hasGil(): boolean {
    return this.model === 'gil' || this.model === 'subinterpreters';
  }

  source(name: string, text: string): Source {
    const source = new Source(this.sources.length, name, text);
    this.sources.push(source);
    return source;
  }

  thread(runs: string): ThreadBuilder {
    return this.p.thread(runs);
  }

  /** Lock that the thread must hold to run Python code; with subinterpreters each thread is in one of its own. */
  gilOf(t: ThreadBuilder): number {
    const interpreter = this.model === 'subinterpreters' ? t.index : 0;
    const name = this.model === 'subinterpreters' ? `GIL of interpreter ${interpreter + 1}` : 'GIL';
    return (this.gils[interpreter] ??= this.p.global(name, 0, { format: 'holder' }));
  }

  /** Returns the pointer to the object. */
  object(name: string, options: ObjectOptions = {}): number {
    const { type = 'object', fields = [], refs = 1, owner = 0, immortal = false } = options;
    const biased = this.counting === 'biased';
    const shared = options.shared ?? 0;
    return this.p.object({
      name,
      type,
      python: options.attachedOnly ?? true,
      alive: options.alive ?? true,
      audited: options.audited ?? !immortal,
      count: immortal ? null : base => this.countExpression(base),
      fields: [
        { name: 'ob_tid', initial: biased && !immortal ? owner + 1 : 0, format: biased ? 'thread' : 'hidden' },
        {
          name: biased ? 'ob_ref_local' : 'refs',
          initial: immortal ? IMMORTAL : refs,
          format: biased || immortal ? 'local-count' : 'number',
        },
        { name: 'ob_ref_shared', initial: shared, format: biased ? 'shared-count' : 'hidden' },
        { name: 'ob_mutex', format: 'holder' },
        { name: 'ob_gc_bits', format: options.gcBits === true ? 'number' : 'hidden' },
        ...fields,
      ],
    });
  }

  /** A variable that owns a reference to the object: what keeps it alive in the program at large. */
  holds(name: string, object: number): number {
    return this.p.global(name, object, { format: 'pointer', owns: true });
  }

  /** Objects that the thread can make while it runs, one after the other. They are not alive before. */
  pool(names: readonly string[], options: ObjectOptions = {}): number[] {
    return names.map(name => this.object(name, { ...options, alive: false }));
  }

  /** Steps of `body` belong to the line of the source that holds the snippet. */
  line(t: ThreadBuilder, source: Source, snippet: string | SourceRange, body: () => void): void {
    const range = typeof snippet === 'string' ? source.at(snippet) : snippet;
    t.grouped(source.words(range), range, body);
  }

  private countExpression(base: number): Expression {
    const local = cellValue(base + HEADER.local);
    if (this.counting !== 'biased') return local;
    const shared = cellValue(base + HEADER.shared);
    return choose(equal(local, IMMORTAL), IMMORTAL, add(local, shiftRight(shared, 2)));
  }
}

function countingOf(model: ModelName, form: 'short' | 'long'): Counting {
  switch (model) {
    case 'free-threaded':
      return form === 'long' ? 'biased' : 'atomic';
    case 'atomic-counts':
      return 'atomic';
    case 'locked-counts':
      return 'locked';
    case 'gil':
    case 'subinterpreters':
    case 'naive-counts':
      return 'plain';
  }
}
