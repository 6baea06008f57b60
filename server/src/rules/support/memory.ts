/** Where memory came from and what it is used as. */
import type { Linker } from '../../analysis/program.ts';
import type { FunctionView } from '../../analysis/view.ts';
import { allocates, type Domain } from '../../capi/allocators.ts';
import type { CType, Value } from '../../program/model.ts';

export interface Allocation {
  readonly domain: Domain;
  readonly step: number;
  readonly call: string;
}

/** The allocations of this function that the value may come from; null when it may come from somewhere else as well. */
export function allocationsOf(view: FunctionView, value: Value, step: number): readonly Allocation[] | null {
  const out: Allocation[] = [];
  for (const origin of view.origins(value, step)) {
    if (origin.kind === 'constant') continue;
    if (origin.kind !== 'call' || origin.argument !== -1) return null;
    const op = view.op(origin.step);
    const call = op?.kind === 'call' ? op.callee.name : null;
    const domain = call === null || view.semantics.callee(origin.step)?.kind === 'project' ? null : allocates(call);
    if (call === null || domain === null) return null;
    out.push({ domain, step: origin.step, call });
  }
  return out;
}

/** The declared types of the variables and fields that the result of a call is kept in. */
export function typesKeeping(linker: Linker, view: FunctionView, step: number): CType[] {
  return view.usesOf(step).flatMap(use => {
    const op = view.op(use.step);
    if (op?.kind !== 'store' || use.role !== 'stored') return [];
    const { place } = op;
    if (place.kind === 'local') return view.body.locals[place.local]?.type ?? [];
    if (place.kind === 'global') return view.global(place.name)?.variable.type ?? [];
    if (place.kind !== 'field' || place.struct === null) return [];
    return linker.field(place.struct, place.field)?.type ?? [];
  });
}
