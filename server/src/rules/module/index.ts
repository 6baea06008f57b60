import type { Rule } from '../rule.ts';
import { limitedApiFreeThreaded } from './limited-api-free-threaded.ts';
import { mSizeNegative } from './m-size-negative.ts';
import { missingModGil } from './missing-mod-gil.ts';
import { missingModuleSetgil } from './missing-module-setgil.ts';
import { missingMultipleInterpreters } from './missing-multiple-interpreters.ts';
import { modGilInSinglePhase } from './mod-gil-in-single-phase.ts';
import { modGilSlotUnguarded } from './mod-gil-slot-unguarded.ts';
import { moduleSetgilUnguarded } from './module-setgil-unguarded.ts';
import { perInterpreterClaim } from './per-interpreter-claim.ts';
import { singlePhaseInit } from './single-phase-init.ts';
import { stateFindModule } from './state-find-module.ts';

export const MODULE: readonly Rule[] = [
  limitedApiFreeThreaded,
  mSizeNegative,
  missingModGil,
  missingModuleSetgil,
  missingMultipleInterpreters,
  modGilInSinglePhase,
  modGilSlotUnguarded,
  moduleSetgilUnguarded,
  perInterpreterClaim,
  singlePhaseInit,
  stateFindModule,
];
