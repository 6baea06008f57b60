/** What no well-behaved editor sends. The server answers what it can, and the next sensible request works. */
import { expect, test } from 'vitest';
import { SERVER_COMMANDS } from '../../server/src/lsp/messages.ts';
import { Editor } from './editor.ts';

const GOOD = '#include <Python.h>\nint f(void) { HAZARD; }\n';

test.each<[string, (editor: Editor) => Promise<unknown>]>([
  ['changes of a document that is not open', editor => change(editor, 'file:///w/never.c', 'x')],
  ['a range far behind the end', editor => change(editor, 'file:///w/a.c', 'y', 9999)],
  ['a range whose end is before its start', editor => change(editor, 'file:///w/a.c', ' ', 1, 0)],
  ['an edit without a range', editor => change(editor, 'file:///w/a.c', GOOD)],
  ['a document opened twice', editor => editor.open('/w/a.c', GOOD)],
  ['closing what is not open', editor => notify(editor, 'textDocument/didClose', 'file:///w/never.c')],
  ['a URI that is none', editor => pull(editor, '%%%not a uri%%%')],
  ['a scheme that nobody knows', editor => pull(editor, 'gopher://host/a.c')],
  ['a file that is not there', editor => pull(editor, 'file:///w/absent.c')],
  ['a hover outside of the text', editor => at(editor, 'textDocument/hover', 9999, 9999)],
  ['a hover at a negative place', editor => at(editor, 'textDocument/hover', -1, -1)],
  ['an action that nobody offered', editor => editor.client.sendRequest('codeAction/resolve', { title: 'x', data: 7 })],
  ['a command that does not exist', editor => execute(editor, 'rm -rf')],
  ['a command with wrong arguments', editor => execute(editor, SERVER_COMMANDS.explain, [null, 'x'])],
  ['a scan of what is not there', editor => execute(editor, SERVER_COMMANDS.scan, ['file:///nowhere'])],
  ['settings of the wrong type', editor => configure(editor, { gilproof: 'yes' })],
])('%s', async (_name, misbehave) => {
  const editor = await Editor.start();
  await editor.open('/w/a.c', GOOD);
  await misbehave(editor).catch(() => null);
  await editor.open('/w/b.c', GOOD);
  expect(await editor.pull('/w/b.c')).toMatchObject({ items: [{ code: 'borrowed-list-item' }] });
});

test.each([
  ['nothing', ''],
  ['zero bytes', '\0\0\0'],
  ['a lone surrogate', '#include <Python.h>\n"\uD800"'],
  ['one very long line', `#include <Python.h>\n${'x '.repeat(500_000)}`],
  ['line breaks of all kinds', '#include <Python.h>\r\nHAZARD\rHAZARD\n\r\n'],
])('a document of %s', async (_name, text) => {
  const editor = await Editor.start();
  await editor.open('/w/a.c', text);
  expect((await editor.pull('/w/a.c')).kind).toBe('full');
});

function change(editor: Editor, uri: string, text: string, line?: number, endLine = line): Promise<void> {
  const range = { start: { line, character: 0 }, end: { line: endLine, character: 0 } };
  const contentChanges = [line === undefined ? { text } : { range, text }];
  return editor.client.sendNotification('textDocument/didChange', {
    textDocument: { uri, version: 2 },
    contentChanges,
  });
}

function notify(editor: Editor, method: string, uri: string): Promise<void> {
  return editor.client.sendNotification(method, { textDocument: { uri } });
}

function pull(editor: Editor, uri: string): Promise<unknown> {
  return editor.client.sendRequest('textDocument/diagnostic', { textDocument: { uri } });
}

function at(editor: Editor, method: string, line: number, character: number): Promise<unknown> {
  return editor.client.sendRequest(method, { textDocument: { uri: 'file:///w/a.c' }, position: { line, character } });
}

function execute(editor: Editor, command: string, given: unknown[] = []): Promise<unknown> {
  return editor.client.sendRequest('workspace/executeCommand', { command, arguments: given });
}

function configure(editor: Editor, settings: unknown): Promise<void> {
  return editor.client.sendNotification('workspace/didChangeConfiguration', { settings });
}
