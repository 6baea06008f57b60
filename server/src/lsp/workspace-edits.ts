/** Edits of texts as the client can take them: for versions of documents where it knows them. */
import type { TextDocumentEdit, WorkspaceEdit } from 'vscode-languageserver';
import type { Fix } from '../workspace/service.ts';
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

export function documentEdit(session: Session, uri: string, edits: TextDocumentEdit['edits']): TextDocumentEdit {
  const version = session.documents.get(fileOf(uri))?.text.version ?? null;
  return { textDocument: { uri, version }, edits };
}

export function workspaceEdit(session: Session, documentChanges: TextDocumentEdit[]): WorkspaceEdit {
  if (session.client.versionedEdits) return { documentChanges };
  const plain = (edits: TextDocumentEdit['edits']) => edits.filter(edit => 'newText' in edit);
  return { changes: Object.fromEntries(documentChanges.map(change => [change.textDocument.uri, plain(change.edits)])) };
}
