/**
 * Races in the workbench, used as a person would: the user's own, from its lens to its cure, and a demo, over a reload. Pictures
 * go to `.cache/screenshots/`.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Frame, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openWindow, type Window } from '../../scripts/editor/driver.ts';
import { Person } from '../../scripts/editor/person.ts';
import { root } from '../../scripts/paths.ts';
import { borrowedItem } from '../../server/src/simulator/scenarios/borrowed-item.ts';
import { exampleFor, SCREENSHOTS } from './places.ts';

const WAIT = { timeout: 60_000 };
const BOOK = 'src/book.c';
const FUNCTION = 'Book_first(';
const FAILS = 'Py_XNewRef(label)';
const example = exampleFor('race');
let window: Window;
let person: Person;

beforeAll(async () => {
  window = await openWindow({
    dataDirectory: path.join(example.directory, 'data'),
    folder: example.folder,
    extensionDevelopmentPath: root,
    size: { width: 1500, height: 900 },
    settings: { 'files.autoSave': 'off' },
  });
  person = new Person(window, SCREENSHOTS);
});

afterAll(async () => {
  await window?.close();
  example.remove();
});

const text = readFileSync(path.join(example.folder, BOOK), 'utf8');
const lineOf = (code: string): number => text.slice(0, text.indexOf(code)).split('\n').length;

/** The page inside the panel, two frames down. */
async function raceFrame(page: Page): Promise<Frame> {
  const holdsSteps = async (frame: Frame): Promise<boolean> =>
    (await frame.$('#steps [role=option]').catch(() => null)) !== null;
  const found = async (): Promise<Frame | undefined> => {
    for (const frame of page.frames()) if (await holdsSteps(frame)) return frame;
    return undefined;
  };
  await expect.poll(found, WAIT).toBeDefined();
  const frame = await found();
  if (!frame) throw new Error('The race view went away again.');
  return frame;
}

const position = (frame: Frame): Promise<string | null> => frame.locator('.position').textContent();
const chosen = (frame: Frame): Promise<string | null> =>
  frame.locator('[role=radio][aria-checked=true]').getAttribute('aria-label');
const outcome = (frame: Frame): Promise<string | null> => frame.locator('.headline').getAttribute('class');
const lens = async (): Promise<string | null> => (await person.lensAbove(FUNCTION))?.textContent() ?? null;

test('the lens above a function with a hazard says how its race ends, and plays it', async () => {
  await person.open(BOOK);
  await person.squiggles().first().waitFor();
  await person.goTo(lineOf(FUNCTION));
  const race = await person.raceAbove(FUNCTION);
  expect(await race.textContent()).toMatch(/^▶ race: 2 threads, \d+ steps, use after free$/);
  await person.look('race-1-lens');
  await race.click();
  const view = await raceFrame(person.page);
  await expect.poll(() => outcome(view)).toContain('fails');
  expect(await view.locator('h1').textContent()).toContain('Book_first');
  await person.look('race-2-opened');
});

test('the keyboard steps through it at once, and the editor follows', async () => {
  const view = await raceFrame(person.page);
  await person.press('End');
  await expect.poll(() => position(view)).toMatch(/^(\d+) of \1$/);
  await expect.poll(() => person.failingLine().count()).toBe(1);
  await person.look('race-3-end');
  await person.press('Home');
  await expect.poll(() => position(view)).toMatch(/^1 of/);
  await expect.poll(() => person.failingLine().count()).toBe(0);
  await expect.poll(() => person.markedLines().count()).toBeGreaterThan(0);
  await person.look('race-4-start');
});

test('the run with the GIL is a click away, the one with the fix a key', async () => {
  const view = await raceFrame(person.page);
  await view.locator('.verdict', { hasText: 'this is why it worked until now' }).waitFor();
  await view.getByRole('radio', { name: /^with the GIL, as written/i }).click();
  await expect.poll(() => outcome(view)).toContain('passes');
  await person.look('race-5-gil');
  await view.getByRole('radio').first().click();
  await person.press('f');
  await expect.poll(() => chosen(view)).toContain('with the fix');
  await expect.poll(() => outcome(view)).toContain('passes');
  // The fixed text is nowhere in the editor.
  await expect.poll(() => person.markedLines().count()).toBe(0);
  await person.look('race-6-fixed');
  await person.press('f');
  await expect.poll(() => outcome(view)).toContain('fails');
});

test('a line of the editor goes to its step', async () => {
  const view = await raceFrame(person.page);
  await person.codeLine(FAILS).click();
  await expect.poll(() => position(view)).toMatch(/^(\d+) of \1$/);
});

test('a text that changes is said, and no line is marked until it reads as before', async () => {
  const view = await raceFrame(person.page);
  await person.press('End', 'Space');
  await view.locator('.stale').waitFor();
  await expect.poll(() => person.markedLines().count()).toBe(0);
  await person.look('race-7-changed');
  await person.press('Backspace');
  await view.locator('.stale').waitFor({ state: 'hidden' });
  await expect.poll(() => person.markedLines().count()).toBeGreaterThan(0);
});

test('the race is exported as a Python test', async () => {
  const view = await raceFrame(person.page);
  await view.getByRole('button', { name: 'Export reproducer' }).click();
  await person.page.locator('.tab.active', { hasText: /^test_race_.*\.py$/ }).waitFor();
  await person.page.locator('.editor-instance .view-line', { hasText: 'on a free-threaded Python' }).waitFor();
  await person.look('race-8-exported');
  await person.page.locator('.tab', { hasText: 'book.c' }).click();
  await person.codeLine(FAILS).waitFor();
});

test('the fix is applied from the view, and its diagnostic and its lens go', async () => {
  const view = await raceFrame(person.page);
  const rows = await person.problems('borrowed-list-item');
  const before = await rows.count();
  await view.getByRole('button', { name: /^Apply/ }).click();
  await expect.poll(() => rows.count()).toBe(before - 1);
  await expect.poll(lens).toBeNull();
  await person.look('race-9-applied');
});

test('the Problems panel leads to a race', async () => {
  await (await person.problems('borrowed-dict-item')).first().click();
  const show = person.page.getByRole('menuitem', { name: 'Show the race' });
  // The panel offers its menu once it has asked what there is.
  await expect
    .poll(async () => {
      await person.press('Control+.');
      return show.count();
    })
    .toBe(1);
  await person.look('race-10-problem');
  await show.click();
  const view = await raceFrame(person.page);
  await expect.poll(() => view.locator('h1').textContent()).toContain('Book_get');
});

test('a demo is found by its text and played beside the editor', async () => {
  const { page } = person;
  await person.run('Gilproof: Run Race Demo');
  await page.locator('.quick-input-widget .monaco-list-row', { hasText: borrowedItem.title }).waitFor(WAIT);
  // Words of the text, not of the title.
  await person.type('PyList_GetItem returns');
  await person.look('race-pick');
  await person.press('Enter');

  const view = await raceFrame(page);
  await expect.poll(() => view.locator('h1').textContent(), WAIT).toBe(borrowedItem.title);
  await person.press('End');
  await expect.poll(() => position(view)).toBe('8 of 8');
  expect(await view.locator('.object.freed').count()).toBe(1);
  await person.look('race-end');
  await person.press('f');
  await expect.poll(() => outcome(view)).toContain('passes');
  await person.look('race-fixed');
});

test('it is still there after the window was reloaded', async () => {
  const { page } = person;
  // The state is written a moment after the last step.
  await page.waitForTimeout(1000);
  // Not the browser's reload, which gives the workbench no time to write what was open.
  const reloaded = page.waitForEvent('load');
  await person.run('Developer: Reload Window');
  await reloaded;
  await page.waitForSelector('.monaco-workbench .part.editor', WAIT);
  const view = await raceFrame(page);
  expect(await view.locator('h1').textContent()).toBe(borrowedItem.title);
  expect(await chosen(view)).toContain('with the fix');
  await person.look('race-reloaded');
});
