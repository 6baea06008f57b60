/** Takes the pictures of the README and the walkthrough from the real thing: the package installed, the example opened. */
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openWindow } from './editor/driver.ts';
import { Person } from './editor/person.ts';
import { installExtension } from './editor/workbench.ts';
import { packExtension } from './package.ts';
import { inRoot } from './paths.ts';

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
try {
  const text = readFileSync(path.join(folder, 'src', 'book.c'), 'utf8');
  const lineOf = (code: string): number => text.slice(0, text.indexOf(code)).split('\n').length;
  const columnOf = (code: string): number => text.indexOf(code) - text.lastIndexOf('\n', text.indexOf(code));

  await person.open('src/book.c');
  await person.squiggles().first().waitFor();
  await (await person.problems('')).first().waitFor();
  await person.goTo(lineOf('self->hits++'), columnOf('self->hits++'));
  await person.look('problems');

  const borrow = 'PyList_GetItem(';
  await person.goTo(lineOf(borrow), columnOf(borrow));
  await person.hoverOver('PyList_GetItem');
  await person.look('hover');
  await person.press('Escape');

  await person.press('Control+.');
  await person.page.locator('.action-widget .monaco-list-row.action').first().waitFor();
  await person.look('quick-fix');
  await person.press('Escape');

  // Room for the view: the panel and the side bar away.
  await person.press('Control+J', 'Control+B');
  await person.run('Gilproof: Run Race Demo');
  await person.page.locator('.quick-input-list .monaco-list-row').nth(1).waitFor();
  await person.press('Enter');
  await person.webview().locator('[role="application"], .lanes, main').first().waitFor();
  for (let step = 0; step < 6; step++) await person.press('ArrowRight');
  await person.look('race');
} finally {
  await window.close();
  rmSync(directory, { recursive: true, force: true });
}
