import type { FunctionView } from '../../analysis/view.ts';
import type { Value } from '../../program/model.ts';
import { defineRule } from '../rule.ts';
import { producer, visibleToOthers } from '../support/objects.ts';
import { quote } from '../support/words.ts';

/** Calls that write characters into a str, with the argument that is the str or points into it. */
const WRITERS = [
  { name: 'PyUnicode_WRITE', argument: 1 },
  { name: 'PyUnicode_WriteChar', argument: 0 },
  { name: 'PyUnicode_Fill', argument: 0 },
  { name: 'PyUnicode_CopyCharacters', argument: 0 },
  { name: 'memcpy', argument: 0 },
  { name: 'memset', argument: 0 },
  { name: 'memmove', argument: 0 },
] as const;

export const unicodeInternalWrite = defineRule({
  id: 'unicode-internal-write',
  family: 'refcounts',
  title: 'Characters written into a str that others may hold',
  severity: 'corruption',
  local: true,
  check(extension, report) {
    for (const { name, argument } of WRITERS) {
      for (const { function: view, step } of extension.callsTo(name)) {
        const op = view.op(step);
        const target = op?.kind === 'call' ? op.args[argument] : undefined;
        const text = target === undefined ? null : writtenText(view, target, step, name);
        const confidence = text === null ? null : visibleToOthers(view, text, step);
        if (text === null || confidence === null) continue;
        const subject = view.render(text);
        report.at(
          { function: view, steps: [step] },
          {
            subject,
            message: `Other threads read ${quote(subject)} without a lock, and its hash may be in use: writing into it breaks them. Build a new str.`,
            confidence,
          },
        );
      }
    }
  },
});

/** The str that a pointer points into, or that is passed itself. */
function writtenText(view: FunctionView, target: Value, step: number, name: string): Value | null {
  if (name.startsWith('PyUnicode_') && name !== 'PyUnicode_WRITE') return target;
  const made = producer(view, target, step);
  return made !== null && /^PyUnicode_(?:[124]BYTE_)?DATA$/.test(made.op.callee.name ?? '')
    ? (made.op.args[0] ?? null)
    : null;
}
