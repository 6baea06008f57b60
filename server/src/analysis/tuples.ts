/**
 * Values that are tuples whatever way they came: arguments of a function in a method table (METH_VARARGS), what has passed
 * `PyTuple_Check()`, and parameters and fields that only ever get such values. Code for lists is dead for them.
 */
import { resultKind } from '../capi/objects.ts';
import type { Value } from '../program/model.ts';
import { isNull, nullTest } from '../program/values.ts';
import { definitionsOf } from './definitions.ts';
import type { Extension } from './extension.ts';
import { leads } from './guards.ts';
import type { FunctionView } from './view.ts';

/** Callers, fields and copies that are followed, one after the other. */
const MOST_HOPS = 6;

export function isTuple(
  extension: Extension,
  view: FunctionView,
  value: Value,
  step: number,
  hops = MOST_HOPS,
): boolean {
  if (hops === 0) return false;
  if (isChecked(view, value, step) || view.ownership(value, step) === 'immutable') return true;
  if (value.kind === 'local') return isTupleInLocal(extension, view, value.local, step, hops - 1);
  const given = value.kind === 'result' ? view.op(value.step) : undefined;
  if (given?.kind === 'call') {
    const [same] = given.args;
    const hands =
      same !== undefined && given.callee.name !== null && resultKind(given.callee.name) === 'same-as-argument';
    return hands && value.kind === 'result' && isTuple(extension, view, same, value.step, hops - 1);
  }
  const key = extension.accesses.sourceOf(view, value, step);
  return key !== null && holdsTuples(extension, key, hops - 1);
}

function isTupleInLocal(extension: Extension, view: FunctionView, local: number, step: number, hops: number): boolean {
  const definitions = definitionsOf(view.body).at(step, local);
  return (
    definitions.length > 0 &&
    definitions.every(definition => {
      if (definition.kind === 'entry') return isTupleAsParameter(extension, view, local, hops);
      const op = view.op(definition.step);
      return op?.kind === 'store' && isTuple(extension, view, op.value, definition.step, hops);
    })
  );
}

/** The parameter is a tuple in every call of the function. */
function isTupleAsParameter(extension: Extension, view: FunctionView, index: number, hops = MOST_HOPS): boolean {
  if (view.surroundings.parameters[index]?.role === 'arguments') return true;
  const sites = extension.graph.callersOf[view.id] ?? [];
  if (sites.length === 0 || isEntry(extension, view)) return false;
  return sites.every(site => {
    const caller = extension.functions[site.caller];
    const op = caller?.op(site.step);
    const argument = op?.kind === 'call' ? op.args[index] : undefined;
    return caller !== undefined && argument !== undefined && isTuple(extension, caller, argument, site.step, hops);
  });
}

/** All that is ever stored in a field of a plain struct: those of objects may be set from elsewhere. */
function holdsTuples(extension: Extension, key: string, hops: number): boolean {
  const stores = extension.accesses.of(key).filter(access => access.kind !== 'read');
  const isPlain = stores.every(({ struct }) => struct !== null && extension.linker.struct(struct)?.isObject === false);
  if (!isPlain) return false;
  const values = stores.map(({ function: view, step }) => {
    const op = view.op(step);
    return op?.kind === 'store' && (isNull(op.value) || isTuple(extension, view, op.value, step, hops))
      ? op.value
      : null;
  });
  return values.every(value => value !== null) && values.some(value => !isNull(value));
}

/** The step runs only where the check has found a tuple. */
function isChecked(view: FunctionView, value: Value, step: number): boolean {
  const path = view.path(value, step);
  if (path.startsWith('?')) return false;
  return view.stepsOf('branch').some(branch => {
    const at = view.step(branch);
    const test = at?.op.kind === 'branch' ? nullTest(at.op.condition) : null;
    const check = test?.value.kind === 'result' ? view.op(test.value.step) : undefined;
    if (at === undefined || test?.value.kind !== 'result' || check?.kind !== 'call') return false;
    if (!/^PyTuple_Check(?:Exact)?$/.test(check.callee.name ?? '')) return false;
    const [checked] = check.args;
    const otherwise = at.next[test.trueMeansNull ? 0 : 1];
    if (checked === undefined || otherwise === undefined || view.path(checked, test.value.step) !== path) return false;
    return !leads(view, otherwise, step, branch) && !leads(view, 0, step, branch);
  });
}

/** Python or a library calls the function itself. */
export function isEntry(extension: Extension, view: FunctionView): boolean {
  return extension
    .shared(isEntry, () => new Set(extension.structure.entries.map(entry => entry.function)))
    .has(view.id);
}
