import { expect, test } from 'vitest';
import {
  CancellationTokenSource,
  type WorkspaceDiagnosticReportPartialResult,
} from 'vscode-languageserver-protocol/node';
import { type ScanSummary, SERVER_COMMANDS } from '../../server/src/lsp/messages.ts';
import { Editor, FULL } from './editor.ts';

const HAZARD = '#include <Python.h>\nint f(void) { HAZARD; }\n';
const CLEAN = '#include <Python.h>\nint f(void) { UNREAD; }\n';

test('hover shows the facts at a name, on its range, in the format that the client reads', async () => {
  const hover = async (capabilities: typeof FULL) => {
    const editor = await Editor.start({}, { capabilities });
    await editor.open('/w/a.c', '#include <Python.h>\nx = PyList_GetItem(l, 0);\n');
    const ask = (character: number) =>
      editor.client.sendRequest('textDocument/hover', {
        textDocument: { uri: 'file:///w/a.c' },
        position: { line: 1, character },
      });
    expect(await ask(0)).toBeNull();
    return ask(6);
  };
  expect(await hover(FULL)).toEqual({
    range: { start: { line: 1, character: 4 }, end: { line: 1, character: 18 } },
    contents: { kind: 'markdown', value: '**PyList_GetItem** returns a *borrowed* reference.' },
  });
  const plain = await hover({ ...FULL, textDocument: { diagnostic: {} } });
  expect(plain).toMatchObject({
    contents: { kind: 'plaintext', value: 'PyList_GetItem returns a borrowed reference.' },
  });
});

test('an error inside the core is an empty answer, a line in the log and a status; the next request works', async () => {
  const editor = await Editor.start();
  await editor.open('/w/a.c', `${HAZARD}BROKEN\n`);
  expect(await editor.pull('/w/a.c')).toMatchObject({ kind: 'full', items: [] });
  await editor.settled();
  expect(editor.log.join('\n')).toContain('textDocument/diagnostic failed: Error: The core met BROKEN.');
  expect(editor.statuses.at(-1)).toMatchObject({ busy: false, failure: expect.stringContaining('met BROKEN') });
  await editor.replace('/w/a.c', 'BROKEN', '');
  expect(await editor.pull('/w/a.c')).toMatchObject({ items: [{}] });
  await editor.settled();
  expect(editor.statuses.at(-1)).toMatchObject({ busy: false, failure: null });
});

test('a cancelled request is answered as cancelled', async () => {
  const editor = await Editor.start();
  await editor.open('/w/a.c', HAZARD);
  const source = new CancellationTokenSource();
  const pull = editor.client.sendRequest(
    'textDocument/diagnostic',
    { textDocument: { uri: 'file:///w/a.c' } },
    source.token,
  );
  source.cancel();
  await expect(pull).rejects.toMatchObject({ code: -32_800 });
});

test('status tells the parse health of the document that was analysed', async () => {
  const editor = await Editor.start();
  await editor.open('/w/a.c', CLEAN);
  await editor.pull('/w/a.c');
  await editor.settled();
  expect(editor.statuses.flatMap(status => status.document ?? [])).toMatchObject([
    { uri: 'file:///w/a.c', findings: 0, skipped: null, health: { functions: 1, functionsNotRead: 1 } },
  ]);
  expect(editor.statuses.at(0)).toMatchObject({ busy: true });
});

test('no status for a client that did not ask', async () => {
  const editor = await Editor.start({}, { initializationOptions: {} });
  await editor.open('/w/a.c', HAZARD);
  await editor.pull('/w/a.c');
  await editor.settled();
  expect(editor.statuses).toEqual([]);
});

test('the link of a diagnostic goes where the client wants it', async () => {
  const editor = await Editor.start({}, { initializationOptions: { rulePage: 'command:show?{rule}' } });
  await editor.open('/w/a.c', HAZARD);
  expect(await editor.pull('/w/a.c')).toMatchObject({
    items: [{ codeDescription: { href: 'command:show?borrowed-list-item' } }],
  });
});

test('a scan reports progress, sums up, and its diagnostics come through the long poll', async () => {
  const editor = await Editor.start({
    '/w/a.c': HAZARD,
    '/w/b.c': CLEAN,
    '/w/c.c': 'int main(void) {}',
    '/w/n.txt': '',
  });
  const seen = longPoll(editor);
  const summary: ScanSummary = await editor.client.sendRequest('workspace/executeCommand', {
    command: SERVER_COMMANDS.scan,
    arguments: [],
    workDoneToken: 'scan',
  });
  expect(summary).toEqual({
    files: 2,
    filesWithFindings: 1,
    findings: 1,
    suppressed: 0,
    functions: 2,
    functionsNotRead: 1,
    skipped: { 'not-python': 1 },
    milliseconds: 0,
    cancelled: false,
  });
  expect(editor.progress.filter(({ token }) => token === 'scan')).toMatchObject([
    { token: 'scan', value: { kind: 'begin', cancellable: true } },
    { token: 'scan', value: { kind: 'end' } },
  ]);
  await expect.poll(() => (editor.timers.elapse(), [...seen.shown])).toEqual([['file:///w/a.c', 1]]);

  editor.host.files.set('/w/a.c', CLEAN);
  await editor.client.sendNotification('workspace/didChangeWatchedFiles', {
    changes: [{ uri: 'file:///w/a.c', type: 2 }],
  });
  await expect.poll(() => (editor.timers.elapse(), seen.shown.get('file:///w/a.c'))).toBe(0);
  seen.stop();
});

test('open documents are left to their own pulls, and given back when they are closed', async () => {
  const editor = await Editor.start({ '/w/b.c': HAZARD });
  const seen = longPoll(editor);
  await editor.open('/w/a.c', HAZARD);
  await editor.client.sendRequest('workspace/executeCommand', { command: SERVER_COMMANDS.scan, arguments: [] });
  await expect.poll(() => (editor.timers.elapse(), [...seen.shown.keys()])).toEqual(['file:///w/b.c']);
  await editor.close('/w/a.c');
  await expect.poll(() => (editor.timers.elapse(), seen.shown.get('file:///w/a.c'))).toBe(1);
  seen.stop();
});

test('a document that was never scanned leaves the panel when it is closed', async () => {
  const editor = await Editor.start();
  const seen = longPoll(editor);
  await editor.open('/w/a.c', HAZARD);
  await editor.pull('/w/a.c');
  await editor.close('/w/a.c');
  await expect.poll(() => (editor.timers.elapse(), seen.shown.get('file:///w/a.c'))).toBe(0);
  seen.stop();
});

test('explain answers for a position', async () => {
  const editor = await Editor.start();
  await editor.open('/w/a.c', HAZARD);
  const explain = (...given: unknown[]) =>
    editor.client.sendRequest('workspace/executeCommand', { command: SERVER_COMMANDS.explain, arguments: given });
  expect(await explain('file:///w/a.c', 1, 2)).toBe('/w/a.c at 22');
  await expect(explain('file:///w/a.c')).rejects.toMatchObject({ code: -32_602 });
});

test('two servers in one process know nothing of each other', async () => {
  const [one, two] = [await Editor.start(), await Editor.start()];
  await one.open('/w/a.c', HAZARD);
  await two.open('/w/a.c', CLEAN);
  expect(await one.pull('/w/a.c')).toMatchObject({ items: [{}] });
  expect(await two.pull('/w/a.c')).toMatchObject({ items: [] });
});

/** Keeps one long poll open; `shown` counts the diagnostics that each file shows by it. */
function longPoll(editor: Editor): { readonly shown: Map<string, number>; stop(): void } {
  const source = new CancellationTokenSource();
  const params = { previousResultIds: [], partialResultToken: 'poll' };
  editor.client.sendRequest('workspace/diagnostic', params, source.token).catch(() => {});
  return {
    get shown() {
      const shown = new Map<string, number>();
      for (const { value } of editor.progress.filter(({ token }) => token === 'poll')) {
        for (const item of (value as WorkspaceDiagnosticReportPartialResult).items) {
          if (item.kind === 'full') shown.set(item.uri, item.items.length);
        }
      }
      return shown;
    },
    stop: () => source.cancel(),
  };
}
