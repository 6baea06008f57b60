import { defineRule, EVEN_WITH_GIL } from '../rule.ts';

export const forkInExtension = defineRule({
  id: 'fork-in-extension',
  family: 'gil-api',
  title: 'fork() without exec in a process with threads',
  severity: 'deadlock',
  exposure: EVEN_WITH_GIL,
  check(extension, report) {
    for (const { function: view, step } of extension.callsTo('fork')) {
      const op = view.op(step);
      if (
        op?.kind !== 'call' ||
        op.callee.kind !== 'named' ||
        extension.linker.resolve(view.unit.file, 'fork') !== undefined
      )
        continue;
      const calls = (pattern: RegExp): boolean =>
        view.body.steps.some(({ op: other }) => other.kind === 'call' && pattern.test(other.callee.name ?? ''));
      // Python's own hooks make the locks of the child usable; exec replaces them all.
      if (calls(/^(?:exec[lv]p?e?|execve(?:at)?|fexecve|_exit)$/) || calls(/^PyOS_BeforeFork$/)) continue;
      report.at(
        { function: view, steps: [step] },
        {
          subject: 'fork()',
          message: `Locks that other threads hold now stay locked in the child for ever, and so does what they guard. Use posix_spawn(), or os.fork() from Python.`,
        },
      );
    }
  },
});
