/** Where the parts of a machine's state are: the cells first, then for each thread its registers, its pools and its locals. */
import type { Scope } from './expression.ts';
import type { Program } from './program.ts';

/** Registers of a thread: offsets from its header. */
export const PC = 0;
export const FAILED = 1;
export const CHOICES = 2;
export const ATTACHED = 3;
export const HEADER = 4;

export interface Layout {
  /** Numbers in the state. */
  readonly size: number;
  /** Where each thread's registers begin. */
  readonly headers: readonly number[];
  /** Where each thread's locals begin. */
  readonly locals: readonly number[];
  /** First cell of the object that each cell belongs to; 0 for globals. */
  readonly owner: Int32Array;
  /** 1 for cells that only attached threads may touch. */
  readonly python: Uint8Array;
}

export function layOut({ cells, objects, threads }: Program): Layout {
  const headers: number[] = [];
  const locals: number[] = [];
  let size = cells.length;
  for (const thread of threads) {
    headers.push(size);
    locals.push(size + HEADER + thread.pools.length);
    size += HEADER + thread.pools.length + thread.locals.length;
  }
  const owner = new Int32Array(cells.length);
  const python = new Uint8Array(cells.length);
  for (const object of objects) {
    owner.fill(object.base, object.base, object.base + object.size);
    if (object.python) python.fill(1, object.base, object.base + object.size);
  }
  return { size, headers, locals, owner, python };
}

/** What expressions of a thread are compiled for. */
export function scopeOf(layout: Layout, state: Int32Array, thread: number): Scope {
  return { state, locals: layout.locals[thread] ?? 0, localsOf: layout.locals };
}
