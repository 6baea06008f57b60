import { ATTACHED_ALLOCATIONS } from '../../capi/allocators.ts';
import { defineRule, EVEN_WITH_GIL } from '../rule.ts';

export const pymemDetached = defineRule({
  id: 'pymem-detached',
  family: 'allocation',
  title: 'Python allocator called while the thread is detached',
  severity: 'crash',
  exposure: EVEN_WITH_GIL,
  supersedes: ['allow-threads-python-api'],
  local: true,
  check(extension, report) {
    for (const name of ATTACHED_ALLOCATIONS) {
      for (const { function: view, step } of extension.callsTo(name)) {
        if (!view.detachedAt(step) || extension.linker.resolve(view.unit.file, name) !== undefined) continue;
        report.at(
          { function: view, steps: [step] },
          {
            subject: `${name}()`,
            message: `\`${name}()\` uses the heap of the attached thread, and this thread has let go of its own: the heap breaks. Use PyMem_RawMalloc/Free.`,
          },
        );
      }
    }
  },
});
