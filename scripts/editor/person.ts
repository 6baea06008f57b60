/** What a person does in front of the workbench: keys, clicks and looks. Waits for what shows, never for a time. */
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import type { FrameLocator, Locator, Page } from 'playwright-core';
import type { Window } from './driver.ts';

export class Person {
  readonly page: Page;
  readonly #window: Window;
  readonly #pictures: string;

  /** `pictures`: directory that pictures go to. */
  constructor(window: Window, pictures: string) {
    this.#window = window;
    this.#pictures = pictures;
    this.page = window.page;
  }

  /** A picture for people to look at. */
  async look(name: string): Promise<void> {
    await this.page.screenshot({ path: path.join(this.#pictures, `${name}.png`) });
  }

  async press(...keys: string[]): Promise<void> {
    for (const key of keys) await this.page.keyboard.press(key);
  }

  /** Quick open: a file by its name. */
  async open(file: string): Promise<void> {
    await this.quickInput('Control+P', file);
    await this.page
      .locator('.quick-input-list .monaco-list-row', { hasText: path.basename(file) })
      .first()
      .waitFor();
    await this.press('Enter');
    await this.page.locator('.tab.active', { hasText: path.basename(file) }).waitFor();
    await this.page.locator('.monaco-editor .view-line').first().waitFor();
  }

  async run(command: string): Promise<void> {
    await this.quickInput('F1', command);
    await this.page.locator('.quick-input-list .monaco-list-row', { hasText: command }).first().waitFor();
    await this.press('Enter');
  }

  /** Puts the cursor at a one-based line and column and scrolls there; the editor has the keyboard then. */
  async goTo(line: number, column = 1): Promise<void> {
    const there = this.page
      .locator('.monaco-workbench:has(.editor-instance .monaco-editor.focused) .statusbar-item')
      .filter({ hasText: `Ln ${line}, Col ${column}` });
    await this.#insist(async () => {
      await this.quickInput('Control+G', `${line}:${column}`);
      await this.press('Enter');
      await this.page.locator('.quick-input-widget').waitFor({ state: 'hidden' });
    }, there);
  }

  /** The entries of the menu behind the light bulb at the cursor. */
  async lightBulb(): Promise<Locator> {
    const entries = this.page.locator('.action-widget .monaco-list-row.action');
    // On a slow machine the editor's own look for a light bulb takes the place of a question that is not answered in half a second.
    await this.#insist(() => this.press('Control+.'), entries);
    return entries;
  }

  /** Does it again while nothing shows: what a person does whose key or pointer came too early. */
  async #insist(action: () => Promise<void>, shows: Locator): Promise<void> {
    for (let tries = 0; tries < 6; tries++) {
      await action();
      const shown = await shows
        .first()
        .waitFor({ timeout: 10_000 })
        .then(
          () => true,
          () => false,
        );
      if (shown) return;
    }
    await shows.first().waitFor();
  }

  async type(text: string): Promise<void> {
    await this.page.keyboard.type(text);
  }

  /** The diagnostics of the Problems panel that match its filter. Opens the panel when it is closed. */
  async problems(filter: string): Promise<Locator> {
    const panel = this.page.locator('.markers-panel');
    if (!(await panel.isVisible())) {
      await this.press('Control+Shift+M');
      await panel.waitFor();
    }
    const input = this.page.locator('.panel .viewpane-filter input, .panel .markers-panel-action-filter input').first();
    // Rows of files and of related places have no source.
    const rows = this.page.locator('.markers-panel .monaco-list-row', { hasText: 'gilproof' });
    // A panel that has just opened forgets what was typed, and shows nothing for a moment after each letter.
    const isFiltered = async (): Promise<boolean> => {
      const texts = await rows.allTextContents();
      return (await input.inputValue()) === filter && texts.length > 0 && texts.every(text => text.includes(filter));
    };
    for (let tries = 0; !(await isFiltered()); tries++) {
      if (tries % 40 === 0) await input.fill(filter);
      await this.page.waitForTimeout(50);
    }
    return rows;
  }

  /** Underlines in the part of the text that shows. */
  squiggles(): Locator {
    return this.page.locator('.monaco-editor .squiggly-error, .monaco-editor .squiggly-warning');
  }

  /** Lenses above functions that show now. */
  lens(title: RegExp): Locator {
    return this.page.locator('.monaco-editor .codelens-decoration a', { hasText: title });
  }

  /** The lens of the function whose line with this text shows; null when it has none. */
  async lensAbove(text: string): Promise<Locator | null> {
    const line = await this.codeLine(text).boundingBox();
    if (line === null) throw new Error(`${text} is not on the screen.`);
    const lenses = this.lens(/./);
    for (const lens of await lenses.all()) {
      const box = await lens.boundingBox();
      // A name may stand on the second line of its function.
      if (box !== null && box.y < line.y && line.y - box.y < 3 * line.height) return lens;
    }
    return null;
  }

  /** The lens of a function, once it says how its race ends. */
  async raceAbove(text: string): Promise<Locator> {
    for (;;) {
      const lens = await this.lensAbove(text);
      if (lens !== null && /race: \d threads/.test((await lens.textContent()) ?? '')) return lens;
      await this.page.waitForTimeout(50);
    }
  }

  /** Lines of code where a thread of the race view stands. */
  markedLines(): Locator {
    return this.page.locator('.editor-instance .view-overlays .cdr[class*="TextEditorDecorationType"]');
  }

  /** The line of code where the race fails. */
  failingLine(): Locator {
    // What stands behind the line is drawn by a style, not by text.
    return this.page.locator('.editor-instance .view-line span[class*="TextEditorDecorationType"]');
  }

  /** The visible line of code with this text. */
  codeLine(text: string): Locator {
    return this.page.locator('.monaco-editor .view-line', { hasText: text }).first();
  }

  /** Rests the pointer on a word until the hover shows; answers its rows, which come one after the other. */
  async hoverOver(word: string): Promise<Locator> {
    const token = this.page.locator('.monaco-editor .view-lines .view-line span > span', { hasText: word }).first();
    const hover = this.page.locator('.monaco-hover:visible .hover-row');
    // Lenses that appear move the lines: a pointer that rested beside the word goes after it.
    await this.#insist(async () => {
      const box = await token.boundingBox();
      if (box === null) throw new Error(`${word} is not on the screen.`);
      // Moved there in steps: the editor answers a pointer that rests after it moved.
      await this.page.mouse.move(box.x - 40, box.y - 40);
      await this.page.mouse.move(box.x + box.width / 2, box.y + box.height / 2, { steps: 5 });
    }, hover);
    return hover;
  }

  /** The language status, which opens on its `{}`. */
  async languageStatus(): Promise<Locator> {
    await this.page.mouse.move(0, 0);
    await this.page.locator('#status\\.languageStatus').hover();
    const row = this.page.locator('.hover-language-status', { hasText: 'Gilproof' });
    await row.first().waitFor();
    return row;
  }

  /** The page of the one webview: VS Code puts it into a frame inside a frame. */
  webview(): FrameLocator {
    return this.page.frameLocator('iframe.webview.ready').frameLocator('#active-frame');
  }

  /** The text of notifications that show now. */
  notifications(): Locator {
    return this.page.locator('.notifications-toasts .notification-list-item-message');
  }

  /** Kills the language server that this window uses; answers how many there were. */
  killServer(): number {
    const servers = descendantsOf(this.#window.workbench.process).filter(({ command }) =>
      command.includes('server.cjs'),
    );
    for (const { id } of servers) process.kill(id, 'SIGKILL');
    return servers.length;
  }

  async quickInput(keys: string, text: string): Promise<void> {
    await this.press(keys);
    const input = this.page.locator('.quick-input-widget input').first();
    await input.waitFor();
    await input.pressSequentially(text, { delay: 5 });
  }
}

interface Process {
  readonly id: number;
  readonly parent: number;
  readonly command: string;
}

function descendantsOf(ancestor: number): Process[] {
  const table = execFileSync('ps', ['-eo', 'pid=,ppid=,args='], { encoding: 'utf8' })
    .split('\n')
    .flatMap((line): Process[] => {
      const [, id, parent, command] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [];
      return command === undefined ? [] : [{ id: Number(id), parent: Number(parent), command }];
    });
  const found: Process[] = [];
  const open = [ancestor];
  for (let parent = open.pop(); parent !== undefined; parent = open.pop()) {
    const children = table.filter(entry => entry.parent === parent);
    found.push(...children);
    open.push(...children.map(child => child.id));
  }
  return found;
}
