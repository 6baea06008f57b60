/** Constants: numbers, characters, strings, sizes. */
import { type Lowering, NULL_VALUE } from './lowering.ts';
import { stringized } from './macro-bodies.ts';
import type { CType, Value } from './model.ts';
import { CHAR_POINTER, INT, UNKNOWN_TYPE } from './types.ts';

/** The value with its type, which `lowering` keeps until the next one. */
export function typed(lowering: Lowering, type: CType, value: Value): Value {
  lowering.type = type;
  return value;
}

export function lowerNumber(lowering: Lowering, node: number): Value {
  const written = lowering.frame.source.textOf(node);
  if (written.length === 1) return typed(lowering, INT, { kind: 'int', value: written.charCodeAt(0) - 48 });
  const text = written.replaceAll("'", '');
  const isFloat = !/^0[xX]/.test(text) && /[.eE]/.test(text);
  lowering.type = INT;
  if (isFloat) return { kind: 'symbol', name: text };
  const digits = text.replace(/[uUlLzZ]+$/, '');
  const value = /^0[0-7]+$/.test(digits) ? Number.parseInt(digits, 8) : Number(digits);
  return Number.isFinite(value) ? { kind: 'int', value } : { kind: 'symbol', name: text };
}

const ESCAPES: Readonly<Record<string, number>> = { n: 10, t: 9, r: 13, a: 7, b: 8, f: 12, v: 11 };

export function lowerCharacter(lowering: Lowering, node: number): Value {
  const text = lowering.frame.source.textOf(node);
  lowering.type = INT;
  const body = text.slice(text.indexOf("'") + 1, -1);
  if (body.length === 1) return { kind: 'int', value: body.codePointAt(0)! };
  const escape = /^\\(?:x([0-9a-fA-F]+)|([0-7]{1,3})|(.))$/.exec(body);
  if (!escape) return { kind: 'symbol', name: text };
  if (escape[1] !== undefined) return { kind: 'int', value: Number.parseInt(escape[1], 16) };
  if (escape[2] !== undefined) return { kind: 'int', value: Number.parseInt(escape[2], 8) };
  return { kind: 'int', value: ESCAPES[escape[3]!] ?? escape[3]!.codePointAt(0)! };
}

export function lowerString(lowering: Lowering, node: number): Value {
  const text = lowering.frame.source.textOf(node);
  lowering.type = CHAR_POINTER;
  const parameter = lowering.frame.bound && stringized(text);
  const bound = parameter === null ? undefined : lowering.frame.bound?.get(parameter);
  if (bound) return { kind: 'string', text: lowering.boundText(bound) };
  const simple = /^"([^"\\]*)"$/.exec(text);
  return { kind: 'string', text: simple ? simple[1]! : text };
}

/** `sizeof`, `offsetof`: nothing is evaluated. */
export function lowerSize(lowering: Lowering, node: number): Value {
  return typed(lowering, INT, { kind: 'symbol', name: lowering.frame.source.originalOf(node) });
}

export function lowerTypeArgument(lowering: Lowering, node: number): Value {
  return typed(lowering, UNKNOWN_TYPE, { kind: 'symbol', name: lowering.frame.source.textOf(node) });
}

export function lowerTrue(lowering: Lowering): Value {
  return typed(lowering, INT, { kind: 'int', value: 1 });
}

export function lowerFalse(lowering: Lowering): Value {
  return typed(lowering, INT, { kind: 'int', value: 0 });
}

export function lowerNull(lowering: Lowering): Value {
  return typed(lowering, UNKNOWN_TYPE, NULL_VALUE);
}
