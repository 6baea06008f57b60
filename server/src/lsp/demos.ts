/** The demos of the race simulator, for any client that shows playbacks. */

import type { CancellationToken } from 'vscode-languageserver';
import { SCENARIOS } from '../simulator/scenarios/index.ts';
import { play, type Scenario, type Topic } from '../simulator/scenarios/scenario.ts';
import { DEMO, DEMOS, type DemoAnswer, type DemoInfo, type DemoParams, type DemosAnswer } from './race-messages.ts';
import type { Session } from './session.ts';

const TOPICS: Readonly<Record<Topic, string>> = {
  'borrowed-refs': 'Borrowed references',
  'object-state': 'State inside objects',
  globals: 'Globals and statics',
  'critical-sections': 'Critical sections',
  'gil-api': 'GIL and thread states',
  refcounts: 'Reference counts',
  allocation: 'Allocation',
  module: 'Modules',
  'type-slots': 'Types and their slots',
  libc: 'C library',
  atomics: 'Atomics',
  buffers: 'Buffers',
  deadlocks: 'Deadlocks',
  history: 'History of the GIL',
};

export function registerDemos({ connection, guard }: Session): void {
  const list = guard(DEMOS, [] as DemosAnswer, () => Promise.resolve(demos(SCENARIOS)));
  // A request without parameters: the token is all that its handler gets.
  connection.onRequest(DEMOS, (token: CancellationToken) => list(undefined, token));
  connection.onRequest(
    DEMO,
    guard(DEMO, null as DemoAnswer, ({ id }: DemoParams) => {
      const scenario = SCENARIOS.find(one => one.id === id);
      return Promise.resolve(scenario ? play(scenario) : null);
    }),
  );
}

/** Those of a topic beside each other, topics in the order in which they first appear. */
export function demos(scenarios: readonly Scenario[]): readonly DemoInfo[] {
  const topics = [...new Set(scenarios.map(scenario => scenario.topic))];
  const sorted = topics.flatMap(topic => scenarios.filter(scenario => scenario.topic === topic));
  return sorted.map(({ id, title, text, topic, rules }) => ({ id, title, text, group: TOPICS[topic], rules }));
}
