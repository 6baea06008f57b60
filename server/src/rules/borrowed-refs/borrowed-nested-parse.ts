import type { FunctionView } from '../../analysis/view.ts';
import type { Op, Value } from '../../program/model.ts';
import { defineRule } from '../rule.ts';

const PARSERS = [
  { name: 'PyArg_ParseTuple', format: 1 },
  { name: 'PyArg_ParseTupleAndKeywords', format: 2 },
  { name: '_PyArg_ParseTuple_SizeT', format: 1 },
  { name: 'PyArg_Parse', format: 1 },
] as const;

export const borrowedNestedParse = defineRule({
  id: 'borrowed-nested-parse',
  family: 'borrowed-refs',
  title: 'Items borrowed from a sequence that an argument format takes apart',
  severity: 'crash',
  local: true,
  check(extension, report) {
    for (const { name, format } of PARSERS) {
      for (const { function: view, step } of extension.callsTo(name)) {
        const op = view.op(step);
        const text = op?.kind === 'call' ? op.args[format] : undefined;
        if (text?.kind !== 'string' || !borrowsFromNested(text.text) || !view.isConcurrent || view.isInitOnly) continue;
        if (op?.kind === 'call' && isTestedTuple(view, op.args[0], step)) continue;
        report.at(
          { function: view, steps: [step] },
          {
            subject: text.text,
            confidence: isPickled(view, op, step) ? 'possible' : 'likely',
            message: `A list may be passed for (…): another thread changes it while its items are used unowned: a crash. Parse a tuple with O! and take it apart.`,
          },
        );
      }
    }
  },
});

/** What `__setstate__` gets is taken apart: as a rule it was just made, as a tuple. */
function isPickled(view: FunctionView, op: Op | undefined, step: number): boolean {
  const parsed = op?.kind === 'call' ? op.args[0] : undefined;
  return parsed !== undefined && view.ownership(parsed, step) === 'unknown';
}

/** A test before has found an item of the parsed tuple to be a tuple, which keeps what is in it. */
function isTestedTuple(view: FunctionView, parsed: Value | undefined, step: number): boolean {
  if (parsed === undefined) return false;
  const path = view.path(parsed, step);
  return view.stepsOf('call').some(at => {
    const test = view.op(at);
    if (test?.kind !== 'call' || at > step || !/^PyTuple_Check(?:Exact)?$/.test(test.callee.name ?? '')) return false;
    const [item] = test.args;
    const got = item?.kind === 'result' ? view.op(item.step) : undefined;
    const taken =
      got?.kind === 'call' && /^PyTuple_G(?:ET_ITEM|etItem)$/.test(got.callee.name ?? '') ? got.args[0] : null;
    return taken != null && item?.kind === 'result' && view.path(taken, item.step) === path;
  });
}

/** Parentheses around a unit that lends an object or a pointer into one. Numbers are copied. */
function borrowsFromNested(format: string): boolean {
  // Macros between the parts of a literal stand for units of numbers: nobody hides an object in one.
  const units = format.replace(/"\s*\w+\s*"/g, '').replace(/[:;][^]*$/, '');
  return /\([^()]*(?:O(?!&)|[sSyUzYw](?![*])|es|et)/.test(units);
}
