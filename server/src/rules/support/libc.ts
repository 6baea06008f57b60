/** Rules about C library functions that several threads can call at once. */

import type { Call, Extension } from '../../analysis/extension.ts';
import { isMutex } from '../../analysis/lock-state.ts';
import type { LibcFunction } from '../../capi/libc.ts';
import type { Op } from '../../program/model.ts';
import { defineRule, PROCESS_WIDE, type Rule } from '../rule.ts';
import { certaintyIn } from './pairs.ts';

export type CallOp = Extract<Op, { kind: 'call' }>;

interface LibcRule extends Pick<Rule, 'id' | 'title' | 'severity'>, Partial<Pick<Rule, 'group'>> {
  readonly functions: readonly LibcFunction[];
  readonly message: (fn: LibcFunction, call: Call, op: CallOp) => string;
  /** The calls are steps of one thing, or share one state: reports tell them once. */
  readonly together?: boolean;
  /** Calls that do no harm, by their arguments. */
  readonly harmless?: (call: Call, op: CallOp) => boolean;
  /** Calls that are what their caller asked for. */
  readonly unsure?: (call: Call, op: CallOp) => boolean;
}

/** A rule that reports each unguarded call of some functions. */
export function libcRule({ functions, message, harmless, unsure, together, ...metadata }: LibcRule): Rule {
  return defineRule({
    ...metadata,
    family: 'libc',
    exposure: PROCESS_WIDE,
    check(extension, report) {
      for (const fn of functions) {
        for (const { call, op } of unguardedCalls(extension, fn.name)) {
          if (harmless?.(call, op) === true) continue;
          const isPossible =
            fn.mostlyHarmless || certaintyIn(call.function) === 'possible' || unsure?.(call, op) === true;
          report.at(
            { function: call.function, steps: [call.step] },
            {
              subject: `${fn.name}()`,
              message: message(fn, call, op),
              confidence: isPossible ? 'possible' : 'likely',
              ...(together === true ? { owner: fn.instead } : {}),
            },
          );
        }
      }
    },
  });
}

/**
 * Calls from code that can run in several threads, with no process-wide lock held. An object's critical section does not
 * count: threads that work on two objects hold two different ones.
 */
function* unguardedCalls(extension: Extension, name: string): Iterable<{ call: Call; op: CallOp }> {
  for (const call of extension.callsTo(name)) {
    const { function: view, step } = call;
    const op = view.op(step);
    if (op?.kind !== 'call' || op.callee.kind !== 'named' || !view.isConcurrent || view.isInitOnly) continue;
    if (extension.linker.resolve(view.unit.file, name) !== undefined) continue;
    if (!view.locksAt(step).some(isMutex)) yield { call, op };
  }
}
