/** Steps that are no calls and decide nothing: they read and write places, take and drop locks, attach and detach. */
import { containerOfStruct, isContainerInternal } from '../../capi/containers.ts';
import type { Op } from '../../program/model.ts';
import { add, type Expression, subtract } from '../machine/expression.ts';
import type { Lane } from './lane.ts';
import type { Locks } from './locks.ts';
import type { Path } from './path.ts';
import { int, operate, unknown } from './symbols.ts';
import type { Values } from './values.ts';

/** How the machine's variable for a step is called, and what it belongs to. */
export function useOf(path: Path, at: number): { name: string; use: string } {
  const { body, code } = path.top;
  const after = body.steps[body.steps[at]?.next[0] ?? -1]?.op;
  const stored =
    after?.kind === 'store' && after.place.kind === 'local' && after.value.kind === 'result' && after.value.step === at
      ? after.place.local
      : -1;
  const visits = path.top.visits.get(at) ?? 0;
  return {
    name: body.locals[stored]?.name ?? '',
    use: `${path.frames.length} ${code.file} ${body.name} ${at} ${visits}`,
  };
}

export class Steps {
  readonly #lane: Lane;
  readonly #values: Values;
  readonly #locks: Locks;

  constructor(lane: Lane, values: Values, locks: Locks) {
    this.#lane = lane;
    this.#values = values;
    this.#locks = locks;
  }

  /** A load, a store, an update; locks and thread states. */
  run(path: Path, at: number, op: Op): void {
    const lane = this.#lane;
    const frame = path.top;
    switch (op.kind) {
      case 'load': {
        const where = this.#values.where(op.place, path);
        if (
          op.place.kind === 'field' &&
          op.place.struct !== null &&
          isContainerInternal(op.place.struct, op.place.field)
        )
          lane.readsContainer(this.#values.eval(op.place.base, path), containerOfStruct(op.place.struct) ?? 'list');
        const value = 'slot' in where ? this.#values.read(where.slot, path) : lane.load(where, useOf(path, at));
        frame.results.set(at, value);
        return;
      }
      case 'store':
        this.#values.assign(this.#values.where(op.place, path), this.#values.eval(op.value, path), path);
        return;
      case 'update':
        this.#update(path, at, op);
        return;
      case 'acquire':
      case 'release':
        this.#locks.step(path, op);
        return;
      case 'attach':
        this.#locks.attach(op.by, path);
        frame.results.set(at, unknown('state'));
        return;
      case 'detach':
        this.#locks.detach(op.by, path);
        frame.results.set(at, unknown('state'));
        return;
      default:
        return;
    }
  }

  #update(path: Path, at: number, op: Op & { kind: 'update' }): void {
    const where = this.#values.where(op.place, path);
    const operand = this.#values.eval(op.operand, path);
    const lane = this.#lane;
    if ('slot' in where) {
      const old = this.#values.read(where.slot, path);
      const now = operate(op.operator, [old, operand], symbol => lane.expression(symbol));
      this.#values.assign(where, now, path);
      path.top.results.set(at, op.yields === 'old' ? old : now);
      return;
    }
    const amount = lane.expression(operand);
    if (where.type?.atomic === true && (op.operator === '+' || op.operator === '-')) {
      const next: Expression = op.operator === '+' ? add({ old: true }, amount) : subtract({ old: true }, amount);
      const old = lane.update(where, next, useOf(path, at));
      const now = operate(op.operator, [old, int(1)], symbol => lane.expression(symbol));
      path.top.results.set(at, op.yields === 'old' ? old : now);
      return;
    }
    const old = lane.load(where, useOf(path, at));
    const now = operate(op.operator, [old, operand], symbol => lane.expression(symbol));
    if (!lane.memory.names.isIdle(path.top.code, at)) lane.store(where, now);
    path.top.results.set(at, op.yields === 'old' ? old : now);
  }
}
