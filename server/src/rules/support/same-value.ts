/** Globals in which every thread stores the same, because it depends on the process alone. */
import type { Access } from '../../analysis/accesses.ts';
import type { Extension } from '../../analysis/extension.ts';
import type { Origin } from '../../analysis/origins.ts';
import type { FunctionView } from '../../analysis/view.ts';
import { asksProcess } from '../../capi/libc.ts';
import type { Value } from '../../program/model.ts';
import { leads } from './guards.ts';

/** Globals that are followed to what is stored in them. */
const MAX_DEPTH = 4;

/**
 * One function works out what the process has (where a library has a function, how large a page is) and stores it once on each of its
 * ways: two threads that do so at once store the same.
 */
export function storesWhatProcessHas(extension: Extension, { struct, key }: Access): boolean {
  if (struct !== null) return false;
  const writes = extension.accesses.of(key).filter(one => one.kind !== 'read' && one.concurrent);
  const [first] = writes;
  if (first === undefined || writes.some(one => one.kind !== 'write' || one.function !== first.function)) return false;
  const values = writes.map(({ function: view, step }) => {
    const op = view.op(step);
    return op?.kind === 'store' ? sourceOf(extension, view, op.value, step, MAX_DEPTH) : null;
  });
  return (
    values.every(source => source !== null) &&
    values.includes('process') &&
    writes.every(one => writes.every(two => one === two || !leads(one.function, one.step, two.step, -1)))
  );
}

/** What a value is made of: constants only, something that the process was asked for, or (null) anything else. */
type Source = 'constant' | 'process';

function sourceOf(extension: Extension, view: FunctionView, value: Value, step: number, depth: number): Source | null {
  if (value.kind === 'operation')
    return together(value.operands.map(one => sourceOf(extension, view, one, step, depth)));
  return together(view.origins(value, step).map(origin => sourceOfOrigin(extension, view, origin, depth)));
}

function sourceOfOrigin(extension: Extension, view: FunctionView, origin: Origin, depth: number): Source | null {
  if (origin.kind === 'constant' || origin.kind === 'symbol') return 'constant';
  if (depth === 0) return null;
  if (origin.kind === 'call') {
    const op = view.op(origin.step);
    if (op?.kind !== 'call' || op.callee.name === null || !asksProcess(op.callee.name)) return null;
    const asked = op.args.map(one => sourceOf(extension, view, one, origin.step, depth - 1));
    return asked.includes(null) ? null : 'process';
  }
  if (origin.kind !== 'global') return null;
  const stores = extension.accesses
    .ofFunction(view)
    .filter(one => one.kind === 'write' && one.struct === null && one.name === origin.name);
  return together(
    stores.map(({ step }) => {
      const op = view.op(step);
      return op?.kind === 'store' ? sourceOf(extension, view, op.value, step, depth - 1) : null;
    }),
  );
}

function together(sources: readonly (Source | null)[]): Source | null {
  if (sources.length === 0 || sources.includes(null)) return null;
  return sources.includes('process') ? 'process' : 'constant';
}
