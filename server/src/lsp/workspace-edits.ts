/** Edits of texts as the client can take them: for versions of documents where it knows them. */
import type { TextDocumentEdit, WorkspaceEdit } from 'vscode-languageserver';
import type { Fix, TextEdit } from '../workspace/service.ts';
import { editsOf } from './convert.ts';
import type { Session } from './session.ts';
import { fileOf, uriOf } from './uris.ts';

/** The edit of a fix, in the texts as they are now. Throws when one of its files can't be read. */
export async function fixEdit(session: Session, fix: Fix): Promise<WorkspaceEdit> {
  const documentChanges: TextDocumentEdit[] = [];
  for (const { file, edits } of fix.edits) {
    const text = await session.places.text(file);
    if (text === null) throw new Error(`${file} can't be read, so the fix is not whole.`);
    documentChanges.push(documentEdit(session, session.documents.get(file)?.uri ?? uriOf(file), editsOf(text, edits)));
  }
  return workspaceEdit(session, documentChanges);
}

/** Another text for a file. Throws when it can't be read. */
export async function changedDocument(session: Session, file: string, after: string): Promise<TextDocumentEdit> {
  const text = await session.places.text(file);
  if (text === null) throw new Error(`${file} can't be read, so the fix is not whole.`);
  const edits = editsOf(text, [changedPart(text.getText(), after)]);
  return documentEdit(session, session.documents.get(file)?.uri ?? uriOf(file), edits);
}

/** One edit from the first to the last difference. */
export function changedPart(before: string, after: string): TextEdit {
  let start = 0;
  while (start < before.length && before[start] === after[start]) start++;
  let end = before.length;
  for (let at = after.length; end > start && at > start && before[end - 1] === after[at - 1]; at--) end--;
  return { span: { start, end }, text: after.slice(start, after.length - (before.length - end)) };
}

export function documentEdit(session: Session, uri: string, edits: TextDocumentEdit['edits']): TextDocumentEdit {
  const version = session.documents.get(fileOf(uri))?.text.version ?? null;
  return { textDocument: { uri, version }, edits };
}

export function workspaceEdit(session: Session, documentChanges: TextDocumentEdit[]): WorkspaceEdit {
  if (session.client.versionedEdits) return { documentChanges };
  const plain = (edits: TextDocumentEdit['edits']) => edits.filter(edit => 'newText' in edit);
  return { changes: Object.fromEntries(documentChanges.map(change => [change.textDocument.uri, plain(change.edits)])) };
}
