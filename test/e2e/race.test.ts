/** The race view in the workbench, used as a person would: from the palette to the last step, and over a reload. */
import path from 'node:path';
import type { Frame, Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { openWindow } from '../../scripts/editor/driver.ts';
import { root } from '../../scripts/paths.ts';
import { borrowedItem } from '../../server/src/simulator/scenarios/borrowed-item.ts';
import { copyOfExample, SCREENSHOTS, temporary } from './places.ts';

const WAIT = { timeout: 60_000 };

async function chooseFromPalette(page: Page, text: string): Promise<void> {
  const row = page.locator(`.quick-input-widget .monaco-list-row[aria-label*="${text}"]`).first();
  // The command is there once the extension has been read.
  await expect
    .poll(async () => {
      await page.keyboard.press('Escape');
      await page.keyboard.press('F1');
      await page.keyboard.type(text);
      return row.waitFor({ timeout: 3000 }).then(
        () => true,
        () => false,
      );
    }, WAIT)
    .toBe(true);
  await row.click();
}

/** The page inside the panel, two frames down. */
async function raceFrame(page: Page): Promise<Frame> {
  let found: Frame | undefined;
  await expect
    .poll(async () => {
      for (const frame of page.frames()) {
        if (await frame.$('#steps [role=option]').catch(() => null)) found = frame;
      }
      return found !== undefined;
    }, WAIT)
    .toBe(true);
  if (!found) throw new Error('unreachable: polled until found');
  return found;
}

const position = (frame: Frame): Promise<string | null> => frame.locator('.position').textContent();

test('a demo is found by its text, played by keyboard, and still there after a reload', async () => {
  const window = await openWindow({
    dataDirectory: path.join(temporary('race'), 'data'),
    folder: copyOfExample(),
    extensionDevelopmentPath: root,
    size: { width: 1400, height: 860 },
  });
  try {
    const { page } = window;
    await chooseFromPalette(page, 'Gilproof: Run Race Demo');
    const demo = page.locator('.quick-input-widget .monaco-list-row', { hasText: borrowedItem.title });
    await demo.waitFor(WAIT);
    // A word of the text, not of the title.
    await page.keyboard.type('PyList_GetItem returns');
    await page.screenshot({ path: path.join(SCREENSHOTS, 'race-pick.png') });
    await page.keyboard.press('Enter');

    const view = await raceFrame(page);
    await expect.poll(() => view.locator('h1').textContent(), WAIT).toBe(borrowedItem.title);
    await view.locator('[role=option]').first().click();
    await page.keyboard.press('End');
    await expect.poll(() => position(view)).toBe('8 of 8');
    expect(await view.locator('.object.freed').count()).toBe(1);
    await page.screenshot({ path: path.join(SCREENSHOTS, 'race-end.png') });
    await page.keyboard.press('f');
    await expect.poll(() => view.locator('.headline').getAttribute('class')).toContain('passes');
    await page.screenshot({ path: path.join(SCREENSHOTS, 'race-fixed.png') });
    // The state is written a moment after the last step.
    await page.waitForTimeout(1000);

    // Not the browser's reload, which gives the workbench no time to write what was open.
    const reloaded = page.waitForEvent('load');
    await chooseFromPalette(page, 'Developer: Reload Window');
    await reloaded;
    await page.waitForSelector('.monaco-workbench .part.editor', WAIT);
    await page.screenshot({ path: path.join(SCREENSHOTS, 'race-reloaded.png') });
    const again = await raceFrame(page);
    expect(await again.locator('h1').textContent()).toBe(borrowedItem.title);
    expect(await again.locator('[role=radio][aria-checked=true]').getAttribute('aria-label')).toContain('with the fix');
  } finally {
    await window.close();
  }
});
