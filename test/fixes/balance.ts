/**
 * Reference balance of one function, path by path over its Program: what a local got from the C API as a new reference is
 * released, returned, stored or handed over on every way out, and not more often than it was got. Values of other origin
 * are not followed.
 */

import { apiFact } from '../../server/src/capi/facts.ts';
import type { FunctionBody, Step, Value } from '../../server/src/program/model.ts';
import { nullTest } from '../../server/src/program/values.ts';

/** References that a local holds; `null` it is NULL; absent: not followed. */
type State = ReadonlyMap<number, number | null>;

const MOST_STATES = 20_000;

/** What is wrong: `item leaks`, `item is released too often`. Null: too many ways to follow. */
export function imbalances(body: FunctionBody): Set<string> | null {
  const found = new Set<string>();
  const seen = new Set<string>();
  const waiting: { step: number; state: State }[] = [{ step: 0, state: new Map() }];
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    const key = `${at.step} ${JSON.stringify([...at.state].sort((a, b) => a[0] - b[0]))}`;
    if (seen.has(key)) continue;
    if (seen.size > MOST_STATES) return null;
    seen.add(key);
    const step = body.steps[at.step];
    if (step === undefined) continue;
    const after = new Map(at.state);
    apply(body, step, after, found);
    if (step.op.kind === 'return') {
      for (const [local, count] of after) if ((count ?? 0) > 0) found.add(`${nameOf(body, local)} leaks`);
      continue;
    }
    const test = step.op.kind === 'branch' ? nullTest(step.op.condition) : null;
    const tested = test === null ? null : localOf(test.value);
    step.next.forEach((next, index) => {
      const state = new Map(after);
      if (tested !== null && test !== null && state.has(tested)) {
        if ((index === 0) === test.trueMeansNull) state.set(tested, null);
        else if (state.get(tested) === null) return;
      }
      if (step.op.kind === 'branch') byStatus(body, step.op.condition, index === 0, state);
      waiting.push({ step: next, state });
    });
  }
  return found;
}

/** What the status of a look-up or of a compare and exchange says about the local that it was about. */
function byStatus(body: FunctionBody, condition: Value, holds: boolean, state: Map<number, number | null>): void {
  const [left, right] = condition.kind === 'operation' ? condition.operands : [condition];
  const negated = condition.kind === 'operation' && condition.operator === '!';
  const result = negated ? left : condition.kind === 'result' ? condition : left;
  const op = result?.kind === 'result' ? body.steps[result.step]?.op : undefined;
  if (op?.kind !== 'call' || op.callee.kind !== 'named') return;
  if (op.callee.name.startsWith('atomic_compare_exchange')) {
    const given = op.args[2];
    const exchanged = negated ? !holds : holds;
    if (exchanged && given?.kind === 'local') state.set(given.local, 0);
    return;
  }
  const missed =
    condition.kind === 'operation' &&
    (condition.operator === '==' || condition.operator === '<') &&
    right?.kind === 'int' &&
    right.value === 0;
  if (!missed || !holds) return;
  for (const index of apiFact(op.callee.name)?.outNew ?? []) {
    const out = op.args[index];
    if (out?.kind === 'address' && out.place.kind === 'local') state.set(out.place.local, null);
  }
}

function apply(body: FunctionBody, { op, macro }: Step, state: Map<number, number | null>, found: Set<string>): void {
  const change = (local: number | null, by: number): void => {
    if (local === null) return;
    const count = state.get(local);
    if (count === undefined || count === null) return;
    if (count + by < 0) found.add(`${nameOf(body, local)} is released too often`);
    state.set(local, Math.max(0, count + by));
  };
  if (op.kind === 'return' && op.value !== null) change(localOf(op.value), -1);
  if (op.kind === 'store') {
    if (op.place.kind !== 'local') return change(localOf(op.value), -1);
    const { local } = op.place;
    // The release of the old value follows, when it has no name any more.
    if (/^Py_(?:X?SETREF|CLEAR)$/.test(macro ?? '')) change(local, -1);
    if ((state.get(local) ?? 0) > 0) found.add(`${nameOf(body, local)} leaks`);
    const given = referencesOf(body, op.value);
    if (given === undefined) state.delete(local);
    else state.set(local, given);
    // A copy is another name that this does not follow.
    const copied = op.value.kind === 'local' ? op.value.local : null;
    if (copied !== null) for (const one of [copied, local]) state.delete(one);
  }
  if (op.kind !== 'call' || op.callee.kind !== 'named') return;
  const { name } = op.callee;
  const fact = apiFact(name);
  op.args.forEach((argument, index) => {
    const local = localOf(argument);
    if (name === 'Py_DECREF' && local !== null && state.get(local) === null)
      found.add(`${nameOf(body, local)} may be NULL when it is released`);
    if (/^Py_X?DECREF$/.test(name) || fact?.steals.includes(index) === true) change(local, -1);
    else if (/^Py_X?(?:INCREF|NewRef)$/.test(name)) {
      // The result of `Py_NewRef` is the same pointer: what it adds belongs to where it goes.
      if (/INCREF/.test(name)) change(local, 1);
    } else if (argument.kind === 'address' && argument.place.kind === 'local') {
      const out = argument.place.local;
      if (fact?.outNew.includes(index) === true) state.set(out, 1);
      else state.delete(out);
    }
  });
}

/** Of a value that a local is given: new references from the C API, borrowed ones, NULL; undefined for all else. */
function referencesOf(body: FunctionBody, value: Value): number | null | undefined {
  if (value.kind === 'null') return null;
  const op = value.kind === 'result' ? body.steps[value.step]?.op : undefined;
  if (op?.kind !== 'call' || op.callee.kind !== 'named') return undefined;
  const returns = /^Py_X?NewRef$/.test(op.callee.name) ? 'new' : apiFact(op.callee.name)?.returns;
  return returns === 'new' ? 1 : returns === 'borrowed' ? 0 : undefined;
}

function localOf(value: Value): number | null {
  return value.kind === 'local' ? value.local : null;
}

function nameOf(body: FunctionBody, local: number): string {
  return body.locals[local]?.name ?? '?';
}
