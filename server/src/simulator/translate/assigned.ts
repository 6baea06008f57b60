/** Fields, variables and items that code stores to on some way, whether or not a run takes it: what may be empty at first. */
import { effectOfCall } from '../../capi/effects.ts';
import type { Place, Value } from '../../program/model.ts';
import type { Code, Names } from './model.ts';

/** Functions within functions. */
const DEEPEST = 4;
const ITEM_PATHS = ['ob_size', '[0]', '[1]', '[2]', 'has'];

export function assignedIn(codes: readonly Code[], names: Names): ReadonlySet<string> {
  const found = new Set<string>();
  const seen = new Set<Code>();
  const visit = (code: Code, depth: number): void => {
    if (seen.has(code) || depth > DEEPEST) return;
    seen.add(code);
    const add = (place: Place): void => {
      if (place.kind === 'field') found.add(place.field);
      else if (place.kind === 'global') found.add(names.global(code.file, place.name)?.key ?? place.name);
      else if (place.kind === 'element' || place.kind === 'deref')
        addPointed(place.kind === 'element' ? place.base : place.pointer);
    };
    const addPointed = (value: Value): void => {
      if (value.kind === 'address') add(value.place);
    };
    for (const { op } of code.unit.body.steps) {
      if (op.kind === 'store' || op.kind === 'update') add(op.place);
      if (op.kind !== 'call') continue;
      for (const arg of op.args) addPointed(arg);
      if (op.callee.kind !== 'named') continue;
      const effect = effectOfCall(op.callee.name)?.does;
      if (effect === 'put' || effect === 'append') for (const path of ITEM_PATHS) found.add(path);
      for (const arg of op.args) {
        const given = arg.kind === 'function' ? names.function(code.file, arg.name) : undefined;
        if (given !== undefined) visit(given, depth + 1);
      }
      const callee = names.function(code.file, op.callee.name);
      if (callee !== undefined) visit(callee, depth + 1);
    }
  };
  for (const code of codes) visit(code, 0);
  return found;
}
