/** Functions that Python calls for the next item, and their helpers. */
import type { FunctionView } from '../../analysis/view.ts';

export function isIterator(view: FunctionView): boolean {
  return view.surroundings.entryPoints.some(entry => entry.startsWith('`tp_iternext`') || entry.includes('`__next__`'));
}
