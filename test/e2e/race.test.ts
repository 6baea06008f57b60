/** The race view in the workbench, used as a person would: from the palette to the last step, and over a reload. */
import path from 'node:path';
import type { Frame, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openWindow, type Window } from '../../scripts/editor/driver.ts';
import { Person } from '../../scripts/editor/person.ts';
import { root } from '../../scripts/paths.ts';
import { borrowedItem } from '../../server/src/simulator/scenarios/borrowed-item.ts';
import { exampleFor, SCREENSHOTS } from './places.ts';

const WAIT = { timeout: 60_000 };
const example = exampleFor('race');
let window: Window;
let person: Person;

beforeAll(async () => {
  window = await openWindow({
    dataDirectory: path.join(example.directory, 'data'),
    folder: example.folder,
    extensionDevelopmentPath: root,
    size: { width: 1500, height: 900 },
  });
  person = new Person(window, SCREENSHOTS);
});

afterAll(async () => {
  await window?.close();
  example.remove();
});

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

test('a demo is found by its text and played beside the editor, by keyboard', async () => {
  const { page } = person;
  await person.open('src/book.c');
  await person.squiggles().first().waitFor();
  await person.run('Gilproof: Run Race Demo');
  await page.locator('.quick-input-widget .monaco-list-row', { hasText: borrowedItem.title }).waitFor(WAIT);
  // Words of the text, not of the title.
  await person.type('PyList_GetItem returns');
  await person.look('race-pick');
  await person.press('Enter');

  const view = await raceFrame(page);
  await expect.poll(() => view.locator('h1').textContent(), WAIT).toBe(borrowedItem.title);
  await view.locator('[role=option]').first().click();
  await person.press('End');
  await expect.poll(() => position(view)).toBe('8 of 8');
  expect(await view.locator('.object.freed').count()).toBe(1);
  await person.look('race-end');
  await person.press('f');
  await expect.poll(() => view.locator('.headline').getAttribute('class')).toContain('passes');
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
  expect(await view.locator('[role=radio][aria-checked=true]').getAttribute('aria-label')).toContain('with the fix');
  await person.look('race-reloaded');
});
