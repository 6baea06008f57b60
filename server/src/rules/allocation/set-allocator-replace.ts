import { defineRule, EVEN_WITH_GIL } from '../rule.ts';

export const setAllocatorReplace = defineRule({
  id: 'set-allocator-replace',
  family: 'allocation',
  title: 'Allocator of Python objects replaced instead of wrapped',
  severity: 'crash',
  exposure: EVEN_WITH_GIL,
  check(extension, report) {
    // Whoever asks for the present allocator means to hand on to it.
    if (extension.callsTo('PyMem_GetAllocator').length > 0) return;
    for (const { function: view, step } of extension.callsTo('PyMem_SetAllocator')) {
      const op = view.op(step);
      const domain = op?.kind === 'call' ? op.args[0] : undefined;
      if (domain?.kind !== 'symbol' || domain.name === 'PYMEM_DOMAIN_RAW') continue;
      report.at(
        { function: view, steps: [step] },
        {
          subject: domain.name,
          message: `This replaces the allocator of \`${domain.name}\`; the free-threaded collector must find objects in the old one. Wrap PyMem_GetAllocator()'s.`,
        },
      );
    }
  },
});
