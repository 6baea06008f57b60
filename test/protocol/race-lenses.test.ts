import { expect, test } from 'vitest';
import type { Hover, MarkupContent } from 'vscode-languageserver-protocol/node';
import {
  RACE,
  type RaceAnswer,
  REPRODUCER,
  type ReproducerAnswer,
  SHOW_RACE,
} from '../../server/src/lsp/race-messages.ts';
import { Editor, type EditorOptions, FULL } from './editor.ts';

const FILE = '/w/a.c';
const URI = `file://${FILE}`;
const SOURCE =
  '#include <Python.h>\nint f(void) { HAZARD; }\nint g(void) { COUNTER; HAZARD; COUNTER; }\nint h(void) { }\n';

async function opened(text = SOURCE, options: EditorOptions = {}): Promise<Editor> {
  const editor = await Editor.start({}, { initializationOptions: { races: true }, ...options });
  await editor.open(FILE, text);
  return editor;
}

/** `line: title` of each lens. */
async function drawn(editor: Editor): Promise<string[]> {
  return (await editor.lenses(FILE)).map(({ range, command }) => `${range.start.line}: ${command?.title}`);
}

/** What nobody waits for is done when nobody types. */
async function idle(editor: Editor): Promise<void> {
  editor.timers.elapse();
  await editor.settled();
  editor.timers.elapse();
  await editor.settled();
}

test('a lens offers the race of a flagged function at once, and says how it ends when that is known', async () => {
  const editor = await opened();
  expect(await drawn(editor)).toEqual(['1: ▶ show the race', '2: ▶ show the race', '2: 2 more']);
  expect(editor.lensRefreshes).toBe(0);
  await idle(editor);
  expect(editor.lensRefreshes).toBeGreaterThan(0);
  const found = '▶ race: 2 threads, 6 steps, lost update';
  expect(await drawn(editor)).toEqual([`1: ${found}`, `2: ${found}`, '2: 2 more']);
});

test('a lens leads to its finding, and the rest of the function can be chosen from', async () => {
  const editor = await opened();
  const [first, , more] = await editor.lenses(FILE);
  const rule = 'borrowed-list-item';
  expect(first?.command).toMatchObject({ command: SHOW_RACE, arguments: [{ uri: URI, line: 1, character: 14, rule }] });
  expect(more?.command?.arguments?.[0]).toMatchObject([{ rule: 'global-counter' }, { rule: 'global-counter' }]);
});

test('a race that does not fail says so, and one that could not be run has no lens', async () => {
  const editor = await opened('#include <Python.h>\nint f(void) { COUNTER; }\nint g(void) { OPAQUE HAZARD; }\n');
  expect(await drawn(editor)).toEqual(['1: ▶ show the race', '2: ▶ show the race']);
  await idle(editor);
  expect(await drawn(editor)).toEqual(['1: race: none found in 3 executions']);
});

test('lenses go with their findings, and come again with them', async () => {
  const editor = await opened();
  await editor.replace(FILE, 'HAZARD', 'nothing');
  expect(await drawn(editor)).toEqual(['2: ▶ show the race', '2: 2 more']);
});

test('what is known of a function stays known when it moves, and is forgotten when it changes', async () => {
  const editor = await opened();
  await editor.lenses(FILE);
  await idle(editor);
  await editor.replace(FILE, '#include', '\n#include');
  expect((await drawn(editor))[0]).toBe('2: ▶ race: 2 threads, 6 steps, lost update');
  await editor.replace(FILE, '{ HAZARD', '{ x; HAZARD');
  expect((await drawn(editor))[0]).toBe('2: ▶ show the race');
});

test('after a file was saved, what is seen is found out about anew, and said as it was until then', async () => {
  const editor = await opened('#include <Python.h>\nint f(void) { HAZARD; }\n');
  await editor.lenses(FILE);
  await idle(editor);
  const asked = editor.timers.waiting;
  await editor.save(FILE);
  await editor.settled();
  expect(await drawn(editor)).toEqual(['1: ▶ race: 2 threads, 6 steps, lost update']);
  expect(editor.timers.waiting).toBeGreaterThan(asked);
  await idle(editor);
  expect(await drawn(editor)).toEqual(['1: ▶ race: 2 threads, 6 steps, lost update']);
  expect(editor.timers.waiting).toBe(asked);
});

test('nothing is run while somebody types', async () => {
  const editor = await opened();
  await editor.lenses(FILE);
  await editor.replace(FILE, 'int h', 'int hh');
  await editor.settled();
  await idle(editor);
  expect(await drawn(editor)).toEqual(['1: ▶ show the race', '2: ▶ show the race', '2: 2 more']);
});

test('lenses that are looked at again and again do not put it off', async () => {
  const editor = await opened();
  await editor.lenses(FILE);
  const [waiting] = [editor.timers.waiting];
  await editor.lenses(FILE);
  expect(editor.timers.waiting).toBe(waiting);
  await idle(editor);
  expect((await drawn(editor))[0]).toBe('1: ▶ race: 2 threads, 6 steps, lost update');
});

test('switched off, or for a client without the view, there are none', async () => {
  expect(await drawn(await opened(SOURCE, { settings: () => ({ codeLens: false }) }))).toEqual([]);
  const plain = await Editor.start({}, { initializationOptions: {} });
  expect(plain.initialized.capabilities.codeLensProvider).toBeUndefined();
  await plain.open(FILE, SOURCE);
  expect((await plain.menu(FILE, 'HAZARD')).map(({ title }) => title)).not.toContain('Show the race');
});

test('the light bulb offers the race, also in the Problems panel, which asks for quick fixes', async () => {
  const editor = await opened();
  const menu = await editor.menu(FILE, 'HAZARD', ['quickfix']);
  const show = menu.find(({ title }) => title === 'Show the race');
  expect(show?.command).toMatchObject({ command: SHOW_RACE, arguments: [{ uri: URI, line: 1, character: 14 }] });
  expect(show?.isPreferred).toBeUndefined();
  expect(show?.edit).toEqual({});
});

const ask = (editor: Editor, line: number, character: number, rule?: string): Promise<RaceAnswer> =>
  editor.client.sendRequest(RACE, { uri: URI, line, character, ...(rule === undefined ? {} : { rule }) });

test('the race of a finding: its run, its cure, and the cure as an edit of this version of the text', async () => {
  const editor = await opened();
  await editor.replace(FILE, 'int h', 'int hh');
  const answer = await ask(editor, 1, 14, 'borrowed-list-item');
  expect(answer).toMatchObject({
    status: 'demonstrated',
    target: { uri: URI, line: 1, character: 14, rule: 'borrowed-list-item' },
    playback: { sources: [{ uri: URI }] },
    fix: { title: 'Take a strong reference', outcome: 'holds' },
  });
  expect(answer.fix?.edit.documentChanges).toMatchObject([
    { textDocument: { uri: URI, version: 2 }, edits: [{ newText: 'STRONG' }] },
  ]);
});

test('the race at a place: what is reported there, on the line, or in the function', async () => {
  const editor = await opened();
  const found = async (line: number, character: number) => (await ask(editor, line, character)).target;
  expect(await found(1, 0)).toMatchObject({ line: 1, character: 14 });
  expect(await found(2, 15)).toMatchObject({ character: 14, rule: 'global-counter' });
  expect(await found(2, 25)).toMatchObject({ character: 23, rule: 'borrowed-list-item' });
  expect(await ask(editor, 3, 5)).toMatchObject({
    target: null,
    playback: null,
    reason: 'No hazard is reported here.',
  });
});

test('a lens says what a race that was asked for has shown', async () => {
  const editor = await opened();
  await ask(editor, 1, 14, 'borrowed-list-item');
  expect((await drawn(editor))[0]).toBe('1: ▶ race: 2 threads, 6 steps, lost update');
});

test('what can not be run is said with its reason', async () => {
  const editor = await opened('#include <Python.h>\nint g(void) { OPAQUE HAZARD; }\n');
  expect(await ask(editor, 1, 21)).toMatchObject({
    status: 'not-modelled',
    playback: null,
    reason: 'It cannot be read.',
  });
});

test('a hover leads to the race, and to demos of its kind', async () => {
  const editor = await opened();
  const hover = await editor.client.sendRequest<Hover>('textDocument/hover', {
    textDocument: { uri: URI },
    position: { line: 1, character: 16 },
  });
  const { value } = hover.contents as MarkupContent;
  const given = /\[Show the race\]\(command:gilproof\.showRace\?([^)]*)\)/.exec(value)?.[1];
  expect(JSON.parse(decodeURIComponent(given ?? ''))).toMatchObject([{ uri: URI, line: 1, character: 14 }]);
  expect(value).toContain('Play a race like this one');
});

test('a finding as a Python test tells the failing run along with it', async () => {
  const editor = await opened();
  const made = (line: number) =>
    editor.client.sendRequest<ReproducerAnswer>(REPRODUCER, { uri: URI, line, character: 14 });
  expect((await made(1))?.text).toMatch(/^HAZARD\nT1 {2}operation a {2}\[sample\.c:41\]\n/);
  expect((await made(2))?.text).toBe('COUNTER');
  expect(await made(3)).toBeNull();
});

test('a client that asks for lenses without refreshing them is not asked to', async () => {
  const { codeLens: _, ...workspace } = FULL.workspace!;
  const editor = await opened(SOURCE, { capabilities: { ...FULL, workspace } });
  await editor.lenses(FILE);
  await idle(editor);
  expect(editor.lensRefreshes).toBe(0);
});
