/** A demonstration as the simulator makes it, of a lost update, told as if it stood in a file of the user's. */
import type { FixedDemonstration } from '../../server/src/demonstrate/model.ts';
import { SCENARIOS } from '../../server/src/simulator/scenarios/index.ts';
import { play } from '../../server/src/simulator/scenarios/scenario.ts';

const played = play(SCENARIOS.find(({ id }) => id === 'lost-update')!);

/** `file`: where its lines stand, from the given zero-based line on. */
export function failing(file?: string, firstLine = 0): FixedDemonstration {
  const sources = played.sources.map(source => (file === undefined ? source : { ...source, uri: file, firstLine }));
  return {
    status: 'demonstrated',
    title: 'race: 2 threads, 4 steps, lost update',
    reason: null,
    failure: 'lost-update',
    playback: { ...played, sources },
    harness: null,
    assumptions: played.assumptions,
    omitted: [],
    fix: {
      fix: { title: 'Lock it', safety: 'safe', rule: 'borrowed-list-item', edits: [] },
      outcome: 'holds',
      reason: null,
    },
  };
}
