/**
 * Questions that nobody asked: for each access of shared memory, and each call that trusts a container, a finding as a rule
 * might have reported it there. On code that is known to be right none of them may be demonstrated.
 */
import type { Extension } from '../server/src/analysis/extension.ts';
import type { FunctionView } from '../server/src/analysis/view.ts';
import { effectOfCall } from '../server/src/capi/effects.ts';
import type { DemonstratedFinding } from '../server/src/demonstrate/model.ts';
import type { Site } from '../server/src/rules/finding.ts';

const TRUSTS = new Set([
  'borrow',
  'take',
  'put',
  'append',
  'walk',
  'bytes',
  'clear',
  'contains',
  'state',
  'fill',
  'buffer-release',
]);

export function questionsOf(extension: Extension, file: string): DemonstratedFinding[] {
  const found: DemonstratedFinding[] = [];
  for (const view of extension.functions) {
    if (view.unit.file !== file || view.isInitOnly || view.isUnreached) continue;
    for (const access of extension.accesses.ofFunction(view)) {
      if (!access.concurrent) continue;
      const partner = extension.accesses
        .of(access.key)
        .find(one => one.concurrent && one.function !== view && (one.kind !== 'read' || access.kind !== 'read'));
      found.push(question(view, access.step, partner && siteOf(partner.function, partner.step)));
    }
    for (const step of view.stepsOf('call')) {
      const op = view.op(step);
      if (op?.kind !== 'call' || op.callee.kind !== 'named') continue;
      const effect = effectOfCall(op.callee.name);
      if (effect !== null && TRUSTS.has(effect.does) && view.isConcurrent) found.push(question(view, step, undefined));
    }
  }
  return found;
}

function siteOf(view: FunctionView, step: number): Site {
  return { file: view.unit.file, function: view.name, steps: [step] };
}

function question(view: FunctionView, step: number, other: Site | undefined): DemonstratedFinding {
  return {
    rule: 'question',
    family: 'object-state',
    severity: 'corruption',
    exposure: { freeThreaded: true, perInterpreter: false, withGil: false },
    file: view.unit.file,
    span: view.spanOf(step),
    message: '',
    subject: '',
    site: siteOf(view, step),
    ...(other === undefined ? {} : { other }),
    related: [],
  };
}
