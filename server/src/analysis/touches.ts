/**
 * What a function does to the memory of the objects that it is given, the functions that it calls included: "stores to
 * `blocks_cached` of parameter 0". Asked for few functions (methods of embedded objects, helpers of process-wide structs), so
 * it is found out when asked, once for each function.
 */
import { changesHandle } from '../capi/libraries.ts';
import type { Op } from '../program/model.ts';
import type { Access } from './access.ts';
import { locksAround } from './collect.ts';
import { type Path, parameterOf, parts } from './paths.ts';
import type { FunctionView } from './view.ts';

export interface Touch {
  /** Whose memory: index of the parameter (a method's object is parameter 0). */
  readonly parameter: number;
  /** The datum, as in `Access.key`; null for a C++ member that a method of its own works on. */
  readonly access: Access | null;
  readonly kind: Access['kind'];
  /** Locks held, as seen from the parameter: those of the access, and those around the calls that lead to it. */
  readonly locks: ReadonlySet<string>;
}

const NOTHING: ReadonlySet<string> = new Set();

/** Touches kept for one function: who changes more fields than this changes the object, whichever it is. */
const MOST_TOUCHES = 48;

export class Touches {
  readonly #accesses: (view: FunctionView) => readonly Access[];
  readonly #functions: readonly FunctionView[];
  readonly #known = new Map<FunctionView, readonly Touch[]>();

  constructor(accesses: (view: FunctionView) => readonly Access[], functions: readonly FunctionView[]) {
    this.#accesses = accesses;
    this.#functions = functions;
  }

  of(view: FunctionView): readonly Touch[] {
    const known = this.#known.get(view);
    if (known !== undefined) return known;
    // Who calls itself adds nothing by that.
    this.#known.set(view, []);
    const found = this.#find(view);
    this.#known.set(view, found);
    return found;
  }

  /** The function changes memory of the object itself, not of what that points to. */
  changes(view: FunctionView, parameter: number): boolean {
    return this.of(view).some(touch => touch.parameter === parameter && touch.kind !== 'read');
  }

  #find(view: FunctionView): Touch[] {
    const found = new Map<string, Touch>();
    const add = (touch: Touch): void => {
      const key = `${touch.parameter} ${touch.access?.key ?? ''}`;
      const before = found.get(key);
      if (before === undefined ? found.size < MOST_TOUCHES : before.kind === 'read') found.set(key, touch);
    };
    for (const access of this.#accesses(view)) {
      const parameter = access.base === null ? null : owningParameter(access.base);
      if (parameter !== null) add({ parameter, access, kind: access.kind, locks: access.locks });
    }
    for (const step of view.stepsOf('call')) {
      const op = view.op(step);
      if (op?.kind === 'call') for (const touch of this.#throughCall(view, step, op)) add(touch);
    }
    return [...found.values()];
  }

  #throughCall(view: FunctionView, step: number, op: Extract<Op, { kind: 'call' }>): Touch[] {
    const callee = this.#functions[view.calleeAt(step) ?? -1];
    const inner = callee === undefined ? null : this.of(callee);
    return op.args.flatMap((argument, index): Touch[] => {
      const path = view.path(argument, step);
      const parameter = owningParameter(path);
      if (parameter === null) return [];
      if (inner !== null) {
        const touched = inner.filter(touch => touch.parameter === index);
        if (touched.length === 0) return [];
        const around = locksAround(view, step, `p${parameter}`, () => NOTHING, false);
        return touched.map(touch => ({ ...touch, parameter, locks: new Set([...around, ...touch.locks]) }));
      }
      // A member's own method, of a class that is not at hand: `items.push_back(x)`.
      const isMember = index === 0 && argument.kind === 'address' && path.includes('>&');
      if (view.unit.language !== 'cpp' || !isMember || op.callee.name === null) return [];
      return [
        {
          parameter,
          access: null,
          kind: changesHandle(op.callee.name, false) ? 'update' : 'read',
          locks: NOTHING,
        } as const,
      ];
    });
  }
}

/** The parameter in whose memory the path lies: itself, members, elements of its own arrays and containers (`p0>&edges>[]`). */
function owningParameter(path: Path): number | null {
  const [root, ...rest] = parts(path);
  const isInside = rest.every(
    (part, index) => part.startsWith('&') || (part === '[]' && rest[index - 1]?.startsWith('&')),
  );
  return isInside && root !== undefined ? parameterOf(root) : null;
}
