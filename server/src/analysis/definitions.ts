/**
 * Where the value of a local comes from and where a value goes: reaching definitions and their uses, for one body.
 */
import { isCApiName } from '../capi/objects.ts';
import type { FunctionBody, Value } from '../program/model.ts';
import { eachOperand, eachPart, type Role } from '../program/values.ts';
import { Bits, type Flow, flowOf, solve } from './flow.ts';
import { Lately } from './lately.ts';

export interface Definition {
  readonly local: number;
  /** -1: the parameter's value on entry, or no value at all. */
  readonly step: number;
  /** `out`: the callee of the step may write it through the address that it gets as argument `argument`. */
  readonly kind: 'entry' | 'store' | 'update' | 'out';
  readonly argument: number;
}

export interface Use {
  readonly step: number;
  readonly role: Role;
  readonly argument: number;
  /** The value as it stands in the step: the whole operand that the use is part of. */
  readonly operand: Value;
}

export interface Definitions {
  readonly all: readonly Definition[];
  /** Definitions of the local that may reach the point just before the step. Empty: the step can't run. */
  at(step: number, local: number): readonly Definition[];
  usesOfDefinition(definition: Definition): readonly Use[];
  usesOfResult(step: number): readonly Use[];
}

const CACHE = new Lately<FunctionBody, Definitions>();

export function definitionsOf(body: FunctionBody): Definitions {
  return CACHE.of(body, define);
}

function define(body: FunctionBody): Definitions {
  return new BodyDefinitions(body);
}

class BodyDefinitions implements Definitions {
  readonly all: Definition[] = [];
  readonly #body: FunctionBody;
  /** Those of few steps define anything. */
  readonly #ofStep = new Map<number, number[]>();
  readonly #ofLocal: readonly (readonly number[])[];
  #entry: Bits[] | null = null;
  #uses: { readonly result: Map<number, Use[]>; readonly definition: Map<Definition, Use[]> } | null = null;

  constructor(body: FunctionBody) {
    this.#body = body;
    const ofLocal: number[][] = body.locals.map(() => []);
    body.locals.forEach((_, local) => {
      this.#add(ofLocal, { local, step: -1, kind: 'entry', argument: -1 });
    });
    body.steps.forEach((step, index) => {
      const op = step.op;
      if ((op.kind === 'store' || op.kind === 'update') && op.place.kind === 'local') {
        this.#add(ofLocal, { local: op.place.local, step: index, kind: op.kind, argument: -1 });
      } else if (op.kind === 'call') {
        op.args.forEach((value, argument) => {
          if (value.kind === 'address' && value.place.kind === 'local') {
            this.#add(ofLocal, { local: value.place.local, step: index, kind: 'out', argument });
          }
        });
      }
    });
    // Without the room that lists keep for growing.
    this.#ofLocal = ofLocal.map(list => list.slice());
  }

  #add(ofLocal: readonly number[][], definition: Definition): void {
    const index = this.all.push(definition) - 1;
    ofLocal[definition.local]?.push(index);
    if (definition.step >= 0) addTo(this.#ofStep, definition.step, index);
  }

  at(step: number, local: number): readonly Definition[] {
    const candidates = this.#ofLocal[local] ?? [];
    const only = this.all[candidates[0] ?? -1];
    if (candidates.length === 1 && only !== undefined) return [only];
    const flow = flowOf(this.#body);
    const block = flow.blockOf[step] ?? -1;
    if (block < 0) return [];
    const found: Definition[] = [];
    for (const definition of this.#before(candidates, flow, block, flow.positionOf[step] ?? 0)) {
      found.push(definition);
      if (definition.kind !== 'out' || this.#overwrites(definition.step)) return found;
    }
    const entry = (this.#entry ??= this.#solve())[block];
    for (const index of candidates) {
      const definition = this.all[index];
      if (definition !== undefined && entry?.has(index) === true && !found.includes(definition)) found.push(definition);
    }
    return found;
  }

  /** Definitions in the block before a position, the last first: listed in the order of steps, which need not be the block's. */
  #before(candidates: readonly number[], { blockOf, positionOf }: Flow, block: number, position: number): Definition[] {
    const before: Definition[] = [];
    for (const index of candidates) {
      const definition = this.all[index]!;
      if (definition.step >= 0 && blockOf[definition.step] === block && positionOf[definition.step]! < position)
        before.push(definition);
    }
    return before.length < 2 ? before : before.sort((a, b) => positionOf[b.step]! - positionOf[a.step]!);
  }

  #solve(): Bits[] {
    const start = new Bits(this.all.length);
    this.all.forEach((definition, index) => {
      if (definition.kind === 'entry') start.add(index);
    });
    return solve(flowOf(this.#body), this.all.length, start, (step, bits) => this.#transfer(step, bits));
  }

  #transfer(step: number, bits: Bits): void {
    for (const index of this.#ofStep.get(step) ?? []) {
      const definition = this.all[index];
      if (definition === undefined) continue;
      if (definition.kind !== 'out' || this.#overwrites(step)) {
        for (const other of this.#ofLocal[definition.local] ?? []) bits.delete(other);
      }
      bits.add(index);
    }
  }

  /** A function of the C API fills its out-parameters; a project function may leave them as they were. */
  #overwrites(step: number): boolean {
    const op = this.#body.steps[step]?.op;
    return op?.kind === 'call' && op.callee.kind === 'named' && isCApiName(op.callee.name);
  }

  usesOfDefinition(definition: Definition): readonly Use[] {
    return (this.#uses ??= this.#collect()).definition.get(definition) ?? [];
  }

  usesOfResult(step: number): readonly Use[] {
    return (this.#uses ??= this.#collect()).result.get(step) ?? [];
  }

  #collect(): { readonly result: Map<number, Use[]>; readonly definition: Map<Definition, Use[]> } {
    const result = new Map<number, Use[]>();
    const definition = new Map<Definition, Use[]>();
    this.#body.steps.forEach((step, index) => {
      eachOperand(step.op, (operand, operandRole, argument) => {
        eachPart(operand, operandRole, (leaf, role) => {
          const use: Use = { step: index, role, argument, operand };
          if (leaf.kind === 'result') addTo(result, leaf.step, use);
          else if (leaf.kind === 'local')
            for (const source of this.at(index, leaf.local)) addTo(definition, source, use);
        });
      });
    });
    return { result, definition };
  }
}

function addTo<K, T>(lists: Map<K, T[]>, key: K, item: T): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [item]);
  else list.push(item);
}
