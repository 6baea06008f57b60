/** A call that works on a container: which one it is, and where in the model its items, its size and its keys are. */
import type { CallEffect, Holder, Shape } from '../../capi/effects.ts';
import type { Call } from './call.ts';
import type { Lane } from './lane.ts';
import { type Symbol, ZERO } from './symbols.ts';
import { itemPath, type Target } from './target.ts';
import { NUMBER, OBJECT_POINTER } from './types.ts';

export type Of<Does extends CallEffect['does']> = Extract<CallEffect, { does: Does }>;
/** Where a dictionary of the model keeps its value. */
export const VALUE = 1;

export class ContainerCall {
  readonly call: Call;
  readonly lane: Lane;

  constructor(call: Call) {
    this.call = call;
    this.lane = call.walk.lane;
  }

  holder(holder: Holder, shape: Shape): Symbol {
    const { memory } = this.lane;
    if (typeof holder === 'string')
      return { kind: 'object', object: memory.object(holder, { type: shape, python: true, immortal: true }) };
    const argument = this.call.args[holder] ?? ZERO;
    if (argument.kind === 'unknown')
      return { kind: 'object', object: memory.pointed(argument.name, OBJECT_POINTER, 1) };
    if (shape === 'weakref' && argument.kind === 'object') memory.weaken(argument.object);
    return argument;
  }

  /** What `PySequence_Fast()` gave back is the tuple that it got: nobody changes that. */
  isTuple(holder: Holder): boolean {
    const { name, path, at } = this.call;
    if (typeof holder === 'string' || !name.startsWith('PySequence_')) return false;
    return this.lane.memory.names.isTuple(path.top.code, at, holder);
  }

  /** Items are counted only for lists and tuples whose index is known. */
  item(container: Symbol, shape: Shape): Target {
    const index = this.call.args[1];
    const known = (shape === 'list' || shape === 'tuple') && index?.kind === 'int' ? index.value : 0;
    return this.lane.memory.target(container, itemPath(known), OBJECT_POINTER);
  }

  field(container: Symbol, path: string): Target {
    return this.lane.memory.target(container, path, NUMBER);
  }

  use() {
    return this.call.walk.use(this.call.path, this.call.at);
  }
}
