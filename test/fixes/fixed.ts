/** The first fix of a finding, made: for tests that read what comes out. */
import { applyEdits } from '../../server/src/fixes/edits.ts';
import { loadCore } from '../../server/src/host/core.ts';
import { CORE_SETTINGS } from './settings.ts';

const core = await loadCore();

const HEAD = `#include <Python.h>
typedef struct { PyObject_HEAD PyObject *items; PyObject *hook; long count; } Box;
`;

/** The function with its first finding of the rule fixed, or why not. `whole`: with what stands in front of it. */
export function fixed(rule: string, code: string, language = 'c', whole = false): string {
  const text = `${HEAD}${code.replace(/^\n/, '')}`;
  const file = core.read({ file: `box.${language}`, text, headers: [], settings: CORE_SETTINGS, before: null });
  const finding = core.check([file], CORE_SETTINGS).find(one => one.rule === rule);
  if (finding === undefined) return 'no finding';
  const { offered, refused } = core.fixes([file], finding, CORE_SETTINGS);
  const [fix] = offered;
  if (fix === undefined) return refused.map(one => one.reason).join('\n');
  const after = applyEdits(text, fix.edits[0]?.edits ?? []);
  return whole ? after : `\n${after.slice(HEAD.length)}`;
}
