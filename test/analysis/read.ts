/** Reads C text into an `Extension`, and finds places in it by what stands there. */
import { Extension } from '../../server/src/analysis/extension.ts';
import type { FunctionView } from '../../server/src/analysis/view.ts';
import type { TranslationUnit } from '../../server/src/program/model.ts';
import type { Language } from '../../server/src/syntax/model.ts';
import { lowerText } from '../program/read.ts';

export function extensionOf(text: string, language: Language = 'c'): Extension {
  return new Extension([lowerText(text, language)]);
}

/** Several files; names decide what is a header. */
export function extensionOfFiles(files: Readonly<Record<string, string>>): Extension {
  const headers: TranslationUnit[] = [];
  const units = Object.entries(files).map(([file, text]) => {
    const unit = { ...lowerText(text, 'c', headers), file };
    if (file.endsWith('.h')) headers.push(unit);
    return unit;
  });
  return new Extension(units);
}

export function view(extension: Extension, name: string): FunctionView {
  const found = extension.functions.find(one => one.name === name);
  if (found === undefined) throw new Error(`no function ${name}`);
  return found;
}

/** Steps of the calls of a function, in order. */
export function callsIn(one: FunctionView, callee: string): number[] {
  return one.body.steps.flatMap((step, index) =>
    step.op.kind === 'call' && step.op.callee.name === callee ? [index] : [],
  );
}

/** The first argument of the only call of `probe` in a function: what the test asks about. */
export function probe(one: FunctionView): {
  step: number;
  value: Parameters<FunctionView['path']>[0];
} {
  const [step] = callsIn(one, 'probe');
  const op = step === undefined ? undefined : one.op(step);
  const value = op?.kind === 'call' ? op.args[0] : undefined;
  if (step === undefined || value === undefined) throw new Error(`no probe in ${one.name}`);
  return { step, value };
}
