/**
 * Small helpers that only look into an object for their callers (`getbit(self, i)`): what they touch is touched where they are
 * called, and the lock belongs there.
 */
import type { Extension } from '../../analysis/extension.ts';
import { type Path, parameterOf } from '../../analysis/paths.ts';
import type { FunctionView } from '../../analysis/view.ts';
import { passedAs } from './passed-objects.ts';

/** A helper with more steps does work of its own. */
const MOST_STEPS = 24;
/** Helpers of helpers that are followed. */
const MAX_CALLS = 3;

export interface ObjectUse {
  readonly function: FunctionView;
  readonly step: number;
  /** The object, as its function writes it; null where the use stands in the function itself. */
  readonly object: string | null;
  /** Where the function has it from. */
  readonly path: Path;
}

/** The use where it is made: in the function that has it, or at the unlocked calls of the helpers that it stands in. */
export function usesOutsideHelpers(extension: Extension, view: FunctionView, step: number, base: string): ObjectUse[] {
  return lifted(extension, { function: view, step, object: null, path: base }, MAX_CALLS);
}

/** The object is the one whose method runs, not some argument: its author can lock it. */
export function isOwnObject({ function: view, path }: ObjectUse): boolean {
  const parameter = parameterOf(path) ?? -1;
  return view.surroundings.parameters[parameter]?.role === 'self' || view.body.locals[parameter]?.name === 'self';
}

function lifted(extension: Extension, use: ObjectUse, calls: number): ObjectUse[] {
  const { function: view } = use;
  const parameter = parameterOf(use.path);
  const sites = extension.graph.callersOf[view.id] ?? [];
  if (parameter === null || calls === 0 || sites.length === 0 || !isAccessor(view)) return [use];
  return passedAs(parameter, view, extension).flatMap(({ from, step, object, path }) =>
    from.guard(step, path) === null
      ? lifted(extension, { function: from, step, object: from.render(object), path }, calls - 1)
      : [],
  );
}

function isAccessor({ body }: FunctionView): boolean {
  return body.isStatic && body.steps.length <= MOST_STEPS;
}
