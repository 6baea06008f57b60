/** Steps that a run does not need: they pass without a trace, and what they yield is decided by nothing. */
import type { FunctionBody, Op, Place, Value } from '../../program/model.ts';
import type { Code } from './model.ts';
import type { Path } from './path.ts';
import { type Symbol, unknown } from './symbols.ts';
import { kindOfType } from './types.ts';
import type { Values } from './values.ts';
import type { Walk } from './walk.ts';

/** Whether the step was passed over; variables of functions are kept up to date in any case. */
export function skip(values: Values, path: Path, at: number, op: Op): boolean {
  const { top: frame } = path;
  const { body } = frame;
  switch (op.kind) {
    case 'load':
      if (op.place.kind === 'local') return false;
      frame.results.set(at, unknown(placeText(body, op.place)));
      return true;
    case 'store':
      if (op.place.kind === 'local') return false;
      forget(path, placeText(body, op.place));
      return true;
    case 'update':
      if (op.place.kind === 'local') return false;
      forget(path, placeText(body, op.place));
      frame.results.set(at, unknown(placeText(body, op.place)));
      return true;
    case 'call': {
      const called = op.callee.name ?? 'a function';
      const result = unknown(`${called}(${op.args.map(arg => valueText(body, arg)).join(', ')})`);
      frame.results.set(at, result);
      for (const arg of op.args) {
        if (arg.kind !== 'address' || arg.place.kind !== 'local') continue;
        const { local } = arg.place;
        const slot = `${path.frames.length - 1}:${local}`;
        values.assign({ slot, type: null }, unknown(body.locals[local]?.name ?? ''), path);
      }
      return true;
    }
    default:
      return false;
  }
}

/** A call of a function that is too large to be run for its result, or for what it does with what the run is about. */
export function passOver(walk: Walk, path: Path, { unit: { body } }: Code, args: readonly Symbol[]): void {
  const { lane } = walk;
  for (const arg of args) lane.use(arg, path);
  const makes = kindOfType(body.returnType, lane.memory.names) === 'object';
  const result = makes ? lane.fresh(`result of ${body.name}()`, 'object', true, path) : unknown(`${body.name}(…)`);
  lane.assume(`${body.name}() looks at what it is given, and is taken to change nothing of it.`, walk.placeOf(path));
  path.top.results.set(path.top.at, result);
}

/** What was decided of a place no longer holds when something else is in it. */
function forget(path: Path, place: string): void {
  for (const key of path.decided.keys()) if (key.includes(place)) path.decided.delete(key);
}

function placeText(body: FunctionBody, place: Place): string {
  switch (place.kind) {
    case 'local':
      return body.locals[place.local]?.name ?? '';
    case 'global':
      return place.name.replace(/^.*\./, '');
    case 'field':
      return `${valueText(body, place.base)}->${place.field}`;
    case 'element':
      return `${valueText(body, place.base)}[${valueText(body, place.index)}]`;
    case 'deref':
      return `*${valueText(body, place.pointer)}`;
    case 'unknown':
      return 'something';
  }
}

/** As short as it can be and still tell values apart; not deeper than conditions are. */
function valueText(body: FunctionBody, value: Value, depth = 0): string {
  if (depth > 4) return '…';
  switch (value.kind) {
    case 'local':
      return body.locals[value.local]?.name ?? '';
    case 'int':
      return `${value.value}`;
    case 'null':
      return 'NULL';
    case 'string':
      return '"…"';
    case 'symbol':
    case 'function':
      return value.name;
    case 'address':
      return `&${placeText(body, value.place)}`;
    case 'result': {
      const op = body.steps[value.step]?.op;
      if (op?.kind === 'load')
        return op.place.kind === 'field'
          ? `${valueText(body, op.place.base, depth + 1)}->${op.place.field}`
          : placeText(body, op.place);
      return op?.kind === 'call' ? `${op.callee.name ?? ''}(…) ${value.step}` : `step ${value.step}`;
    }
    case 'operation':
      return value.operands.map(one => valueText(body, one, depth + 1)).join(` ${value.operator} `);
    case 'unknown':
      return 'something';
  }
}
