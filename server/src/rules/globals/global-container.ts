import { mutatesContainer } from '../../capi/objects.ts';
import { defineRule } from '../rule.ts';
import { PER_INTERPRETER, storedAtInit } from '../support/isolation.ts';
import { placeOfAccess } from '../support/pairs.ts';
import { quote } from '../support/words.ts';

export const globalContainer = defineRule({
  id: 'global-container',
  family: 'globals',
  title: 'Container in a global that the methods of all interpreters change',
  severity: 'isolation',
  group: 'isolation',
  exposure: PER_INTERPRETER,
  check(extension, report) {
    const containers = new Map(
      storedAtInit(extension).flatMap(({ access, maker }) =>
        maker !== null && /^Py(?:Dict|List|Set)_New$/.test(maker) ? [[access.key, access] as const] : [],
      ),
    );
    if (containers.size === 0) return;
    const seen = new Set<string>();
    for (const view of extension.functionsDoing('call')) {
      if (!view.isConcurrent || view.isInitOnly) continue;
      view.body.steps.forEach(({ op }, step) => {
        if (op.kind !== 'call' || op.callee.name === null || !mutatesContainer(op.callee.name)) return;
        const [container] = op.args;
        const key = container === undefined ? null : extension.accesses.sourceOf(view, container, step);
        const made = key === null ? undefined : containers.get(key);
        if (container === undefined || made === undefined || seen.has(`${view.id} ${key}`)) return;
        seen.add(`${view.id} ${key}`);
        const subject = view.render(container);
        const at = placeOfAccess(made);
        report.at(
          { function: view, steps: [step] },
          {
            subject,
            message: `All interpreters put their objects into the one ${quote(subject)}, each under its own GIL: it is corrupted. Keep it in module state.`,
            other: at,
            related: [{ at, message: 'Made here by each interpreter' }],
          },
        );
      });
    }
  },
});
