import { expect, test } from 'vitest';
import { demos } from '../../server/src/lsp/demos.ts';
import { DEMO, DEMOS, type DemoAnswer, type DemosAnswer } from '../../server/src/lsp/race-messages.ts';
import { lostUpdate } from '../../server/src/simulator/scenarios/lost-update.ts';
import { Editor } from './editor.ts';

test('the demos are listed, and each can be played', async () => {
  const editor = await Editor.start();
  const list = await editor.client.sendRequest<DemosAnswer>(DEMOS);
  expect(list.find(demo => demo.id === lostUpdate.id)).toMatchObject({
    title: lostUpdate.title,
    text: lostUpdate.text,
  });
  const played = await editor.client.sendRequest<DemoAnswer>(DEMO, { id: lostUpdate.id });
  expect(played).toMatchObject({ id: lostUpdate.id, version: 1 });
  expect(played?.runs[0]?.verdict).toMatchObject({ explored: 4, failing: 2, coverage: 'complete' });
});

test('what is not a demo is answered with null', async () => {
  const editor = await Editor.start();
  expect(await editor.client.sendRequest<DemoAnswer>(DEMO, { id: 'nothing' })).toBeNull();
  expect(await editor.client.sendRequest<DemoAnswer>(DEMO, {})).toBeNull();
});

test('demos of one topic stand together', () => {
  const made = (id: string, topic: 'globals' | 'deadlocks') => ({ ...lostUpdate, id, topic });
  const list = demos([made('a', 'globals'), made('b', 'deadlocks'), made('c', 'globals')]);
  expect(list.map(demo => `${demo.group}: ${demo.id}`)).toEqual([
    'Globals and statics: a',
    'Globals and statics: c',
    'Deadlocks: b',
  ]);
});
