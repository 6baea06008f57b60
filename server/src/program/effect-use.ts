/** One use of a macro whose effect we know, and what all effects need of it. */
import type { Effect } from './effects.ts';
import type { Lowering } from './lowering.ts';
import type { Span, Value } from './model.ts';
import { namedType, UNKNOWN_TYPE } from './types.ts';

export interface Use {
  readonly lowering: Lowering;
  readonly node: number;
  readonly name: string;
  readonly args: readonly number[];
}

export type Of<Does extends Effect['does']> = Extract<Effect, { does: Does }>;

export function typedInt(use: Use, value: number): Value {
  use.lowering.type = namedType('int');
  return { kind: 'int', value };
}

export function argument(use: Use, index: number): number {
  return use.args[index] ?? -1;
}

export function values(use: Use): Value[] {
  return use.args.map(arg => use.lowering.value(arg));
}

/** From here on steps are the macro's own, not its arguments'. */
export function mark(use: Use): void {
  use.lowering.macro ??= use.name;
}

export function call(use: Use, name: string, args: readonly Value[]): Value {
  const { lowering, node } = use;
  const own = lowering.span(node);
  const argSpans: Span[] = args.map((_, index) => {
    const written = use.args[index];
    return written === undefined ? own : lowering.span(written);
  });
  const result = lowering.result({ kind: 'call', callee: { kind: 'named', name }, args, argSpans }, node);
  lowering.type = lowering.env.function(name)?.returnType ?? UNKNOWN_TYPE;
  return result;
}
