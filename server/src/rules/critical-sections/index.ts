import type { Rule } from '../rule.ts';
import { clinicDoubleLock } from './clinic-double-lock.ts';
import { criticalSectionApiUnguarded } from './critical-section-api-unguarded.ts';
import { criticalSectionBlocking } from './critical-section-blocking.ts';
import { criticalSectionJumpOut } from './critical-section-jump-out.ts';
import { criticalSectionNested } from './critical-section-nested.ts';
import { criticalSectionNullOperand } from './critical-section-null-operand.ts';
import { criticalSectionOnBuiltin } from './critical-section-on-builtin.ts';
import { criticalSectionReturn } from './critical-section-return.ts';
import { criticalSectionSideEffectOperand } from './critical-section-side-effect-operand.ts';
import { criticalSectionSuspendedState } from './critical-section-suspended-state.ts';
import { criticalSectionThreeObjects } from './critical-section-three-objects.ts';
import { criticalSectionUnbalanced } from './critical-section-unbalanced.ts';
import { criticalSectionWrongObject } from './critical-section-wrong-object.ts';
import { lockOrderInversion } from './lock-order-inversion.ts';
import { pymutexCopied } from './pymutex-copied.ts';
import { pymutexHeldAcrossPython } from './pymutex-held-across-python.ts';
import { pymutexIslockedDecision } from './pymutex-islocked-decision.ts';
import { pymutexNotReleased } from './pymutex-not-released.ts';
import { pymutexSelfDeadlock } from './pymutex-self-deadlock.ts';

export const CRITICAL_SECTIONS: readonly Rule[] = [
  clinicDoubleLock,
  criticalSectionApiUnguarded,
  criticalSectionBlocking,
  criticalSectionJumpOut,
  criticalSectionNested,
  criticalSectionNullOperand,
  criticalSectionOnBuiltin,
  criticalSectionReturn,
  criticalSectionSideEffectOperand,
  criticalSectionSuspendedState,
  criticalSectionThreeObjects,
  criticalSectionUnbalanced,
  criticalSectionWrongObject,
  lockOrderInversion,
  pymutexCopied,
  pymutexHeldAcrossPython,
  pymutexIslockedDecision,
  pymutexNotReleased,
  pymutexSelfDeadlock,
];
