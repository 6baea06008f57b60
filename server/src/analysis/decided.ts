/** Functions as they run where constants decide tests: see `constant-fields.ts`. */
import type { FunctionBody } from '../program/model.ts';
import type { ConstantFields } from './constant-fields.ts';
import { fieldStoresOf } from './field-stores.ts';
import type { World } from './world.ts';

const DECIDED = new WeakMap<FunctionBody, { readonly sides: string; readonly body: FunctionBody }>();

/** The function without tests of such fields: what leads to the other side is dead. The same object for equal answers. */
export function decided(body: FunctionBody, constants: ConstantFields, names: Pick<World, 'structWith'>): FunctionBody {
  if (constants.size === 0) return body;
  const sides = new Map<number, number>();
  for (const { struct, field, step, trueMeansZero } of fieldStoresOf(body).tests) {
    const owner = names.structWith(struct, field);
    if (owner !== null && constants.has(`${owner}.${field}`)) sides.set(step, trueMeansZero ? 1 : 0);
  }
  if (sides.size === 0) return body;
  const text = [...sides].join(';');
  const known = DECIDED.get(body);
  if (known?.sides === text) return known.body;
  const steps = body.steps.map((step, index) => {
    const side = sides.get(index);
    return side === undefined ? step : { ...step, op: JOIN, next: step.next.slice(side, side + 1) };
  });
  const without = { ...body, steps };
  DECIDED.set(body, { sides: text, body: without });
  return without;
}

const JOIN = { kind: 'join' } as const;
