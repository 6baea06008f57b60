/** Settings as they are when a project has none. */
import type { CoreSettings } from '../../server/src/workspace/core.ts';
import { DEFAULT_SETTINGS } from '../../server/src/workspace/settings.ts';

const { target, minimumPython, compat, lockMacros, suspending, neverSuspending, borrowing, threadUnsafe } =
  DEFAULT_SETTINGS;

export const CORE_SETTINGS: CoreSettings = {
  target,
  minimumPython,
  compat,
  lockMacros,
  suspending,
  neverSuspending,
  borrowing,
  threadUnsafe,
};
