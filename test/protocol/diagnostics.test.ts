import { expect, test } from 'vitest';
import { Editor, FULL } from './editor.ts';

const SOURCE = '#include <Python.h>\nint f(void) { HAZARD; }\n';

test('a pulled diagnostic has its place, level, rule, link and message', async () => {
  const editor = await Editor.start();
  await editor.open('/w/a.c', SOURCE);
  expect(await editor.drawn('/w/a.c')).toBe(`#include <Python.h>
int f(void) { HAZARD; }
              ^^^^^^ error borrowed-list-item: Another thread may free this item.
`);
  const report = await editor.pull('/w/a.c');
  expect(report).toMatchObject({
    kind: 'full',
    items: [{ source: 'gilproof', codeDescription: { href: 'file:///docs/rules/borrowed-list-item.md' } }],
  });
});

test('typing a hazard shows it and deleting it takes it away', async () => {
  const editor = await Editor.start();
  await editor.open('/w/a.c', '#include <Python.h>\nint f(void) { }\n');
  await editor.replace('/w/a.c', '{ }', '{ /* é😀 */ HAZARD }');
  expect(await editor.drawn('/w/a.c')).toBe(`#include <Python.h>
int f(void) { /* é😀 */ HAZARD }
                        ^^^^^^ error borrowed-list-item: Another thread may free this item.
`);
  await editor.replace('/w/a.c', 'HAZARD ', '');
  expect(await editor.drawn('/w/a.c')).toBe('#include <Python.h>\nint f(void) { /* é😀 */ }\n');
});

test('several changes in one message apply one after the other', async () => {
  const editor = await Editor.start();
  await editor.open('/w/a.c', '#include <Python.h>\n');
  const line = (text: string) => ({
    range: { start: { line: 1, character: 0 }, end: { line: 1, character: 0 } },
    text,
  });
  await editor.client.sendNotification('textDocument/didChange', {
    textDocument: { uri: 'file:///w/a.c', version: 2 },
    contentChanges: [line('ARD;\n'), line('HAZ')],
  });
  expect(await editor.pull('/w/a.c')).toMatchObject({
    items: [{ range: { start: { line: 1, character: 0 }, end: { line: 1, character: 6 } } }],
  });
});

test('an unchanged result is said to be unchanged', async () => {
  const editor = await Editor.start();
  await editor.open('/w/a.c', SOURCE);
  const first = await editor.pull('/w/a.c');
  expect(await editor.pull('/w/a.c', first.resultId)).toEqual({ kind: 'unchanged', resultId: first.resultId });
  await editor.replace('/w/a.c', '; }', '; /* more */ }');
  expect((await editor.pull('/w/a.c', first.resultId)).kind).toBe('unchanged');
  await editor.replace('/w/a.c', 'HAZARD', 'nothing');
  expect((await editor.pull('/w/a.c', first.resultId)).kind).toBe('full');
});

test('the other end of a pair is related information, in other files too', async () => {
  const editor = await Editor.start({ '/w/b.c': '#include <Python.h>\nvoid helper(void)\n{ COUNTER; }\n' });
  await editor.open('/w/a.c', '#include <Python.h>\nvoid caller(void)\n{ helper(); COUNTER; }\n');
  expect(await editor.drawn('/w/a.c')).toBe(`#include <Python.h>
void caller(void)
{ helper(); COUNTER; }
            ^^^^^^^ warning global-counter: Two threads may lose an update.; the other update: b.c:3
`);
});

test('files that are no extension code are left alone', async () => {
  const editor = await Editor.start();
  await editor.open('/w/a.c', 'int main(void) { HAZARD; }\n');
  expect(await editor.pull('/w/a.c')).toMatchObject({ kind: 'full', items: [] });
  expect(editor.statuses.flatMap(status => status.document ?? [])).toMatchObject([{ skipped: 'not-python' }]);
});

test('settings hold for each file: one folder off, another as ever', async () => {
  const settings = (uri: string) => ({ enable: !uri.includes('/off/') });
  const editor = await Editor.start({}, { settings });
  await editor.open('/w/off/a.c', SOURCE);
  await editor.open('/w/on/a.c', SOURCE);
  expect(await editor.pull('/w/off/a.c')).toMatchObject({ items: [] });
  expect(await editor.pull('/w/on/a.c')).toMatchObject({ items: [{ code: 'borrowed-list-item' }] });
});

test('changed settings are asked for anew, and the client is told to pull again', async () => {
  let enable = false;
  const editor = await Editor.start({}, { settings: () => ({ enable }) });
  await editor.open('/w/a.c', SOURCE);
  expect(await editor.pull('/w/a.c')).toMatchObject({ items: [] });
  enable = true;
  await editor.client.sendNotification('workspace/didChangeConfiguration', { settings: null });
  await editor.settled();
  editor.timers.elapse();
  await editor.settled();
  expect(editor.refreshes).toBe(1);
  expect(await editor.pull('/w/a.c')).toMatchObject({ items: [{ code: 'borrowed-list-item' }] });
});

test('with run: onSave, what is typed shows when it is saved', async () => {
  const editor = await Editor.start({}, { settings: () => ({ run: 'onSave' }) });
  await editor.open('/w/a.c', SOURCE);
  expect(await editor.pull('/w/a.c')).toMatchObject({ items: [{}] });
  await editor.replace('/w/a.c', 'HAZARD', 'HAZARD; HAZARD');
  expect(await editor.pull('/w/a.c')).toMatchObject({ items: [{}] });
  await editor.save('/w/a.c');
  expect(await editor.pull('/w/a.c')).toMatchObject({ items: [{}, {}] });
});

test('a client that can not pull gets them pushed, a moment after the last change', async () => {
  const { diagnostic: _, ...textDocument } = FULL.textDocument ?? {};
  const editor = await Editor.start({}, { capabilities: { ...FULL, textDocument } });
  expect(editor.initialized.capabilities.diagnosticProvider).toBeUndefined();
  await editor.open('/w/a.c', SOURCE);
  await editor.replace('/w/a.c', 'HAZARD', 'HAZARD; HAZARD');
  await editor.settled();
  expect(editor.published.size).toBe(0);
  expect(editor.timers.waiting).toBe(1);
  editor.timers.elapse();
  await expect.poll(() => editor.published.get('file:///w/a.c')?.length).toBe(2);
  await editor.close('/w/a.c');
  await expect.poll(() => editor.published.get('file:///w/a.c')?.length).toBe(0);
});

test('a wrong setting in gilproof.toml is a diagnostic there', async () => {
  const editor = await Editor.start();
  await editor.open('/w/gilproof.toml', 'taget = "3.14"\n');
  expect(await editor.drawn('/w/gilproof.toml')).toBe(`taget = "3.14"
^^^^^ warning settings: Unknown setting 'taget'. Did you mean 'target'?
`);
});
