import type { FunctionView } from '../../analysis/view.ts';
import type { Op, Value } from '../../program/model.ts';
import { defineRule } from '../rule.ts';
import { producer, visibleToOthers } from '../support/objects.ts';
import { quote } from '../support/words.ts';

const POINTS_INTO_BYTES = /^PyBytes_(?:AS_STRING|AsString)$/;
const WRITES_TO_FIRST = /^(?:mem(?:cpy|set|move)|str(?:n?cpy|n?cat)|s?n?printf|read|fread)$/;

export const bytesInplaceWrite = defineRule({
  id: 'bytes-inplace-write',
  family: 'refcounts',
  title: 'Bytes object written to after others may have it',
  severity: 'corruption',
  local: true,
  check(extension, report) {
    for (const view of extension.functions) {
      view.body.steps.forEach(({ op }, step) => {
        const pointer = writtenThrough(op);
        if (pointer === null || !view.isReachable(step)) return;
        const bytes = bytesBehind(view, pointer, step);
        const confidence = bytes === null ? null : visibleToOthers(view, bytes, step);
        if (bytes === null || confidence === null) return;
        const subject = view.render(bytes);
        report.at(
          { function: view, steps: [step] },
          {
            subject,
            message: `Other threads may read or have hashed ${quote(subject)}, which is not supposed to change: they see torn data. Make a new bytes object.`,
            confidence,
          },
        );
      });
    }
  },
});

function writtenThrough(op: Op): Value | null {
  if ((op.kind === 'store' || op.kind === 'update') && op.place.kind === 'element') return op.place.base;
  if ((op.kind === 'store' || op.kind === 'update') && op.place.kind === 'deref') return op.place.pointer;
  return op.kind === 'call' && WRITES_TO_FIRST.test(op.callee.name ?? '') ? (op.args[0] ?? null) : null;
}

function bytesBehind(view: FunctionView, pointer: Value, step: number): Value | null {
  const made = producer(view, pointer, step);
  return made !== null && POINTS_INTO_BYTES.test(made.op.callee.name ?? '') ? (made.op.args[0] ?? null) : null;
}
