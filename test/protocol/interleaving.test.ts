/** Edits, pulls and cancellations in any order: nothing stale is left on the screen. */
import { expect, test } from 'vitest';
import { Editor } from './editor.ts';
import { Puller } from './puller.ts';

const A = '#include <Python.h>\nvoid caller(void)\n{ helper(); COUNTER; HAZARD; }\n';
const B = '#include <Python.h>\nvoid helper(void)\n{ COUNTER; }\n';

/** What somebody changes, and back. */
const CHANGES: readonly (readonly [file: string, before: string, after: string])[] = [
  ['/w/a.c', 'HAZARD', 'nothing'],
  ['/w/a.c', 'helper(); COUNTER', 'helper();\n\n COUNTER'],
  // Nothing moves but the line.
  ['/w/a.c', '; HAZARD', ';\nHAZARD'],
  ['/w/a.c', '{ helper', '{\nhelper'],
  ['/w/b.c', '{ COUNTER', '{\nCOUNTER'],
  ['/w/b.c', '(void)\n', '(void)\n\n\n'],
  ['/w/b.c', 'COUNTER; }', 'COUNTER; COUNTER; }'],
];

function chance(seed: number): (below: number) => number {
  let state = seed;
  return below => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const turns = async (count: number): Promise<void> => {
  for (let turn = 0; turn < count; turn++) await new Promise(resolve => setImmediate(resolve));
};

test.each([1, 2, 3, 4, 5, 6, 7, 8])('what is shown at the end is what the text has (%i)', async seed => {
  const random = chance(seed);
  const pause = (): Promise<void> => turns(random(3));
  const editor = await Editor.start({ '/w/a.c': A, '/w/b.c': B }, { pause });
  await editor.open('/w/a.c', A);
  await editor.open('/w/b.c', B);
  const pullers = [new Puller(editor, '/w/a.c'), new Puller(editor, '/w/b.c')];
  for (const puller of pullers) puller.pull();
  for (let edit = 0; edit < 40; edit++) {
    const [file, one, other] = CHANGES[random(CHANGES.length)]!;
    const [before, after] = editor.document(file).getText().includes(one) ? [one, other] : [other, one];
    if (!editor.document(file).getText().includes(before)) continue;
    await editor.replace(file, before, after);
    // The one that changed at once, others a little later.
    for (const puller of file === '/w/a.c' ? pullers : pullers.toReversed()) {
      puller.pull();
      await turns(random(4));
    }
  }
  await expect.poll(() => pullers.every(puller => puller.idle)).toBe(true);
  for (const [index, path] of ['/w/a.c', '/w/b.c'].entries()) {
    const report = await editor.pull(path);
    expect(report).toMatchObject({ kind: 'full', items: pullers[index]!.shown });
  }
});

test('a line break in place of a space is a change, though no offset moves', async () => {
  const editor = await Editor.start();
  await editor.open('/w/a.c', A);
  const puller = new Puller(editor, '/w/a.c');
  const shown = async (): Promise<readonly number[]> => {
    puller.pull();
    await expect.poll(() => puller.idle).toBe(true);
    return puller.shown.map(({ range }) => range.start.line);
  };
  expect(await shown()).toEqual([2, 2]);
  await editor.replace('/w/a.c', '; HAZARD', ';\nHAZARD');
  expect(await shown()).toEqual([2, 3]);
});

test('a line break in another file moves the other end of a pair', async () => {
  const editor = await Editor.start({ '/w/b.c': B });
  await editor.open('/w/a.c', A);
  await editor.open('/w/b.c', B);
  const first = await editor.pull('/w/a.c');
  await editor.replace('/w/b.c', '{ COUNTER', '{\nCOUNTER');
  expect((await editor.pull('/w/a.c', first.resultId)).kind).toBe('full');
});
