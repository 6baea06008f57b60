/** "Run Race Demo": the demos of the server, searched by title and text, played in the race view. */
import { type QuickPickItem, QuickPickItemKind, window } from 'vscode';
import type { LanguageClient } from 'vscode-languageclient/node';
import {
  DEMO,
  DEMOS,
  type DemoAnswer,
  type DemoInfo,
  type DemoParams,
  type DemosAnswer,
} from '../../server/src/lsp/race-messages.ts';
import type { RaceView } from './race-view.ts';

/** `given`: the id of a demo, from a rule's page or a hover; anything else asks the user. */
export async function runRaceDemo(client: LanguageClient, view: RaceView, given: unknown): Promise<void> {
  const id = typeof given === 'string' ? given : await pickDemo(client);
  if (id === undefined) return;
  const params: DemoParams = { id };
  // The page loads while the server explores.
  view.open();
  view.say('Exploring the interleavings …', 'busy');
  const playback = await client.sendRequest<DemoAnswer>(DEMO, params);
  if (playback) view.show(playback);
  else view.say(`There is no race demo called "${id}".`, 'failed');
}

type DemoItem = QuickPickItem & { readonly id?: string };

async function pickDemo(client: LanguageClient): Promise<string | undefined> {
  const items = client.sendRequest<DemosAnswer>(DEMOS).then(demoItems);
  const chosen = await window.showQuickPick(items, {
    title: 'Gilproof: race demos',
    placeHolder: 'Which race? Search by title, text or rule.',
    matchOnDescription: true,
    matchOnDetail: true,
  });
  return chosen?.id;
}

/** Items under the headings of their groups, in the order of the server. */
function demoItems(demos: readonly DemoInfo[]): DemoItem[] {
  return demos.flatMap((demo, index) => {
    const item: DemoItem = { id: demo.id, label: demo.title, description: demo.rules.join(', '), detail: demo.text };
    const heading: DemoItem = { label: demo.group, kind: QuickPickItemKind.Separator };
    return demo.group === demos[index - 1]?.group ? [item] : [heading, item];
  });
}
