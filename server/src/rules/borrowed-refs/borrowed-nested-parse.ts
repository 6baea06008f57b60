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
        report.at(
          { function: view, steps: [step] },
          {
            subject: text.text,
            message: `A list may be passed for (…): another thread changes it while its items are used unowned: a crash. Parse a tuple with O! and take it apart.`,
          },
        );
      }
    }
  },
});

/** Parentheses around a unit that lends an object or a pointer into one. Numbers are copied. */
function borrowsFromNested(format: string): boolean {
  const units = format.replace(/[:;][^]*$/, '');
  return /\([^()]*(?:O(?!&)|[sSyUzYw](?![*])|es|et)/.test(units);
}
