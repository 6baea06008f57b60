import { BLOCKING_CALLS } from '../../capi/blocking.ts';
import { defineRule, EVEN_WITH_GIL } from '../rule.ts';

export const blockingCallAttached = defineRule({
  id: 'blocking-call-attached',
  family: 'gil-api',
  title: 'Long wait with the thread attached',
  severity: 'deadlock',
  exposure: EVEN_WITH_GIL,
  check(extension, report) {
    for (const name of BLOCKING_CALLS) {
      for (const { function: view, step } of extension.callsTo(name)) {
        const op = view.op(step);
        const attached = view.surroundings.contexts.has('python') && !view.detachedAt(step);
        if (op?.kind !== 'call' || op.callee.kind !== 'named' || !attached) continue;
        if (extension.linker.resolve(view.unit.file, name) !== undefined) continue;
        const last = op.args.at(-1);
        // Numbers are written out without asking anybody.
        if (name === 'getnameinfo' && last !== undefined && /\bNI_NUMERICHOST\b/.test(view.render(last))) continue;
        // A time of zero only asks.
        if (last?.kind === 'int' && last.value === 0 && /poll|select|wait|Wait|kevent|sleep|Sleep/.test(name)) continue;
        report.at(
          { function: view, steps: [step] },
          {
            subject: `${name}()`,
            message: `While \`${name}()\` waits, nobody can stop this thread: the collector, and with the GIL everybody, waits for it. Put Py_BEGIN_ALLOW_THREADS around.`,
          },
        );
      }
    }
  },
});
