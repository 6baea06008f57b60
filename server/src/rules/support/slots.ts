/** Types that the collector knows, as their tables declare them, and what their destructors do and when. */
import type { Extension } from '../../analysis/extension.ts';
import type { FunctionView } from '../../analysis/view.ts';
import { dropsReference } from '../../capi/objects.ts';
import type { Table, TranslationUnit } from '../../program/model.ts';
import { producer } from './objects.ts';

export interface CollectedType {
  readonly unit: TranslationUnit;
  readonly table: Table;
}

/** Types with `tp_traverse`, unless their flags say that the collector does not track them. */
export function collectedTypes(extension: Extension): CollectedType[] {
  return extension.shared(collectedTypes, () =>
    extension.tables.filter(
      ({ unit, table }) =>
        (table.kind === 'slots' || table.kind === 'type') &&
        table.build?.only !== 'gil' &&
        targetOf(table, 'tp_traverse') !== null &&
        !saysUntracked(unit, table),
    ),
  );
}

/** The function that a type has in a slot. */
export function slotFunction(extension: Extension, type: CollectedType, slot: string): FunctionView | undefined {
  const name = targetOf(type.table, slot);
  const target = name === null ? undefined : extension.linker.resolve(type.unit.file, name);
  return target === undefined ? undefined : extension.functionOf(target.id);
}

/** Functions in that slot of a collected type, each once. */
export function slotFunctions(extension: Extension, slot: string): ReadonlySet<FunctionView> {
  const views = collectedTypes(extension).map(type => slotFunction(extension, type, slot));
  return new Set(views.filter(view => view !== undefined));
}

function targetOf(table: Table, slot: string): string | null {
  return table.entries.find(entry => entry.slot.replace(/^Py_/, '') === slot)?.target ?? null;
}

/** A slot table's flags stand in the spec that names it. */
function saysUntracked(unit: TranslationUnit, table: Table): boolean {
  const tables =
    table.kind === 'type'
      ? [table]
      : unit.tables.filter(one => one.kind === 'type-spec' && one.entries.some(entry => entry.target === table.name));
  const details = tables.flatMap(one => one.entries.map(entry => `${entry.detail} ${entry.target ?? ''}`));
  const flags = details.filter(detail => detail.includes('Py_TPFLAGS_'));
  return flags.length > 0 && !flags.some(detail => detail.includes('Py_TPFLAGS_HAVE_GC'));
}

/** After these the collector no longer sees the object; who asks whether it is tracked knows. */
const UNTRACKS = new Set(['PyObject_GC_UnTrack', '_PyObject_GC_UNTRACK', 'PyObject_GC_IsTracked']);

/** Reachable calls of a function for which the test holds, or of a project function that makes such a call itself. */
export function stepsCalling(
  extension: Extension,
  view: FunctionView,
  test: (name: string, view: FunctionView, step: number) => boolean,
): number[] {
  const isOne = (one: FunctionView, step: number): boolean => {
    const op = one.op(step);
    return op?.kind === 'call' && op.callee.name !== null && test(op.callee.name, one, step);
  };
  const found = new Set(view.stepsOf('call').filter(step => isOne(view, step)));
  for (const step of view.stepsOf('call')) {
    const callee = extension.calleeOf(view, step);
    if (callee !== undefined && callee !== view && callee.stepsOf('call').some(at => isOne(callee, at)))
      found.add(step);
  }
  return [...found].sort((a, b) => a - b);
}

export function untrackSteps(extension: Extension, view: FunctionView): ReadonlySet<number> {
  return new Set(stepsCalling(extension, view, name => UNTRACKS.has(name)));
}

/** Steps that give up references, that to the object's type left out: it goes after the memory. */
export function dropSteps(extension: Extension, view: FunctionView): number[] {
  return stepsCalling(extension, view, (name, one, step) => {
    const op = one.op(step);
    const value = op?.kind === 'call' ? op.args[0] : undefined;
    if (!dropsReference(name) || value === undefined) return false;
    return producer(one, value, step)?.op.callee.name !== 'Py_TYPE' && !/type|^tp$/i.test(one.render(value));
  });
}
