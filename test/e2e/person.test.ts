/** The packaged extension installed, and the example opened, read, edited and fixed as a person would, in one window. Pictures go to `.cache/screenshots/`. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openWindow, type Window } from '../../scripts/editor/driver.ts';
import { Person } from '../../scripts/editor/person.ts';
import { installExtension } from '../../scripts/editor/workbench.ts';
import { BUILDS, compileErrors, ensureHeaders } from '../../scripts/headers.ts';
import { packagePath } from '../../scripts/package.ts';
import { exampleFor, SCREENSHOTS } from './places.ts';

const example = exampleFor('person');
let window: Window;
let person: Person;

beforeAll(async () => {
  const dataDirectory = path.join(example.directory, 'data');
  installExtension(packagePath(), dataDirectory);
  window = await openWindow({ dataDirectory, folder: example.folder, settings: { 'files.autoSave': 'off' } });
  person = new Person(window, SCREENSHOTS);
});

afterAll(async () => {
  await window?.close();
  example.remove();
});

const BOOK = 'src/book.c';
const text = (): string => readFileSync(path.join(example.folder, BOOK), 'utf8');
const lineOf = (code: string): number => text().slice(0, text().indexOf(code)).split('\n').length;
const columnOf = (code: string): number => text().indexOf(code) - text().lastIndexOf('\n', text().indexOf(code));

test('opening a file shows squiggles, and the Problems panel lists them', async () => {
  await person.open(BOOK);
  await person.squiggles().first().waitFor();
  await (await person.problems('object-field-rmw')).first().waitFor();
  await (await person.problems('borrowed-list-item')).first().waitFor();
  await (await person.problems('')).first().waitFor();
  await person.look('1-opened');
});

test('hovering over a function of the C API shows its facts', async () => {
  await person.goTo(lineOf('PyList_GetItem('));
  const hover = await person.hoverOver('PyList_GetItem');
  await hover.filter({ hasText: 'borrowed reference' }).first().waitFor();
  await hover.filter({ hasText: 'PyList_GetItemRef' }).first().waitFor();
  await person.look('2-hover');
  await person.press('Escape');
});

test('the language status tells how much of the file was read', async () => {
  const status = await person.languageStatus();
  await status
    .filter({ hasText: /\d+ hazards/ })
    .filter({ hasText: /\d+ of \d+ functions read/ })
    .first()
    .waitFor();
  await person.look('3-status');
  await person.press('Escape');
});

test('a typed hazard shows, and goes when it is deleted', async () => {
  const updates = await person.problems('self->total');
  const before = await updates.count();
  // A new line behind an update that is already there, in the same method.
  const line = lineOf('self->misses++;');
  await person.goTo(line);
  await person.press('End', 'Enter');
  await person.type('self->total += 7;');
  await expect.poll(() => updates.count()).toBe(before + 1);
  await person.look('4-typed');
  await person.goTo(line + 1);
  await person.press('Control+Shift+K');
  await expect.poll(() => updates.count()).toBe(before);
});

test('a fix is looked at in the preview before it is made, and can be left', async () => {
  const before = text();
  await person.goTo(lineOf('PyList_GetItem('), columnOf('PyList_GetItem('));
  const menu = await person.lightBulb();
  await menu.filter({ hasText: 'Take a strong reference' }).first().waitFor();
  await person.press('Control+Enter');
  const preview = person.page.locator('.bulk-edit-panel');
  await preview.locator('.monaco-list-row', { hasText: 'book.c' }).first().waitFor();
  // Nothing of a fix has to be ticked first.
  await expect.poll(() => preview.locator('input[type=checkbox]:not(:checked)').count()).toBe(0);
  await person.look('9-preview');
  await preview.getByText('Discard', { exact: true }).click();
  await preview.locator('.monaco-list-row').first().waitFor({ state: 'hidden' });
  expect(text()).toBe(before);
});

test('where there is no fix, the light bulb says why', async () => {
  await person.goTo(lineOf('PyTuple_SET_ITEM(tuple'), columnOf('PyTuple_SET_ITEM(tuple'));
  const menu = await person.lightBulb();
  const why = menu.filter({ hasText: 'No fix: ' }).first();
  await why.waitFor();
  await person.look('10-no-fix');
  await why.click();
  await person.notifications().filter({ hasText: 'No fix for tuple-mutation-shared' }).first().waitFor();
  await person.look('11-why');
});

test('a quick fix from the light bulb takes its diagnostic away, and the file still compiles', async () => {
  const rows = await person.problems('borrowed-list-item');
  const before = await rows.count();
  await person.goTo(lineOf('PyList_GetItem('), columnOf('PyList_GetItem('));
  // The allowance comes last, and is no fix.
  const menu = (await person.lightBulb()).filter({ hasNotText: 'Allow' });
  await person.look('5-light-bulb');
  await menu.first().click();
  await expect.poll(() => rows.count()).toBe(before - 1);
  await person.press('Control+S');
  await expect.poll(text).toContain('PyList_GetItemRef(');
  await person.look('6-fixed');
  const headers = ensureHeaders();
  if (headers === null) throw new Error("Without Python's headers nothing can be compiled.");
  for (const build of Object.keys(BUILDS) as (keyof typeof BUILDS)[]) {
    expect(compileErrors(path.join(example.folder, BOOK), headers, build)).toBe('');
  }
});

test('killing the server brings it back, and the editor says so', async () => {
  const updates = await person.problems('object-field-rmw');
  expect(person.killServer()).toBe(1);
  await person.notifications().filter({ hasText: 'stopped and was started again' }).first().waitFor();
  await person.look('7-killed');
  await updates.first().waitFor();
  const status = await person.languageStatus();
  await status.filter({ hasText: 'functions read' }).first().waitFor();
});

test('the rule of a problem is a link to its page', async () => {
  const rows = await person.problems('object-field-rmw');
  await rows.first().locator('a', { hasText: 'object-field-rmw' }).click();
  await person.page.locator('.tab.active', { hasText: 'object-field-rmw' }).waitFor();
  await person.look('8-rule-page');
});
