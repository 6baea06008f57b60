/**
 * Fields, variables and items that code stores to on some way, whether or not a run takes it, and those that it compares with
 * NULL: what may be empty at first.
 */
import { effectOfCall } from '../../capi/effects.ts';
import type { Place, Value } from '../../program/model.ts';
import type { Code, Names } from './model.ts';
import type { Slice } from './slice.ts';

/** Functions within functions. */
const DEEPEST = 4;
const ITEM_PATHS = ['ob_size', '[0]', '[1]', '[2]', 'has'];

/** `slice`: what of the code is run, when not all of it is. */
export function assignedIn(codes: readonly Code[], names: Names, slice: Slice | null): ReadonlySet<string> {
  const found = new Set<string>();
  const seen = new Set<Code>();
  const visit = (code: Code, depth: number): void => {
    if (seen.has(code) || depth > DEEPEST || (depth > 0 && slice?.enters(code) === null)) return;
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
    const { steps, locals, parameters } = code.unit.body;
    // `x = Py_NewRef(x)` leads from a variable to itself.
    const followed = new Set<number>();
    const tested = (value: Value): void => {
      if (value.kind === 'operation') {
        const [a, b] = value.operands;
        if (/^[!=]=$/.test(value.operator) && a !== undefined && b !== undefined) {
          if (isNull(b)) tested(a);
          if (isNull(a)) tested(b);
        } else if (value.operator === '!' && a !== undefined) tested(a);
      } else if (value.kind === 'result') {
        const loaded = steps[value.step]?.op;
        if (loaded?.kind === 'load') add(loaded.place);
        if (loaded?.kind === 'call' && loaded.callee.kind === 'named' && loaded.args[0] !== undefined) {
          const effect = effectOfCall(loaded.callee.name);
          if (effect?.does === 'same' || effect?.does === 'incref') tested(loaded.args[0]);
        }
      } else if (value.kind === 'local') {
        if (followed.has(value.local)) return;
        followed.add(value.local);
        if (value.local < parameters) found.add(`${code.unit.body.name}(${locals[value.local]?.name ?? ''})`);
        for (const { op } of steps) {
          if (
            op.kind === 'store' &&
            op.place.kind === 'local' &&
            op.place.local === value.local &&
            op.value.kind === 'result'
          )
            tested(op.value);
        }
      }
    };
    for (const { op } of steps) {
      if (op.kind === 'branch') tested(op.condition);
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

function isNull(value: Value): boolean {
  return value.kind === 'null' || (value.kind === 'int' && value.value === 0);
}
