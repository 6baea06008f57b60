/** Takes the pictures of the README and the walkthrough from the real thing: the package installed, the example opened. */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { animate, type Frame, shrink } from './editor/animation.ts';
import { openWindow } from './editor/driver.ts';
import { Person } from './editor/person.ts';
import { installExtension } from './editor/workbench.ts';
import { packExtension } from './package.ts';
import { inRoot } from './paths.ts';

/** Then it rests on the last frame: what moves for ever can't be read beside. */
const PLAYS = 5;

const directory = mkdtempSync(path.join(tmpdir(), 'gilproof-pictures-'));
const folder = path.join(directory, 'tallybook');
cpSync(inRoot('examples', 'tallybook'), folder, { recursive: true });
const dataDirectory = path.join(directory, 'data');
installExtension(packExtension(), dataDirectory);

const window = await openWindow({
  dataDirectory,
  folder,
  size: { width: 1200, height: 720 },
  settings: { 'workbench.colorTheme': 'Default Dark Modern', 'breadcrumbs.enabled': false, 'editor.fontSize': 13 },
});
const person = new Person(window, inRoot('media'));

async function photo(name: string): Promise<void> {
  writeFileSync(inRoot('media', name), shrink(await person.page.screenshot()));
}

/** An animation, for as often as somebody may want to see it. */
async function film(
  name: string,
  play: (frame: (milliseconds: number) => Promise<void>) => Promise<void>,
): Promise<void> {
  const frames: Frame[] = [];
  await play(async milliseconds => {
    // What moves has come to rest.
    await person.page.waitForTimeout(400);
    frames.push({ png: await person.page.screenshot(), milliseconds });
  });
  writeFileSync(inRoot('media', name), animate(frames, PLAYS));
}

try {
  const text = readFileSync(path.join(folder, 'src', 'book.c'), 'utf8');
  const lineOf = (code: string): number => text.slice(0, text.indexOf(code)).split('\n').length;
  const columnOf = (code: string): number => text.indexOf(code) - text.lastIndexOf('\n', text.indexOf(code));

  await person.open('src/book.c');
  await person.squiggles().first().waitFor();
  await (await person.problems('')).first().waitFor();
  await person.goTo(lineOf('self->hits++'), columnOf('self->hits++'));
  await photo('problems.png');

  const borrow = 'PyList_GetItem(';
  await person.goTo(lineOf(borrow), columnOf(borrow));
  const hover = await person.hoverOver('PyList_GetItem');
  await hover.filter({ hasText: 'borrowed reference' }).first().waitFor();
  await photo('hover.png');
  await person.press('Escape');

  await person.press('Control+.');
  await person.page.locator('.action-widget .monaco-list-row.action').first().waitFor();
  await photo('quick-fix.png');
  await person.press('Escape');

  // Room for the view: the panel and the side bar away.
  await person.press('Control+J', 'Control+B');
  await film('race.png', async frame => {
    await person.goTo(lineOf(borrow) - 3);
    const lens = await person.raceAbove('Book_first(');
    await frame(2000);
    await lens.click();
    const view = person.webview();
    await view.locator('[role=option]').first().waitFor();
    const headline = view.locator('.headline');
    await headline.waitFor();
    await frame(2500);
    const position = view.locator('.position');
    const end = /^(\d+) of \1$/;
    while (!end.test((await position.innerText()).replace(/^\d+–/, ''))) {
      await person.press('ArrowRight');
      await frame(1500);
    }
    await frame(1500);
    await person.press('f');
    await view.locator('.headline.passes').waitFor();
    await frame(2000);
    await person.press('f');
    await view.locator('.headline.fails').waitFor();
    await view.getByRole('button', { name: /^Apply/ }).click();
    await view.locator('.notice', { hasText: 'Applied' }).waitFor();
    await frame(3500);
  });
} finally {
  await window.close();
  rmSync(directory, { recursive: true, force: true });
}
