import { expect, test } from 'vitest';
import type { CodeAction, TextEdit } from 'vscode-languageserver';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { Editor, FULL } from './editor.ts';

const SOURCE = '#include <Python.h>\nint f(void) { HAZARD; }\nint n = COUNTER;\n';

test('the menu offers the fix, the refusal with its reason, and the allowance', async () => {
  const editor = await Editor.start();
  await editor.open('/w/a.c', SOURCE);
  expect(await editor.menu('/w/a.c', 'HAZARD')).toMatchObject([
    {
      title: 'Take a strong reference',
      kind: 'quickfix',
      isPreferred: true,
      diagnostics: [{ code: 'borrowed-list-item' }],
    },
    { title: 'Allow borrowed-list-item on this line, with a reason', kind: 'quickfix' },
  ]);
  expect(await editor.menu('/w/a.c', 'COUNTER')).toMatchObject([
    { title: 'Make the counter atomic', disabled: { reason: 'Two counters must stay equal.' } },
    { title: 'Allow global-counter on this line, with a reason' },
  ]);
  expect(await editor.menu('/w/a.c', 'int')).toEqual([]);
});

test('where disabled actions do not show, a refusal is an entry that tells its reasons when it is chosen', async () => {
  const editor = await Editor.start({}, { initializationOptions: { refusals: true } });
  await editor.open('/w/a.c', SOURCE);
  const [why, ...others] = await editor.menu('/w/a.c', 'COUNTER');
  expect(why).toMatchObject({
    title: 'No fix: Two counters must stay equal.',
    kind: 'quickfix',
    command: {
      command: 'gilproof.whyNoFix',
      arguments: [
        {
          rule: 'global-counter',
          refusals: [{ title: 'Make the counter atomic', reason: 'Two counters must stay equal.' }],
        },
      ],
    },
  });
  expect(why?.disabled).toBeUndefined();
  // Nothing to resolve: an editor that asks once more may have dropped the command by then.
  expect(why?.edit).toEqual({});
  expect(others).toHaveLength(1);
});

test('what leaves a decision is called a suggestion, and is nothing to take without asking', async () => {
  const editor = await Editor.start();
  await editor.open('/w/a.c', SOURCE.replace('HAZARD', 'HAZARD /* SHARED */'));
  const [fix] = await editor.menu('/w/a.c', 'HAZARD');
  expect(fix).toMatchObject({ title: 'Suggested: Take a strong reference' });
  expect(fix?.isPreferred).toBeUndefined();
  expect(await editor.chosen('/w/a.c', fix!)).toContain('STRONG /* SHARED */');
});

test('only quick fixes answer, and only when they are asked for', async () => {
  const editor = await Editor.start();
  await editor.open('/w/a.c', SOURCE);
  expect(await editor.menu('/w/a.c', 'HAZARD', ['refactor'])).toEqual([]);
  expect(await editor.menu('/w/a.c', 'HAZARD', ['quickfix'])).toHaveLength(2);
});

test('a rule that is broken in several places can be fixed in all of them', async () => {
  const editor = await Editor.start();
  await editor.open('/w/a.c', `${SOURCE}int g(void) { HAZARD; }\n`);
  const [, all] = await editor.menu('/w/a.c', 'HAZARD');
  expect(all).toMatchObject({ title: 'Fix all borrowed-list-item in this file where no decision is needed' });
  expect(await editor.chosen('/w/a.c', all!)).toBe(
    '#include <Python.h>\nint f(void) { STRONG; }\nint n = COUNTER;\nint g(void) { STRONG; }\n',
  );
});

test('a fix is computed when it is chosen, in the text of that moment', async () => {
  const editor = await Editor.start();
  await editor.open('/w/a.c', SOURCE);
  const [fix] = await editor.menu('/w/a.c', 'HAZARD');
  expect(fix?.edit).toBeUndefined();
  await editor.replace('/w/a.c', 'int f', 'static long f');
  expect(await editor.chosen('/w/a.c', fix!)).toBe(
    '#include <Python.h>\nstatic long f(void) { STRONG; }\nint n = COUNTER;\n',
  );
});

test('a fix whose finding is gone changes nothing', async () => {
  const editor = await Editor.start();
  await editor.open('/w/a.c', SOURCE);
  const [fix] = await editor.menu('/w/a.c', 'HAZARD');
  await editor.replace('/w/a.c', 'HAZARD', 'nothing');
  expect(await editor.chosen('/w/a.c', fix!)).toBe('#include <Python.h>\nint f(void) { nothing; }\nint n = COUNTER;\n');
});

test('an edit names the version of the document that it was made for', async () => {
  const editor = await Editor.start();
  await editor.open('/w/a.c', SOURCE);
  await editor.replace('/w/a.c', 'int f', 'long f');
  const [, allow] = await editor.menu('/w/a.c', 'HAZARD');
  expect(allow?.edit?.documentChanges).toMatchObject([{ textDocument: { uri: 'file:///w/a.c', version: 2 } }]);
});

test.each([
  ['plain', 'x = HAZARD;', 'x = HAZARD; // gilproof: allow(borrowed-list-item) ${1:say why this is right here}'],
  [
    'in a macro',
    'x = HAZARD; \\',
    'x = HAZARD; /* gilproof: allow(borrowed-list-item) ${1:say why this is right here} */ \\',
  ],
  [
    'beside another',
    'x = HAZARD; // gilproof: allow(globals) only here',
    'x = HAZARD; // gilproof: allow(globals, borrowed-list-item) only here',
  ],
])('the allowance goes behind the code: %s', async (_name, before, after) => {
  const editor = await Editor.start();
  await editor.open('/w/a.c', `#include <Python.h>\n${before}\ny;\n`);
  const allow = (await editor.menu('/w/a.c', 'HAZARD')).at(-1);
  expect(await editor.chosen('/w/a.c', allow!)).toBe(`#include <Python.h>\n${after}\ny;\n`);
});

test('an allowed finding is no longer reported', async () => {
  const editor = await Editor.start();
  await editor.open('/w/a.c', SOURCE);
  await editor.replace('/w/a.c', 'HAZARD; }', 'HAZARD; } // gilproof: allow(borrowed-list-item) the list is private');
  expect(await editor.pull('/w/a.c')).toMatchObject({ items: [{ code: 'global-counter' }] });
});

test('a client that resolves nothing and shows no disabled actions gets whole, plain edits', async () => {
  const textDocument = { diagnostic: {}, codeAction: {} };
  const editor = await Editor.start({}, { capabilities: { ...FULL, textDocument, workspace: {} } });
  await editor.open('/w/a.c', SOURCE);
  expect(await editor.menu('/w/a.c', 'HAZARD')).toMatchObject(
    [
      { edit: { changes: { 'file:///w/a.c': [{ newText: 'STRONG' }] } } },
      { edit: { changes: { 'file:///w/a.c': [{ newText: / \/\/ gilproof: allow\(borrowed-list-item\) say why/ }] } } },
    ].map(action => expect.objectContaining(loosen(action))),
  );
  expect(await editor.menu('/w/a.c', 'COUNTER')).toHaveLength(1);
});

/** Lets a pattern stand where a text is expected. */
function loosen(action: { edit: { changes: Record<string, { newText: string | RegExp }[]> } }) {
  const [[uri, edits] = ['', []]] = Object.entries(action.edit.changes);
  const like = edits.map(({ newText }) =>
    expect.objectContaining({ newText: newText instanceof RegExp ? expect.stringMatching(newText) : newText }),
  );
  return { edit: { changes: { [uri]: like } } };
}

test('on save everything that needs no decision is fixed in one edit; nothing else is offered with it', async () => {
  const editor = await Editor.start();
  const text = '#include <Python.h>\nint f(void) { HAZARD; }\nint n = COUNTER;\nint g(void) { HAZARD; }\n';
  await editor.open('/w/a.c', text);
  for (const kind of ['source.fixAll', 'source.fixAll.gilproof']) {
    const actions = await editor.menu('/w/a.c', 'HAZARD', [kind]);
    expect(actions).toMatchObject([
      { title: 'Fix 2 hazards where no decision is needed', kind: 'source.fixAll.gilproof' },
    ]);
    expect(await editor.chosen('/w/a.c', actions[0]!)).toBe(text.replaceAll('HAZARD', 'STRONG'));
  }
  await editor.open('/w/b.c', '#include <Python.h>\nint n = COUNTER;\n');
  expect(await editor.menu('/w/b.c', 'COUNTER', ['source.fixAll'])).toEqual([]);
});

test('a fix that needs another file edits both, alone and among all of its file', async () => {
  const editor = await Editor.start();
  await editor.open('/w/pair.h', '#include <Python.h>\nint UNDECLARED;\n');
  await editor.open('/w/pair.c', '#include <Python.h>\n#include "pair.h"\nint f(void) { HAZARD; }\n');
  const [fix] = await editor.menu('/w/pair.c', 'HAZARD');
  const [all] = await editor.menu('/w/pair.c', 'HAZARD', ['source.fixAll']);
  for (const action of [fix, all]) {
    const { edit } = await editor.client.sendRequest<CodeAction>('codeAction/resolve', action);
    const changes = (edit?.documentChanges ?? []).flatMap(one => ('edits' in one ? [one] : []));
    expect(changes.map(one => one.textDocument.uri)).toEqual(['file:///w/pair.c', 'file:///w/pair.h']);
    const [, { edits } = expect.fail('one document')] = changes;
    expect(TextDocument.applyEdits(editor.document('/w/pair.h'), edits as TextEdit[])).toContain('int DECLARED;');
  }
});
