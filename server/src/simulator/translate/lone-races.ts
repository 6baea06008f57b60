/**
 * Data races from which nothing follows: on one number or pointer that a thread only writes, or reads once and neither follows
 * nor acts upon. The C standard leaves them undefined, but no processor that Python runs on tears such a value, and whatever
 * is read was stored. They are kept apart from races that show something, and said to be there.
 */
import type { Expression } from '../machine/expression.ts';
import type { Access, Instruction, Program } from '../machine/program.ts';

/** The cells, of those that are one number or pointer each, whose races nothing follows from. */
export function loneCells(program: Program, words: ReadonlySet<number>): ReadonlySet<number> {
  const threads = program.threads.map(({ code }) => new Uses(code));
  const offsets = offsetsOf(program);
  const isLone = (cell: number): boolean => {
    if (threads.some(one => one.blurred.has(offsets[cell] ?? 0))) return false;
    const isNumber = program.cells[cell]?.format === 'number';
    return threads.every((one, i) =>
      threads.slice(i + 1).every(other => {
        if (!one.writes(cell) && !other.writes(cell)) return true;
        if (!one.reads(cell) && !other.reads(cell)) return isNumber;
        // It is enough that one end of the race does no more than look.
        return one.looks(cell, isNumber) || other.looks(cell, isNumber);
      }),
    );
  };
  return new Set([...words].filter(cell => isContested(threads, cell) && isLone(cell)));
}

/** Some thread writes it, and some other one looks at it or writes it too. */
function isContested(threads: readonly Uses[], cell: number): boolean {
  return threads.some((one, i) =>
    threads.some((other, j) => i !== j && one.writes(cell) && (other.reads(cell) || other.writes(cell))),
  );
}

/** The program without the races on these cells. */
export function withoutRaces(program: Program, cells: ReadonlySet<number>): Program {
  if (cells.size === 0) return program;
  const relaxed = (one: Instruction): Instruction =>
    one.kind === 'access' && one.order === 'plain' && cells.has(addressOf(one) ?? -1)
      ? { ...one, order: 'relaxed' }
      : one;
  return { ...program, threads: program.threads.map(thread => ({ ...thread, code: thread.code.map(relaxed) })) };
}

/** What the instructions of one thread do to cells that are known before the program runs. */
class Uses {
  /** Places within objects that are reached through pointers which only the machine knows. */
  readonly blurred: ReadonlySet<number>;
  readonly #code: readonly Instruction[];
  readonly #reads = new Map<number, number[]>();
  readonly #writes = new Set<number>();

  constructor(code: readonly Instruction[]) {
    this.#code = code;
    const blurred = new Set<number>();
    for (const [at, one] of code.entries()) {
      if (one.kind !== 'access') continue;
      const cell = addressOf(one);
      if (cell === null) {
        if (typeof one.offset === 'number') blurred.add(one.offset);
        continue;
      }
      if (one.next !== undefined) this.#writes.add(cell);
      if (one.into === undefined && one.next !== undefined && one.until === undefined) continue;
      const reads = this.#reads.get(cell) ?? [];
      reads.push(at);
      this.#reads.set(cell, reads);
    }
    this.blurred = blurred;
  }

  reads(cell: number): boolean {
    return this.#reads.has(cell);
  }

  writes(cell: number): boolean {
    return this.#writes.has(cell);
  }

  /** Reads it and no more: it does not write it, read it twice, follow it or act upon it. */
  looks(cell: number, isNumber: boolean): boolean {
    const reads = this.#reads.get(cell);
    if (reads === undefined || this.#writes.has(cell)) return false;
    return reads.every(at => {
      const into = this.#into(at);
      if (into !== null && this.#isFollowed(this.#carriers(into), cell)) return false;
      const after = this.#after([at + 1]);
      // The same step again is a loop: a compiler may read once for all its rounds.
      return !reads.some(other => after.has(other) && (isNumber || this.#isSameStep(at, other)));
    });
  }

  #into(at: number): number | null {
    const one = this.#code[at];
    return one?.kind === 'access' ? (one.into ?? null) : null;
  }

  #isSameStep(a: number, b: number): boolean {
    const [one, other] = [this.#code[a], this.#code[b]];
    return one?.kind === 'access' && other?.kind === 'access' && one.note.at?.line === other.note.at?.line;
  }

  /** Locals that hold what the local holds, or something made of it. */
  #carriers(local: number): ReadonlySet<number> {
    const found = new Set([local]);
    for (let before = 0; before !== found.size; ) {
      before = found.size;
      for (const one of this.#code) if (one.kind === 'set' && mentions(one.value, found)) found.add(one.local);
    }
    return found;
  }

  /** Memory is reached by it, or it decides whether other memory is. */
  #isFollowed(locals: ReadonlySet<number>, own: number): boolean {
    return this.#code.some((one, at) => {
      if (one.kind === 'access') return mentions(one.base, locals) || mentions(one.offset, locals);
      if (one.kind === 'free') return mentions(one.base, locals);
      if (one.kind !== 'unless' || !mentions(one.condition, locals)) return false;
      const [yes, no] = [this.#after([at + 1]), this.#after([one.target])];
      return this.#code.some(
        (other, i) =>
          other.kind === 'access' && other.order !== 'relaxed' && addressOf(other) !== own && yes.has(i) !== no.has(i),
      );
    });
  }

  /** Instructions that can run from there on, those included. */
  #after(starts: readonly number[]): ReadonlySet<number> {
    const found = new Set(starts);
    const waiting = [...starts];
    for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
      const one = this.#code[at];
      const next = one?.kind === 'jump' ? [one.target] : one?.kind === 'unless' ? [at + 1, one.target] : [at + 1];
      for (const to of next) {
        if (to >= this.#code.length || found.has(to)) continue;
        found.add(to);
        waiting.push(to);
      }
    }
    return found;
  }
}

function addressOf({ base, offset }: Access): number | null {
  return typeof base === 'number' && typeof offset === 'number' ? base + offset : null;
}

/** Of each cell, how far it is from the start of its object. */
function offsetsOf({ cells, objects }: Program): Int32Array {
  const offsets = new Int32Array(cells.length);
  for (const { base, size } of objects) for (let i = 1; i < size; i++) offsets[base + i] = i;
  return offsets;
}

function mentions(expression: Expression, locals: ReadonlySet<number>): boolean {
  if (typeof expression === 'number' || 'old' in expression || 'cell' in expression) return false;
  if ('local' in expression) return locals.has(expression.local);
  return 'operator' in expression
    ? mentions(expression.left, locals) || mentions(expression.right, locals)
    : [expression.test, expression.yes, expression.no].some(part => mentions(part, locals));
}
