/** Fixes of racy fixtures in the harness that fails without them; and the same fixes with their locks taken out again. */
import { describe, expect, test } from 'vitest';
import { fixtureRows } from '../../scripts/demonstrated.ts';
import { applyEdits } from '../../server/src/fixes/edits.ts';
import { loadCore } from '../../server/src/host/core.ts';
import { CORE_SETTINGS } from '../fixes/settings.ts';

const core = await loadCore();

/** Lines that take or drop a lock, and nothing else. */
const LOCKS = /^[ \t]*(?:Py_(?:BEGIN|END)_CRITICAL_SECTION2?\([^;]*\)|PyMutex_(?:Lock|Unlock)\([^;]*\));[ \t]*$/gm;

describe('fixes', () => {
  const rows = fixtureRows('racy', null, 'best');
  const tried = rows.filter(({ demonstration }) => demonstration.fix !== null);
  const hold = tried.filter(({ demonstration }) => demonstration.fix?.outcome === 'holds');

  test('nearly all that are offered hold in every order', () => {
    expect(hold.length / tried.length).toBeGreaterThanOrEqual(0.97);
  });

  test('fail again without their lock', () => {
    let mutants = 0;
    for (const { file, text, finding, demonstration } of hold) {
      const edits = demonstration.fix?.fix.edits[0]?.edits ?? [];
      const fixed = applyEdits(text, edits);
      const added = (fixed.match(LOCKS)?.length ?? 0) - (text.match(LOCKS)?.length ?? 0);
      if (added <= 0 || LOCKS.test(text)) continue;
      mutants++;
      const read = core.read({ file, text, headers: [], settings: CORE_SETTINGS, before: null });
      const whole = { span: { start: 0, end: text.length }, text: fixed.replace(LOCKS, '') };
      const fix = { ...demonstration.fix!.fix, edits: [{ file, edits: [whole] }] };
      const again = core.demonstrate([read], finding, CORE_SETTINGS, { fix });
      expect(again.fix?.outcome, `${file} ${finding.rule}`).not.toBe('holds');
    }
    expect(mutants).toBeGreaterThan(30);
  }, 900_000);
});
