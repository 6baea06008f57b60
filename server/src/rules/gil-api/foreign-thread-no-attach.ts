import type { Extension } from '../../analysis/extension.ts';
import type { FunctionView } from '../../analysis/view.ts';
import { THREAD_STARTERS } from '../../capi/blocking.ts';
import { defineRule, EVEN_WITH_GIL } from '../rule.ts';
import { needsThreadState, switches } from '../support/attached.ts';
import { leads } from '../support/guards.ts';

export const foreignThreadNoAttach = defineRule({
  id: 'foreign-thread-no-attach',
  family: 'gil-api',
  title: 'Python API called in a thread that was never attached',
  severity: 'crash',
  exposure: EVEN_WITH_GIL,
  check(extension, report) {
    for (const [starter, argument] of Object.entries(THREAD_STARTERS)) {
      for (const call of extension.callsTo(starter)) {
        const op = call.function.op(call.step);
        const started = op?.kind === 'call' ? op.args[argument] : undefined;
        if (started?.kind !== 'function') continue;
        const view = viewOf(extension, call.function, started.name);
        const first = view === undefined ? null : unattachedCall(view);
        if (view === undefined || first === null) continue;
        report.at(
          { function: view, steps: [first.step] },
          {
            subject: `${first.name}()`,
            message: `\`${view.name}\` runs in a thread of its own, which Python does not know: \`${first.name}()\` crashes there. Call PyGILState_Ensure() first.`,
            related: [{ at: { function: call.function, steps: [call.step] }, message: 'The thread is started here' }],
          },
        );
      }
    }
  },
});

function viewOf(extension: Extension, from: FunctionView, name: string): FunctionView | undefined {
  const target = extension.linker.resolve(from.unit.file, name);
  return target === undefined ? undefined : extension.functionOf(target.id);
}

function unattachedCall(view: FunctionView): { readonly step: number; readonly name: string } | null {
  const attaches = switches(view, 'attach');
  let found: { step: number; name: string } | null = null;
  view.stepsOf('call').forEach(step => {
    const op = view.op(step);
    const name = op?.kind === 'call' && op.callee.kind === 'named' ? op.callee.name : null;
    if (found !== null || name === null || !needsThreadState(name)) return;
    if (!attaches.some(attach => leads(view, attach, step, -1))) found = { step, name };
  });
  return found;
}
