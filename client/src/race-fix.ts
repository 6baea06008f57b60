/** The cure of a race as an edit of the user's files, made only while they read as they did when the race was run. */
import { type TextDocument, workspace } from 'vscode';
import type { LanguageClient } from 'vscode-languageclient/node';
import type { RaceFix } from '../../server/src/lsp/race-messages.ts';

/** The texts that an edit is for, by the names of their documents. */
export function textsOf(client: LanguageClient, { edit }: RaceFix): ReadonlyMap<string, string> {
  const texts = new Map<string, string>();
  for (const change of edit.documentChanges ?? []) {
    if (!('textDocument' in change)) continue;
    const { uri, version } = change.textDocument;
    const document = openDocument(client.protocol2CodeConverter.asUri(uri).toString());
    if (document !== undefined)
      texts.set(document.uri.toString(), document.version === version ? document.getText() : '');
  }
  return texts;
}

/** Answers a sentence. Throws one when a text is no longer the one that the fix was made for. */
export async function applyFix(
  client: LanguageClient,
  { title, edit }: RaceFix,
  texts: ReadonlyMap<string, string>,
): Promise<string> {
  const changed = 'The text has changed since, so the fix may no longer fit. Run the race again first.';
  for (const [uri, text] of texts) if (openDocument(uri)?.getText() !== text) throw new Error(changed);
  const converted = await client.protocol2CodeConverter.asWorkspaceEdit(edit);
  if (!(await workspace.applyEdit(converted))) throw new Error(changed);
  return `Applied: ${title}.`;
}

function openDocument(uri: string): TextDocument | undefined {
  return workspace.textDocuments.find(document => document.uri.toString() === uri);
}
