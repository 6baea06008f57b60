/** What steps of a function depend on: what their operands come from, and what is done with what they yield. */
import { effectOfCall } from '../../capi/effects.ts';
import type { FunctionBody, Op, Value } from '../../program/model.ts';
import { eachOperand, eachPart } from '../../program/values.ts';

/** Steps whose results the value is made of. */
export function resultsIn(value: Value): number[] {
  const found: number[] = [];
  eachPart(value, 'operand', leaf => {
    if (leaf.kind === 'result') found.push(leaf.step);
  });
  return found;
}

/** Variables that the value is made of; those whose address it is are among them. */
export function localsIn(value: Value): number[] {
  const found: number[] = [];
  eachPart(value, 'operand', leaf => {
    if (leaf.kind === 'local') found.push(leaf.local);
    else if (leaf.kind === 'address' && leaf.place.kind === 'local') found.push(leaf.place.local);
  });
  return found;
}

function operandsOf(op: Op): Value[] {
  const found: Value[] = [];
  eachOperand(op, value => found.push(value));
  return found;
}

/** What the place of a step is reached through. */
function basesOf(op: Op): Value[] {
  const found: Value[] = [];
  eachOperand(op, (value, role) => {
    if (role === 'base' || role === 'index') found.push(value);
  });
  return found;
}

/** What a step puts into memory: who does not get to, has to drop it. */
function storedBy(op: Op | undefined): readonly Value[] {
  if (op?.kind === 'store') return [op.value];
  if (op?.kind !== 'call' || op.callee.kind !== 'named') return [];
  return effectOfCall(op.callee.name)?.does === 'atomic' ? op.args.slice(1) : [];
}

/** What is done with what the steps yield, and with what they store. */
export function usesOf(body: FunctionBody, seeds: ReadonlySet<number>): Set<number> {
  const results = new Set<number>();
  const locals = new Set<number>();
  const found = new Set<number>();
  for (const at of seeds) {
    const op = body.steps[at]?.op;
    if (op?.kind === 'load' || op?.kind === 'call') results.add(at);
    if (op?.kind === 'call')
      for (const arg of op.args) if (arg.kind === 'address') for (const local of localsIn(arg)) locals.add(local);
    for (const value of storedBy(op)) {
      for (const step of resultsIn(value)) results.add(step);
      for (const local of localsIn(value)) locals.add(local);
    }
  }
  const comes = (value: Value): boolean =>
    resultsIn(value).some(step => results.has(step)) || localsIn(value).some(local => locals.has(local));
  for (let before = -1; before !== locals.size + results.size; ) {
    before = locals.size + results.size;
    for (const [at, { op }] of body.steps.entries()) {
      if (op.kind === 'store' && op.place.kind === 'local') {
        if (comes(op.value)) locals.add(op.place.local);
      } else if (op.kind === 'call' && op.args.some(arg => arg.kind !== 'address' && comes(arg))) {
        found.add(at);
        const effect = op.callee.kind === 'named' ? effectOfCall(op.callee.name) : null;
        if (effect?.does === 'same' || effect?.does === 'incref') results.add(at);
      } else if (basesOf(op).some(comes)) found.add(at);
    }
  }
  return found;
}

/** What the operands of the steps come from. */
export function sourcesOf(body: FunctionBody, seeds: ReadonlySet<number>): Set<number> {
  const found = new Set<number>();
  const locals = new Set<number>();
  const waiting = [...seeds];
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    const op = body.steps[at]?.op;
    if (op === undefined) continue;
    const want = (step: number): void => {
      if (found.has(step) || seeds.has(step)) return;
      found.add(step);
      waiting.push(step);
    };
    for (const value of operandsOf(op)) {
      for (const step of resultsIn(value)) want(step);
      // What a field holds may have been put there before.
      const field = op.kind === 'load' && op.place.kind === 'field' ? op.place.field : null;
      if (field !== null)
        for (const [other, { op: made }] of body.steps.entries())
          if (made.kind === 'store' && made.place.kind === 'field' && made.place.field === field) want(other);
      for (const local of localsIn(value)) {
        if (locals.has(local)) continue;
        locals.add(local);
        for (const [other, { op: made }] of body.steps.entries()) {
          if (made.kind === 'store' && made.place.kind === 'local' && made.place.local === local) want(other);
          if (made.kind === 'call' && made.args.some(arg => arg.kind === 'address' && localsIn(arg).includes(local)))
            want(other);
        }
      }
    }
  }
  return found;
}
