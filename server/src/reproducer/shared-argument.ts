/** Containers that come as arguments: which argument it is, and what all threads are given for it. */
import { definitionsOf } from '../analysis/definitions.ts';
import type { FunctionView } from '../analysis/view.ts';
import type { Value } from '../program/model.ts';
import type { Container } from './data.ts';
import type { Source } from './guesses.ts';

/** Texts that make one. */
export const CONTAINERS = {
  list: '[Fresh() for _ in range(8)]',
  dict: '{"k": Fresh()}',
  set: '{Fresh()}',
  bytearray: 'bytearray(b"some bytes")',
} as const;

/** The container is what C has from that argument. */
export function isSource(view: FunctionView, { value, step }: Container, source: Source): boolean {
  if ('result' in source) return producersOf(view, value, step).includes(source.result);
  return view
    .origins(value, step)
    .some(origin =>
      'local' in source
        ? origin.kind === 'parameter' && origin.index === source.local
        : origin.kind === 'call' && origin.step === source.out && origin.argument === source.argument,
    );
}

/** Steps whose result the value is. */
function producersOf(view: FunctionView, value: Value, step: number): readonly number[] {
  if (value.kind === 'result') return [value.step];
  if (value.kind !== 'local') return [];
  return definitionsOf(view.body)
    .at(step, value.local)
    .flatMap(({ step: at }) => {
      const op = view.op(at);
      return op?.kind === 'store' && op.value.kind === 'result' ? [op.value.step] : [];
    });
}
