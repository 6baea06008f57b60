import type { Extension } from '../../analysis/extension.ts';
import type { HeldLock } from '../../analysis/locks.ts';
import { coversObject } from '../../analysis/paths.ts';
import type { FunctionView } from '../../analysis/view.ts';
import type { CType } from '../../program/model.ts';
import { defineRule } from '../rule.ts';
import { isObjectPointer } from '../support/references.ts';
import { lockingFunctions, ownSections, sureness } from '../support/sections.ts';
import { quote } from '../support/words.ts';

/** A pointer into the object's own memory, read in a section and used after a call that may have suspended the section. */
export const criticalSectionSuspendedState = defineRule({
  id: 'critical-section-suspended-state',
  family: 'critical-sections',
  title: 'Pointer read in a critical section and used after a call that suspends it',
  severity: 'crash',
  check(extension, report) {
    const find = (view: FunctionView): StaleUse[] => staleUses(extension, view);
    for (const view of lockingFunctions(extension)) {
      for (const { step, use, key } of view.once(criticalSectionSuspendedState, find)) {
        if (!isReplaced(key)) continue;
        const subject = view.renderPlaceOf(step);
        report.at(
          { function: view, steps: [step, use] },
          {
            subject,
            message: `The call in between lets other threads in, who may free ${quote(subject)}; this pointer to it is then used all the same. Read it again after the call.`,
            confidence: sureness(view),
            related: [
              { at: { function: view, steps: [use] }, message: 'Used here, after the section may have been suspended' },
            ],
          },
        );
      }
    }

    /** Somebody sets the field while others may have it: a pointer that is set once stays what it is. */
    function isReplaced(key: string): boolean {
      return extension.accesses.of(key).some(access => access.kind !== 'read' && access.concurrent);
    }
  },
});

interface StaleUse {
  readonly step: number;
  readonly use: number;
  /** The datum, as in `Access.key`. */
  readonly key: string;
}

/** Pointers read in a section of the function, and used after it may have been suspended. */
function staleUses(extension: Extension, view: FunctionView): StaleUse[] {
  return view.stepsOf('load').flatMap(step => {
    const op = view.op(step);
    if (op?.kind !== 'load' || op.place.kind !== 'field' || op.place.struct === null) return [];
    const { struct, field } = op.place;
    const type = extension.linker.field(struct, field)?.type ?? null;
    if (type === null || !isBuffer(type) || isObjectPointer(extension, type)) return [];
    const base = view.path(op.place.base, step);
    const lock = ownSections(view, step).find(one => coversObject(one.path, base));
    const use = lock === undefined ? undefined : staleUse(view, step, lock);
    return use === undefined ? [] : [{ step, use, key: `${extension.linker.structName(struct)}.${field}` }];
  });
}

function isBuffer(type: CType): boolean {
  return type.pointers > 0 && !type.callable && !type.array;
}

function staleUse(view: FunctionView, step: number, lock: HeldLock): number | undefined {
  return view.usesOf(step).find(use => {
    if (use.step <= step || use.role === 'test' || use.role === 'stored') return false;
    const now = ownSections(view, use.step).find(one => one.step === lock.step && one.path === lock.path);
    return now !== undefined && now.epoch !== lock.epoch && suspendedBetween(view, step, use.step);
  })?.step;
}

function suspendedBetween(view: FunctionView, from: number, to: number): boolean {
  for (let step = from + 1; step < to; step++) {
    const suspends = view.isReachable(step) ? view.suspends(step) : 'no';
    if (suspends === 'python' || suspends === 'blocks') return true;
  }
  return false;
}
