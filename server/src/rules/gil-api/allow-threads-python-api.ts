import { defineRule, EVEN_WITH_GIL } from '../rule.ts';
import { needsThreadState } from '../support/attached.ts';

export const allowThreadsPythonApi = defineRule({
  id: 'allow-threads-python-api',
  family: 'gil-api',
  title: 'Python API called while the thread is detached',
  severity: 'crash',
  exposure: EVEN_WITH_GIL,
  local: true,
  check(extension, report) {
    for (const view of extension.functions) {
      if (!view.semantics.locks.active && !view.surroundings.detached) continue;
      view.stepsOf('call').forEach(step => {
        const op = view.op(step);
        if (op?.kind !== 'call' || op.callee.kind !== 'named' || !view.detachedAt(step)) return;
        const { name } = op.callee;
        if (!needsThreadState(name) || extension.linker.resolve(view.unit.file, name) !== undefined) return;
        report.at(
          { function: view, steps: [step] },
          {
            subject: `${name}()`,
            message: `\`${name}()\` needs an attached thread, and this one has let go: another thread changes the same objects, or it crashes. Move it out of the region.`,
          },
        );
      });
    }
  },
});
