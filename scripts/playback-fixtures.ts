/** Writes `test/fixtures/playback/real/*.json`: real playbacks for the tests of everything that shows them. A test keeps them fresh. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { SCENARIOS } from '../server/src/simulator/scenarios/index.ts';
import { play } from '../server/src/simulator/scenarios/scenario.ts';

export const FIXTURES = ['lost-update', 'borrowed-item', 'abba-deadlock', 'biased-handover'];
export const FOLDER = new URL('../test/fixtures/playback/real/', import.meta.url);

export const fixtureText = (id: string): string =>
  `${JSON.stringify(play(SCENARIOS.find(scenario => scenario.id === id)!))}\n`;

if (import.meta.main) {
  mkdirSync(FOLDER, { recursive: true });
  for (const id of FIXTURES) writeFileSync(new URL(`${id}.json`, FOLDER), fixtureText(id));
}
