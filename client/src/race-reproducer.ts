/** "Export reproducer": the race as a Python test, in an editor, to be saved wherever its tests are. */
import { Range, type TextDocument, Uri, ViewColumn, WorkspaceEdit, window, workspace } from 'vscode';
import type { LanguageClient } from 'vscode-languageclient/node';
import { type RaceTarget, REPRODUCER, type ReproducerAnswer } from '../../server/src/lsp/race-messages.ts';

/** Answers a sentence. Throws one when there is no such finding any more. */
export async function exportReproducer(client: LanguageClient, target: RaceTarget): Promise<string> {
  const made = await client.sendRequest<ReproducerAnswer>(REPRODUCER, target);
  if (made === null) throw new Error('No hazard is reported there any more.');
  const document = await named(client.protocol2CodeConverter.asUri(target.uri), made.name, made.text);
  await window.showTextDocument(document, { viewColumn: ViewColumn.One });
  const todo = made.missing.length === 0 ? '' : ` To fill in by hand: ${made.missing.join(', ')}.`;
  return `Wrote ${made.name}, not saved yet.${todo}`;
}

/** Under a name in the folder of the project, which saving then offers; without one where that is not possible. */
async function named(source: Uri, name: string, content: string): Promise<TextDocument> {
  const folder = workspace.getWorkspaceFolder(source)?.uri;
  if (folder !== undefined) {
    const uri = Uri.joinPath(folder, name).with({ scheme: 'untitled' });
    const document = await workspace.openTextDocument(uri).then(undefined, () => undefined);
    if (document !== undefined) {
      const edit = new WorkspaceEdit();
      edit.replace(uri, document.validateRange(new Range(0, 0, document.lineCount, 0)), content);
      if (await workspace.applyEdit(edit)) return document;
    }
  }
  return workspace.openTextDocument({ language: 'python', content });
}
