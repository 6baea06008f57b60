/** Writes into type objects after the module was set up. */
import type { FunctionView } from '../../analysis/view.ts';
import { mutatesContainer } from '../../capi/objects.ts';
import type { Value } from '../../program/model.ts';

export interface TypeWrite {
  readonly step: number;
  /** The type object, or its address. */
  readonly type: Value;
  /** `tp_dict`, `tp_flags` … */
  readonly field: string;
}

const TYPE_STRUCT = /^(?:PyTypeObject|_typeobject|PyHeapTypeObject)$/;

/** Slots that are stored into, and changes of what `tp_dict` holds. */
export function typeWrites(view: FunctionView): TypeWrite[] {
  return view.body.steps.flatMap(({ op }, step) => {
    if (!view.isReachable(step)) return [];
    if ((op.kind === 'store' || op.kind === 'update') && op.place.kind === 'field') {
      const { struct, field, base } = op.place;
      return struct !== null && TYPE_STRUCT.test(struct) && field.startsWith('tp_')
        ? [{ step, type: base, field }]
        : [];
    }
    if (op.kind !== 'call' || op.callee.name === null || !mutatesContainer(op.callee.name)) return [];
    const [dict] = op.args;
    const load = dict?.kind === 'result' ? view.op(dict.step) : undefined;
    if (load?.kind !== 'load' || load.place.kind !== 'field' || load.place.field !== 'tp_dict') return [];
    return [{ step, type: load.place.base, field: 'tp_dict' }];
  });
}

/** The type as written: `Point_Type`, `type`. */
export function nameOfType(view: FunctionView, type: Value): string {
  return type.kind === 'address' ? view.renderPlace(type.place) : view.render(type);
}

/** The global that the type is, or is kept in; null for types that come from elsewhere. */
export function globalType(view: FunctionView, type: Value, step: number): string | null {
  const origins = view.origins(type, step);
  const [origin] = origins;
  return origins.length === 1 && (origin?.kind === 'global' || origin?.kind === 'global-address') ? origin.name : null;
}
