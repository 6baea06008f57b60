/** "Explain This Line": what the analysis believes at the cursor, as a read-only text beside the editor. */
import { commands, type Disposable, EventEmitter, Uri, ViewColumn, window, workspace } from 'vscode';
import { SERVER_COMMANDS } from '../../server/src/lsp/messages.ts';
import type { Server } from './server.ts';

const SCHEME = 'gilproof-explanation';

export function registerExplanations(server: Server): Disposable[] {
  const changed = new EventEmitter<Uri>();
  const texts = new Map<string, string>();
  const page = (uri: Uri): Uri => Uri.from({ scheme: SCHEME, path: `${uri.path}.txt` });

  const explain = async (): Promise<void> => {
    const editor = window.activeTextEditor;
    const client = server.client;
    if (editor === undefined || client === undefined) return;
    const { line, character } = editor.selection.active;
    const { uri } = editor.document;
    const text = await client.sendRequest<string>('workspace/executeCommand', {
      command: SERVER_COMMANDS.explain,
      arguments: [client.code2ProtocolConverter.asUri(uri), line, character],
    });
    texts.set(page(uri).toString(), text === '' ? 'Nothing is known about this line.' : text);
    changed.fire(page(uri));
    const document = await workspace.openTextDocument(page(uri));
    await window.showTextDocument(document, { viewColumn: ViewColumn.Beside, preserveFocus: true, preview: true });
  };

  return [
    changed,
    commands.registerCommand('gilproof.explain', explain),
    workspace.registerTextDocumentContentProvider(SCHEME, {
      onDidChange: changed.event,
      provideTextDocumentContent: uri => texts.get(uri.toString()) ?? '',
    }),
  ];
}
