/** Values and places as a maintainer would write them, for messages: `self->items`, `cache`, `PyList_New(…)`. */
import type { FunctionBody, Place, Value } from '../program/model.ts';

/** Deeper expressions end in `…`. */
const MAX_DEPTH = 8;

export function renderValue(body: FunctionBody, value: Value, depth = 0): string {
  if (depth > MAX_DEPTH) return '…';
  switch (value.kind) {
    case 'int':
      return String(value.value);
    case 'string':
      return JSON.stringify(value.text);
    case 'null':
      return 'NULL';
    case 'local':
      return body.locals[value.local]?.name || '…';
    case 'result': {
      const op = body.steps[value.step]?.op;
      if (op?.kind === 'load' || op?.kind === 'update') return renderPlace(body, op.place, depth + 1);
      if (op?.kind === 'call') {
        return `${op.callee.kind === 'named' ? op.callee.name : (op.callee.name ?? 'call')}(${op.args.length > 0 ? '…' : ''})`;
      }
      return '…';
    }
    case 'address':
      return value.place.kind === 'element' && isZero(value.place.index)
        ? renderValue(body, value.place.base, depth + 1)
        : `&${renderPlace(body, value.place, depth + 1)}`;
    case 'function':
    case 'symbol':
      return value.name;
    case 'operation': {
      const operands = value.operands.map(operand => renderValue(body, operand, depth + 1));
      return operands.length === 1 ? `${value.operator}${operands[0]}` : operands.join(` ${value.operator} `);
    }
    default:
      return '…';
  }
}

export function renderPlace(body: FunctionBody, place: Place, depth = 0): string {
  if (depth > MAX_DEPTH) return '…';
  switch (place.kind) {
    case 'local':
      return body.locals[place.local]?.name || '…';
    case 'global':
      return localName(place.name);
    case 'field':
      return place.base.kind === 'address'
        ? `${renderPlace(body, place.base.place, depth + 1)}.${place.field}`
        : `${renderValue(body, place.base, depth + 1)}->${place.field}`;
    case 'element':
      return `${renderBase(body, place.base, depth)}[${place.index.kind === 'operation' ? '…' : renderValue(body, place.index, depth + 1)}]`;
    case 'deref':
      return `*${renderValue(body, place.pointer, depth + 1)}`;
    default:
      return '…';
  }
}

function renderBase(body: FunctionBody, base: Value, depth: number): string {
  return base.kind === 'address' ? renderPlace(body, base.place, depth + 1) : renderValue(body, base, depth + 1);
}

function isZero(value: Value): boolean {
  return value.kind === 'int' && value.value === 0;
}

/** `function.name` is a function-local static: the source says `name`. C++ scopes stay. */
export function localName(global: string): string {
  return global.slice(global.lastIndexOf('.') + 1);
}
