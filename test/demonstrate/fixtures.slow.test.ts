/**
 * What the simulator shows of the racy fixtures: of the findings that are shown by default and crash, corrupt, lose updates or
 * hang, how many fail when the flagged function itself is run by threads.
 */
import { expect, test } from 'vitest';
import { fixtureRows } from '../../scripts/demonstrated.ts';
import { RULES } from '../../server/src/rules/registry.ts';

const rows = fixtureRows('racy');

test('most findings are demonstrated', () => {
  const shown = rows.filter(row => row.demonstration.status === 'demonstrated');
  // Four of five; the rest of the margin is for rules that are new.
  expect(shown.length / rows.length).toBeGreaterThanOrEqual(0.83);
});

test('a rule says that its hazard exists with the GIL too, when all that is shown of it fails there', () => {
  const shown = rows.filter(row => row.demonstration.status === 'demonstrated');
  const failsWithGil = ({ demonstration: { playback } }: (typeof rows)[number]): boolean =>
    playback?.runs.some(({ model, verdict }) => model === 'gil' && verdict.failing > 0) === true;
  const silent = RULES.filter(({ id, exposure }) => {
    const own = rows.filter(row => row.finding.rule === id);
    return own.length > 0 && !exposure.withGil && own.every(row => shown.includes(row) && failsWithGil(row));
  });
  expect(silent.map(rule => rule.id)).toEqual([]);
});

test('a demonstration says what happens where, and on what it rests', () => {
  for (const { file, demonstration } of rows) {
    const { status, playback, reason, harness } = demonstration;
    expect(reason === null, file).toBe(status === 'demonstrated');
    if (status === 'not-modelled') continue;
    expect(harness?.threads.length, file).toBe(playback?.threads.length);
    const [run] = playback?.runs ?? [];
    expect(
      run?.steps.some(step => step.failure !== undefined),
      file,
    ).toBe(status === 'demonstrated');
    for (const { at } of run?.steps ?? []) {
      const lines = playback?.sources[at?.source ?? 0]?.lines ?? [];
      if (at !== undefined) expect(at.endLine, file).toBeLessThan(lines.length);
    }
    expect(playback?.assumptions.length, file).toBeGreaterThan(0);
  }
});
