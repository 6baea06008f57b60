import { defineRule, EVEN_WITH_GIL } from '../rule.ts';

export const evalLockLegacy = defineRule({
  id: 'eval-lock-legacy',
  family: 'gil-api',
  title: 'Function of the old GIL interface',
  severity: 'compile',
  exposure: EVEN_WITH_GIL,
  local: true,
  check(extension, report) {
    for (const name of [
      'PyEval_AcquireLock',
      'PyEval_ReleaseLock',
      'PyEval_InitThreads',
      'PyEval_ThreadsInitialized',
    ]) {
      for (const { function: view, step } of extension.callsTo(name)) {
        report.at(
          { function: view, steps: [step] },
          {
            subject: `${name}()`,
            message: name.endsWith('Lock')
              ? `\`${name}()\` is gone since Python 3.13: this no longer builds. Attach and detach with PyEval_SaveThread() and PyEval_RestoreThread().`
              : `\`${name}()\` does nothing since Python 3.9 and will be removed: later versions do not build. Delete the call.`,
          },
        );
      }
    }
  },
});
