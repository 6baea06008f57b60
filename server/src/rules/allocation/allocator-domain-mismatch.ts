import type { Extension } from '../../analysis/extension.ts';
import type { FunctionView } from '../../analysis/view.ts';
import { FREEING_CALLS, freeOf, frees } from '../../capi/allocators.ts';
import type { Value } from '../../program/model.ts';
import { defineRule, EVEN_WITH_GIL } from '../rule.ts';
import { type Allocation, allocationsOf } from '../support/memory.ts';

export const allocatorDomainMismatch = defineRule({
  id: 'allocator-domain-mismatch',
  family: 'allocation',
  title: 'Memory given back to another allocator than it came from',
  severity: 'crash',
  exposure: EVEN_WITH_GIL,
  check(extension, report) {
    let byField: Map<string, readonly Allocation[] | null> | null = null;
    const keptIn = (view: FunctionView, memory: Value): readonly Allocation[] | null | undefined => {
      const field = fieldKey(view, memory);
      return field === null ? null : (byField ??= allocationsByField(extension)).get(field);
    };
    for (const name of FREEING_CALLS) {
      const domain = frees(name);
      for (const { function: view, step } of extension.callsTo(name)) {
        const op = view.op(step);
        // `data->free(data)` is a function of the project that happens to have such a name.
        const memory = op?.kind === 'call' && op.callee.kind === 'named' ? op.args[0] : undefined;
        if (memory === undefined || domain === null || view.semantics.callee(step)?.kind === 'project') continue;
        const sources = allocationsOf(view, memory, step) ?? keptIn(view, memory) ?? [];
        // Where any source fits, the code tells them apart in a way that we can't see.
        const [wrong] = sources;
        if (wrong === undefined || sources.some(source => fits(source, domain))) continue;
        report.at(
          { function: view, steps: [step] },
          {
            subject: view.render(memory),
            message: `This memory comes from \`${wrong.call}()\`; \`${name}()\` gives it to another allocator, which corrupts both. Use ${freeOf(wrong.domain)}.`,
          },
        );
      }
    }
  },
});

/** PyObject_Free also frees what PyObject_New made; the collector's objects have a header of their own. */
function fits(source: Allocation, domain: string): boolean {
  return source.domain === domain;
}

function fieldKey(view: FunctionView, value: Value): string | null {
  const load = value.kind === 'result' ? view.op(value.step) : undefined;
  if (load?.kind !== 'load' || load.place.kind !== 'field' || load.place.struct === null) return null;
  return `${load.place.struct}.${load.place.field}`;
}

/** Fields that are only ever set to memory of known allocators (or to NULL), with those. */
function allocationsByField(extension: Extension): Map<string, Allocation[] | null> {
  const fields = new Map<string, Allocation[] | null>();
  for (const [, allocations] of extension.having(allocationsByField, allocationsIn)) {
    for (const [key, found] of allocations) {
      const known = fields.get(key);
      fields.set(key, found === null || known === null ? null : [...(known ?? []), ...found]);
    }
  }
  return fields;
}

function allocationsIn(view: FunctionView): [field: string, from: readonly Allocation[] | null][] {
  return view.stepsOf('store').flatMap(step => {
    const op = view.op(step);
    if (op?.kind !== 'store' || op.place.kind !== 'field' || op.place.struct === null || op.value.kind === 'null')
      return [];
    return [[`${op.place.struct}.${op.place.field}`, allocationsOf(view, op.value, step)]];
  });
}
