import type { Rule } from '../rule.ts';
import { allowThreadsJumpOut } from './allow-threads-jump-out.ts';
import { allowThreadsNested } from './allow-threads-nested.ts';
import { allowThreadsPythonApi } from './allow-threads-python-api.ts';
import { allowThreadsSharedField } from './allow-threads-shared-field.ts';
import { blockingCallAttached } from './blocking-call-attached.ts';
import { evalLockLegacy } from './eval-lock-legacy.ts';
import { foreignThreadNoAttach } from './foreign-thread-no-attach.ts';
import { forkInExtension } from './fork-in-extension.ts';
import { gilstateAsLock } from './gilstate-as-lock.ts';
import { gilstateCheckGuard } from './gilstate-check-guard.ts';
import { gilstateSubinterpreter } from './gilstate-subinterpreter.ts';
import { nativeLockAcrossPython } from './native-lock-across-python.ts';
import { nativeLockThenAttach } from './native-lock-then-attach.ts';
import { onceCallbackPython } from './once-callback-python.ts';
import { pythreadLockAttached } from './pythread-lock-attached.ts';
import { yieldGilLoop } from './yield-gil-loop.ts';

export const GIL_API: readonly Rule[] = [
  allowThreadsJumpOut,
  allowThreadsNested,
  allowThreadsPythonApi,
  allowThreadsSharedField,
  blockingCallAttached,
  evalLockLegacy,
  foreignThreadNoAttach,
  forkInExtension,
  gilstateAsLock,
  gilstateCheckGuard,
  gilstateSubinterpreter,
  nativeLockAcrossPython,
  nativeLockThenAttach,
  onceCallbackPython,
  pythreadLockAttached,
  yieldGilLoop,
];
