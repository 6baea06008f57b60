/** Parameters of which a function looks at the address alone: it compares them, and follows and hands on none. A stale pointer does it no harm. */
import { onlyTestsPointer } from '../capi/objects.ts';
import type { FunctionBody, Op } from '../program/model.ts';
import { eachOperand, eachPart } from '../program/values.ts';
import type { CalleeMeaning } from './meaning.ts';

type Callee = (step: number) => CalleeMeaning | null;

export function comparedParameters(body: FunctionBody, callee: Callee): number[] {
  const compared = new Set<number>();
  for (let index = 0; index < body.parameters; index++)
    if ((body.locals[index]?.type.pointers ?? 0) > 0) compared.add(index);
  body.steps.forEach(({ op }, step) => {
    if (compared.size === 0) return;
    if (op.kind === 'unread') compared.clear();
    eachOperand(op, (value, role, argument) => {
      if (role === 'argument' && value.kind === 'local' && onlyCompares(op, argument, callee(step))) return;
      eachPart(value, role, (leaf, as) => {
        if (leaf.kind === 'local' && as !== 'test') compared.delete(leaf.local);
        else if (leaf.kind === 'address' && leaf.place.kind === 'local') compared.delete(leaf.place.local);
      });
    });
  });
  return [...compared];
}

/** The call does no more with that argument than to compare it. */
export function onlyCompares(op: Op, argument: number, callee: CalleeMeaning | null): boolean {
  if (op.kind !== 'call') return false;
  if (callee?.kind === 'project') return callee.summary.compares.includes(argument);
  return op.callee.name !== null && onlyTestsPointer(op.callee.name);
}
