/** From a helper back to the calls that pass it an object which other threads can use at that time. */
import type { Extension } from '../../analysis/extension.ts';
import type { Path } from '../../analysis/paths.ts';
import type { FunctionView } from '../../analysis/view.ts';
import type { Value } from '../../program/model.ts';

export interface PassedObject {
  readonly from: FunctionView;
  /** Of the call, in `from`. */
  readonly step: number;
  /** What is passed, as `from` writes it. */
  readonly object: Value;
  readonly path: Path;
}

/** The calls of `helper` that pass a shared object as the given parameter. Those of initialisation and of itself are left out. */
export function passedAs(parameter: number, helper: FunctionView, extension: Extension): PassedObject[] {
  return (extension.graph.callersOf[helper.function.id] ?? []).flatMap(({ caller, step }) => {
    const from = extension.functions[caller];
    const op = from?.op(step);
    const object = op?.kind === 'call' ? op.args[parameter] : undefined;
    if (from === undefined || object === undefined || from === helper || !from.isConcurrent || from.isInitOnly)
      return [];
    if (!from.isReachable(step) || from.isExclusive(object, step)) return [];
    return [{ from, step, object, path: from.path(object, step) }];
  });
}
