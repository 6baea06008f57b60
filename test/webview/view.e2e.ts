import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { inCache } from '../../scripts/paths.ts';
import { playbackText } from '../../server/src/simulator/text.ts';
import { ALL, type Bundle, bundleView, type Look, launch, openView, SAMPLES, sample, type View } from './harness.ts';
import type { ThemeName } from './themes.ts';

let browser: Browser;
let bundle: Bundle;
const pictures = inCache('pictures');

beforeAll(async () => {
  mkdirSync(pictures, { recursive: true });
  [browser, bundle] = await Promise.all([launch(), bundleView()]);
});

afterAll(() => browser?.close());

async function withView(look: Look, use: (view: View) => Promise<void>): Promise<void> {
  const view = await openView(browser, bundle, look);
  try {
    await use(view);
    expect(view.problems).toEqual([]);
  } finally {
    await view.page.close();
  }
}

const BORROWED = 'borrowed-item';
const withFile = (name: string) => {
  const playback = sample(name);
  const [first, ...rest] = playback.sources;
  if (!first) throw new Error('a sample has a source');
  return { ...playback, sources: [{ ...first, uri: 'file:///w/module.c', firstLine: 40 }, ...rest] };
};

test('the bundle is small', () => {
  expect(bundle.script.length + bundle.style.length).toBeLessThan(150 * 1024);
});

test('before there is anything to show, it says so', () =>
  withView({}, async view => {
    expect(await view.page.locator('[role=status]').first().textContent()).toContain('Exploring');
    await view.tell({ type: 'notice', kind: 'failed', text: 'The server is not running.' });
    expect(await view.page.locator('[role=status]').first().textContent()).toBe('The server is not running.');
    expect(await view.sent()).toContainEqual({ type: 'ready', has: null });
  }));

const themes: readonly ThemeName[] = ['dark', 'light', 'high-contrast', 'high-contrast-light'];
const serious = (result: AxeResults) =>
  result.violations
    .filter(one => one.impact === 'serious' || one.impact === 'critical')
    .map(one => `${one.id}: ${one.nodes.map(node => `${node.target} ${node.any[0]?.message ?? ''}`).join('; ')}`);

/** All of axe's rules, or one: what depends on a theme is its contrast alone. */
async function axe(view: View, only?: string): Promise<AxeResults> {
  const source = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
  await view.page.evaluate(readFileSync(source, 'utf8'));
  return view.page.evaluate(
    options => (window as unknown as { axe: { run(options: unknown): Promise<AxeResults> } }).axe.run(options),
    only ? { runOnly: [only] } : {},
  );
}

const FULL = {
  applyFix: 'Use it',
  verified: true,
  exportReproducer: true,
  rerun: true,
  models: [{ model: 'subinterpreters', title: 'Two GILs' }],
} as const;

for (const width of [1100, 690, 400]) {
  test(`${width} pixels: nothing serious for axe, nothing cut off, the shown step in view`, () =>
    withView({ width }, async view => {
      for (const name of SAMPLES) {
        await view.show(sample(name), { abilities: FULL });
        for (const keys of [[], ['e', 'End'], ['f']]) {
          await view.press(...keys);
          expect(serious(await axe(view))).toEqual([]);
          const overflow = await view.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
          expect(overflow, `${name} ${keys.join()}`).toBeLessThanOrEqual(0);
        }
        for (const keys of [['Home', 'ArrowRight', 'ArrowRight'], ['End'], ['f'], ['Shift+ArrowLeft']]) {
          await view.press(...keys);
          expect(await onTop(view, '[role=option][aria-selected=true]'), `${name} ${keys.join()}`).toBe(true);
        }
      }
    }));
}

/** Nothing that sticks to an edge covers the element. */
function onTop(view: View, selector: string): Promise<boolean> {
  return view.page.locator(selector).evaluate(element => {
    const box = element.getBoundingClientRect();
    const inside = [box.top + 3, (box.top + box.bottom) / 2, box.bottom - 3];
    return inside.every(y => element.contains(document.elementFromPoint(box.left + box.width / 2, y)));
  });
}

for (const theme of themes) {
  test(`${theme}: enough contrast`, () =>
    withView({ theme }, async view => {
      for (const name of SAMPLES) {
        await view.show(sample(name), { abilities: FULL });
        for (const keys of [[], ['e', 'End'], ['f']]) {
          await view.press(...keys);
          expect(serious(await axe(view, 'color-contrast'))).toEqual([]);
        }
        await view.press('f', 'End');
        await view.page.screenshot({ path: `${pictures}/${name}-${theme}.png` });
      }
    }));
}

test('the keyboard walk: every control is reached and works', () =>
  withView({}, async view => {
    await view.show(sample(BORROWED));
    const total = sample(BORROWED).runs[0]?.steps.length ?? 0;
    await view.press('End');
    expect(await view.step()).toBe(total);
    await view.press('Home', 'e', 'Home');
    expect(await view.step()).toBe(1);
    await view.press('ArrowRight', 'ArrowRight', 'ArrowLeft');
    expect(await view.step()).toBe(2);
    await view.press('Home', 'Shift+ArrowRight');
    const selected = view.page.locator('[role=option][aria-selected=true]');
    expect(await selected.getAttribute('class')).toContain('lane-2');
    await view.press('1');
    expect(await view.page.locator('.lane-head[aria-pressed=true]').textContent()).toContain('T1');
    expect(await view.page.evaluate(() => document.activeElement?.getAttribute('role'))).toBe('option');
    await view.press('ArrowDown');
    expect(await selected.getAttribute('class')).toContain('lane-1');
    expect(await view.page.evaluate(() => document.activeElement?.getAttribute('aria-selected'))).toBe('true');
    await view.press('w');
    expect(await view.page.locator('#why-text').isVisible()).toBe(false);
    await view.press('f');
    expect(await view.page.locator('[role=radio][aria-checked=true]').getAttribute('aria-label')).toContain(
      'with the fix',
    );
    await view.press('c');
    const copied = (await view.sent()).findLast(message => message.type === 'copy');
    expect(copied?.text).toBe(playbackText(sample(BORROWED), { model: 'free-threaded', fixed: true }));
  }));

test('the Tab key visits each group once, and the arrows go on inside', () =>
  withView({}, async view => {
    await view.show(sample(BORROWED));
    const visited: string[] = [];
    for (let turn = 0; turn < 60; turn++) {
      await view.press('Tab');
      const here = await view.page.evaluate(() => {
        const element = document.activeElement;
        if (!element || element === document.body) return '';
        return element.getAttribute('role') ?? (element.id || element.className || element.tagName);
      });
      if (here === '') break;
      visited.push(here);
    }
    expect(visited.filter(one => one === 'option')).toHaveLength(1);
    expect(visited.filter(one => one === 'radio')).toHaveLength(1);
    expect(visited).toContain('scrubber');
    expect(visited.filter(one => one === 'control')).toHaveLength(7);
    await view.page.locator('[role=radio][aria-checked=true]').focus();
    await view.press('ArrowDown');
    expect(await view.page.evaluate(() => document.activeElement?.getAttribute('aria-checked'))).toBe('true');
  }));

test('Enter on a folded operation opens it, and focus stays in the list', () =>
  withView({}, async view => {
    await view.show(sample(BORROWED));
    const rows = view.page.locator('[role=option]');
    const before = await rows.count();
    await view.page.locator('[role=option][data-group]').first().focus();
    await view.press('Enter');
    expect(await rows.count()).toBeGreaterThan(before);
    expect(await view.page.evaluate(() => document.activeElement?.getAttribute('role'))).toBe('option');
    await view.press('Enter');
    expect(await rows.count()).toBe(before);
  }));

test('by mouse: a step, a value, a line, the timeline', () =>
  withView({}, async view => {
    await view.show(sample(BORROWED));
    await view.press('End');
    await view.page.locator('[role=option]').first().click();
    const first = await view.step();
    await view.press('End');
    const value = view.page.locator('.value').first();
    const writer = Number(/written by step (\d+)/.exec((await value.getAttribute('title')) ?? '')?.[1]);
    await value.click();
    expect(await view.step()).toBe(writer);
    await view.page.locator('button.line-number').first().click();
    expect(await view.step()).toBe(first);
    await view.page.locator('.tick').nth(3).click();
    expect(await view.page.locator('#scrubber').inputValue()).toBe('3');
  }));

test('the editor follows, and is followed', () =>
  withView({}, async view => {
    const playback = withFile(BORROWED);
    await view.show(playback);
    const last = async () => (await view.sent()).findLast(message => message.type === 'cursors');
    expect((await last())?.cursors.map(cursor => [cursor.name, cursor.current])).toContainEqual(['T1', true]);
    const at = playback.runs[0]?.steps.at(-1)?.at;
    await view.tell({ type: 'selectLine', uri: 'file:///w/module.c', line: 40 + (at?.line ?? 0) });
    expect(await view.step()).toBe(playback.runs[0]?.steps.length);
    expect((await last())?.cursors.find(cursor => cursor.current)).toMatchObject({
      failing: true,
      range: { line: 40 + (at?.line ?? 0) },
    });
    await view.press('f');
    expect((await last())?.cursors).toEqual([]);
  }));

test('a race of the reader’s own code: applied, exported, run again; said when its text has changed', () =>
  withView({}, async view => {
    const last = async () => (await view.sent()).findLast(message => message.type !== 'cursors');
    await view.show(withFile(BORROWED), { abilities: FULL, about: { line: 7 } });
    for (const [name, type] of [
      ['Apply: Use it', 'applyFix'],
      ['Export reproducer', 'exportReproducer'],
      ['Run again', 'rerun'],
    ] as const) {
      await view.page.getByRole('button', { name }).click();
      expect(await last()).toEqual({ type, id: BORROWED });
    }
    await view.tell({ type: 'stale', stale: true });
    expect(await view.page.locator('.stale').isVisible()).toBe(true);
    expect(await view.page.getByRole('button', { name: 'Apply' }).count()).toBe(0);
    expect(serious(await axe(view))).toEqual([]);
    for (const width of [1100, 400]) {
      await view.page.setViewportSize({ width, height: 900 });
      await view.page.screenshot({ path: `${pictures}/stale-${width}.png` });
    }
    await view.page.locator('.stale').getByRole('button').click();
    expect(await last()).toEqual({ type: 'rerun', id: BORROWED });
    await view.tell({ type: 'stale', stale: false });
    expect(await view.page.locator('.stale').isVisible()).toBe(false);
    await expect.poll(() => view.saved()).toMatchObject({ about: { line: 7 } });
  }));

test('what the verdict rests on stands beside it, and leads to the lines that it is about', () =>
  withView({}, async view => {
    const playback = withFile(BORROWED);
    const at = { source: 0, line: 2, endLine: 2 };
    await view.show({ ...playback, assumptions: [...playback.assumptions, { text: 'A loop is run twice.', at }] });
    const rests = view.page.locator('.verdict details');
    expect(await rests.locator('summary').textContent()).toBe('Rests on 2 assumptions');
    await rests.locator('summary').click();
    await view.page.screenshot({ path: `${pictures}/assumptions.png` });
    await rests.getByRole('button').click();
    expect((await view.sent()).findLast(message => message.type === 'reveal')).toMatchObject({ range: { line: 42 } });
    expect(await view.page.locator('.line.spot').count()).toBe(1);
  }));

test('a reload, or being hidden and shown, loses nothing', async () => {
  let saved: unknown;
  await withView({}, async view => {
    await view.show(sample(BORROWED));
    await view.press('End', 'e', 'w');
    await expect.poll(() => view.saved()).toMatchObject({ position: { expanded: true, why: false } });
    saved = await view.saved();
  });
  await withView({ saved }, async view => {
    expect(await view.step()).toBe(sample(BORROWED).runs[0]?.steps.length);
    expect(await view.page.locator('#why-text').isVisible()).toBe(false);
    expect(await view.sent()).toContainEqual({ type: 'ready', has: BORROWED });
  });
});

test('playing walks to the end by itself and stops', () =>
  withView({ reducedMotion: false }, async view => {
    await view.page.clock.install();
    await view.show(sample(BORROWED));
    await view.press('s');
    await view.page.clock.runFor(60_000);
    expect(await view.step()).toBe(sample(BORROWED).runs[0]?.steps.length);
    expect(await view.page.locator('[data-do=play]').getAttribute('aria-label')).toContain('Play');
  }));

test('what the lanes draw is also said', () =>
  withView({}, async view => {
    const playback = sample(BORROWED);
    await view.show(playback);
    expect(await view.page.locator('.arrow.race').count()).toBe(1);
    const race = playback.runs[0]?.arrows.find(arrow => arrow.kind === 'race');
    expect(await view.page.locator('.order').textContent()).toContain(
      `Nothing orders step ${(race?.from ?? 0) + 1} and step ${(race?.to ?? 0) + 1}`,
    );
    await view.press('End');
    const failure = playback.runs[0]?.steps.at(-1)?.failure?.text;
    const card = await view.page.locator('[role=option][aria-selected=true]').textContent();
    expect(card?.replaceAll('\u00a0', ' ')).toContain(failure);
    expect(await view.page.locator('.sr[aria-live]').textContent()).toContain(failure);
  }));

test('the page says everything that the text form says of a run', () =>
  withView({}, async view => {
    for (const name of ALL) {
      const playback = sample(name);
      await view.show(playback);
      await view.press('e');
      // Numbers of steps are kept beside the word by unbreakable spaces.
      const shown = ((await view.page.locator('.page').textContent()) ?? '').replaceAll('\u00a0', ' ');
      const run = playback.runs[0];
      const facts = [
        playback.title,
        playback.text,
        run?.headline,
        ...(run?.steps.flatMap(step => [step.label, step.failure?.text]) ?? []),
        ...playback.assumptions.map(one => one.text),
        ...playback.omitted.map(one => one.text),
        run?.schedule,
        ...(playback.costs ?? []).flatMap(row => [row.system, row.note]),
      ];
      expect(facts.filter(fact => fact && !shown.includes(fact))).toEqual([]);
    }
  }));

test('every demo fits a narrow page, under every model and with its fix', () =>
  withView({ width: 400 }, async view => {
    for (const name of ALL) {
      const playback = sample(name);
      await view.show(playback);
      const cells = await view.page.locator('[role=radio]').count();
      expect(cells, name).toBeGreaterThanOrEqual(playback.runs.length > 1 ? playback.runs.length : 0);
      for (let cell = 0; cell < cells; cell++) {
        await view.page.locator('[role=radio]').nth(cell).click();
        await view.press('End', 'e');
        const overflow = await view.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        expect(overflow, `${name}, cell ${cell}`).toBeLessThanOrEqual(0);
        await view.press('e');
      }
    }
  }));
