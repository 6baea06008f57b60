import type { Access } from '../../analysis/accesses.ts';
import type { Extension } from '../../analysis/extension.ts';
import type { FunctionView } from '../../analysis/view.ts';
import { mutatesContainer } from '../../capi/objects.ts';
import { defineRule } from '../rule.ts';
import { certainty, placeOfAccess, subjectOf } from '../support/pairs.ts';
import { quote } from '../support/words.ts';

const CLEARS = /^Py(?:Dict|Set|List)_Clear$/;

export const sharedScratchContainer = defineRule({
  id: 'shared-scratch-container',
  family: 'object-state',
  title: 'Container of an object that each call fills for itself and clears again',
  severity: 'lost-update',
  check(extension, report) {
    for (const access of extension.accesses.all) {
      if (access.kind !== 'read' || !access.concurrent || access.locks.size > 0) continue;
      const clear = mutation(access, name => CLEARS.test(name));
      const filler = clear === null ? undefined : fillerBefore(extension, access);
      if (clear === null || filler === undefined) continue;
      const subject = subjectOf(access);
      const other = placeOfAccess(filler);
      report.at(
        { function: access.function, steps: [clear, access.step] },
        {
          subject,
          message: `Calls in two threads share ${quote(subject)}: one clears it while the other fills it, and both find foreign entries. Lock the object.`,
          confidence: certainty(access),
          other,
          related: [{ at: other, message: `\`${filler.function.name}\` fills it here, for each call anew` }],
        },
      );
    }
  },
});

/** The step that hands what was read to a call which changes it. */
function mutation({ function: view, step }: Access, accepts: (name: string) => boolean): number | null {
  const found = view.usesOf(step).find(use => {
    const op = view.op(use.step);
    return op?.kind === 'call' && use.argument === 0 && op.callee.name !== null && accepts(op.callee.name);
  });
  return found?.step ?? null;
}

/** What fills the container in the same function, or in one that it calls before: then it serves this call alone. */
function fillerBefore(extension: Extension, access: Access): Access | undefined {
  const called = calledBefore(extension, access.function, access.step);
  return extension.accesses.of(access.key).find(one => {
    if (one.kind !== 'read' || !called.has(one.function.id)) return false;
    return (
      mutation(one, name => mutatesContainer(name) && !CLEARS.test(name) && !/Del|Pop|Discard/.test(name)) !== null
    );
  });
}

/** Ids of the function itself and of all that it calls before the step, directly or not. */
function calledBefore(extension: Extension, view: FunctionView, step: number): Set<number> {
  const { callsIn } = extension.graph;
  const { id } = view.function;
  const out = new Set<number>();
  const waiting = (callsIn[id] ?? []).flatMap(site => (site.step > step ? [] : [site.callee]));
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    if (out.has(at)) continue;
    out.add(at);
    for (const site of callsIn[at] ?? []) if (at !== id || site.step <= step) waiting.push(site.callee);
  }
  return out;
}
