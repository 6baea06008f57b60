/** "Show the Race": the finding at the cursor, of a lens or of a code action, run by the server and played in the race view. */
import { CancellationTokenSource, Uri, ViewColumn, window, workspace } from 'vscode';
import type { LanguageClient } from 'vscode-languageclient/node';
import { RACE, type RaceAnswer, type RaceTarget } from '../../server/src/lsp/race-messages.ts';
import { applyFix, textsOf } from './race-fix.ts';
import { exportReproducer } from './race-reproducer.ts';
import { isTarget } from './race-target.ts';
import type { RaceOrigin, RaceView } from './race-view.ts';
import type { Server } from './server.ts';

export class FindingRaces {
  readonly #server: Server;
  readonly #view: RaceView;
  /** Of the race that was asked for last. */
  #asked = new CancellationTokenSource();

  constructor(server: Server, view: RaceView) {
    this.#server = server;
    this.#view = view;
    // The server need not explore what nobody will see.
    view.onDidClose(() => this.#asked.cancel());
  }

  /** `given`: a target, or several to choose from; anything else means the cursor. */
  async show(given: unknown): Promise<void> {
    const target = await chooseTarget(given);
    const { client } = this.#server;
    if (target === undefined || client === undefined) return;
    this.#asked.cancel();
    this.#asked = new CancellationTokenSource();
    const { token } = this.#asked;
    await inSight(client, target);
    // The page loads while the server explores.
    this.#view.open();
    this.#view.say('Exploring the interleavings …', 'busy');
    const answer = await client.sendRequest<RaceAnswer>(RACE, target, token).catch((error: unknown) => {
      if (!token.isCancellationRequested) this.#view.refuse(String(error));
      return null;
    });
    if (answer === null || token.isCancellationRequested) return;
    if (answer.playback === null) this.#view.refuse(refusal(answer));
    else this.#view.show(answer.playback, this.#origin(answer.target ?? target, answer, client));
  }

  /** What can be done for a race that was restored after a reload: all of it once it is run again. */
  restored(about: unknown): RaceOrigin | undefined {
    if (!isTarget(about)) return undefined;
    return { abilities: { exportReproducer: false, models: [], rerun: true }, about, rerun: () => this.show(about) };
  }

  #origin(target: RaceTarget, { fix, reason }: RaceAnswer, client: LanguageClient): RaceOrigin {
    // A fix that fails in the same run is shown, and not offered.
    const applied = fix !== null && fix.outcome !== 'fails' ? fix : null;
    const texts = applied === null ? new Map<string, string>() : textsOf(client, applied);
    return {
      abilities: {
        exportReproducer: true,
        models: [],
        rerun: true,
        ...(applied === null ? {} : { applyFix: applied.title, verified: applied.outcome === 'holds' }),
      },
      about: target,
      ...(reason === null ? {} : { reason }),
      rerun: () => this.show(target),
      exportReproducer: () => exportReproducer(client, target),
      ...(applied === null ? {} : { applyFix: () => applyFix(client, applied, texts) }),
    };
  }
}

function refusal({ target, reason }: RaceAnswer): string {
  const why = reason ?? 'There is no race to show.';
  return target === null ? why : `This race can not be played. ${why}`;
}

async function chooseTarget(given: unknown): Promise<RaceTarget | undefined> {
  if (isTarget(given)) return given;
  if (Array.isArray(given)) return pickTarget(given.filter(isTarget));
  const editor = window.activeTextEditor;
  if (editor === undefined) return undefined;
  const { line, character } = editor.selection.active;
  return { uri: editor.document.uri.toString(), line, character };
}

async function pickTarget(targets: readonly RaceTarget[]): Promise<RaceTarget | undefined> {
  const items = targets.map(target => ({
    label: target.message ?? target.rule ?? '',
    description: `${target.rule ?? ''}, line ${target.line + 1}`,
    target,
  }));
  const chosen = await window.showQuickPick(items, {
    title: 'Gilproof: races of this function',
    matchOnDescription: true,
  });
  return chosen?.target;
}

/** The file is shown beside the view, also when the race was asked for in the Problems panel. */
async function inSight(client: LanguageClient, { uri }: RaceTarget): Promise<void> {
  const wanted = client.protocol2CodeConverter.asUri(uri).toString();
  if (window.visibleTextEditors.some(editor => editor.document.uri.toString() === wanted)) return;
  const document = await workspace.openTextDocument(Uri.parse(wanted));
  await window.showTextDocument(document, { viewColumn: ViewColumn.One, preserveFocus: true, preview: false });
}
