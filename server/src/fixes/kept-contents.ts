/** Whether a function reads from its static array what an earlier call has left there: then the array cannot become a local one. */
import { localName } from '../analysis/render.ts';
import type { FunctionView } from '../analysis/view.ts';
import type { Op, Place } from '../program/model.ts';
import { eachOperand, eachPart, placeOf } from '../program/values.ts';
import { stepsAfter } from '../program/walks.ts';

/** Calls that only look at the text or memory that they get. */
const READS = /^(?:str(?!n?cpy|n?cat)\w*|wcs(?!n?cpy|n?cat)\w*|mem(?:cmp|r?chr)|f?puts|fwrite|_?Py\w+_From\w+|ato\w+)$/;

type Use = 'fill' | 'set' | 'read' | null;

/** On some way an entry, or the whole, is read before this call has filled the array. */
export function readsOldContents(view: FunctionView, name: string): boolean {
  const uses = view.body.steps.map(({ op }) => useOf(op, name));
  const filling = loopsThatFill(view, uses);
  const seen = new Set<number>();
  const waiting = [0];
  for (let step = waiting.pop(); step !== undefined; step = waiting.pop()) {
    if (seen.has(step)) continue;
    seen.add(step);
    if (uses[step] === 'read') return true;
    if (uses[step] !== 'fill' && !filling.has(step)) waiting.push(...(view.step(step)?.next ?? []));
  }
  return false;
}

/** Steps of loops that set entries and read none. */
function loopsThatFill(view: FunctionView, uses: readonly Use[]): ReadonlySet<number> {
  const filling = new Set<number>();
  for (const [store, use] of uses.entries()) {
    if (use !== 'set') continue;
    const after = stepsAfter(view.body, store);
    const loop = [...after].filter(step => stepsAfter(view.body, step).has(store));
    if (loop.every(step => uses[step] !== 'read')) for (const step of loop) filling.add(step);
  }
  return filling;
}

/** `set`: one entry, at an index that is not fixed. */
function useOf(op: Op, name: string): Use {
  const place = placeOf(op);
  if (place !== null && isEntry(place, name)) {
    if (op.kind !== 'store') return 'read';
    return isFixed(place) ? 'fill' : 'set';
  }
  let given = false;
  eachOperand(op, value => {
    eachPart(value, 'operand', leaf => {
      given ||= leaf.kind === 'address' && (isArray(leaf.place, name) || isEntry(leaf.place, name));
    });
  });
  if (!given || op.kind !== 'call') return null;
  return op.callee.name !== null && READS.test(op.callee.name) ? 'read' : 'fill';
}

function isArray(place: Place, name: string): boolean {
  return place.kind === 'global' && localName(place.name) === name;
}

function isEntry(place: Place, name: string): boolean {
  return place.kind === 'element' && place.base.kind === 'address' && isArray(place.base.place, name);
}

function isFixed(place: Place): boolean {
  return place.kind === 'element' && place.index.kind === 'int';
}
