import { expect, test } from 'vitest';
import { lines, PYTHON, world } from './memory.ts';

const CLEAN = `${PYTHON}void f(void) {\n}\n`;

async function diagnose(it: ReturnType<typeof world>, file: string): Promise<string[]> {
  return lines(await it.workspace.diagnose(file));
}

test("an editor's text wins over the file's until it is closed", async () => {
  const it = world({ '/p/a.c': CLEAN });
  it.workspace.open('/p/a.c', `${PYTHON}HAZARD`);
  expect(await diagnose(it, '/p/a.c')).toEqual(['/p/a.c: error borrowed-list-item']);
  it.workspace.close('/p/a.c');
  expect(await diagnose(it, '/p/a.c')).toEqual(['/p/a.c: nothing']);
});

test("an edited text is the document's, and no text that is not open", async () => {
  const it = world({ '/p/b.c': CLEAN });
  it.workspace.open('/p/a.c', `${PYTHON}x`);
  it.workspace.edit('/p/a.c', `${PYTHON}HAZARD`);
  it.workspace.edit('/p/b.c', `${PYTHON}HAZARD`);
  expect(await diagnose(it, '/p/a.c')).toEqual(['/p/a.c: error borrowed-list-item']);
  expect(await diagnose(it, '/p/b.c')).toEqual(['/p/b.c: nothing']);
});

test('an edit reads one file again, and nothing at all when nothing changed', async () => {
  const it = world({
    '/p/setup.py': '',
    '/p/a.c': `${PYTHON}#include "b.h"\nvoid f(void) {\n g_helper();\n}\n`,
    '/p/b.h': 'struct s { int x; };\n',
    '/p/b.c': `${PYTHON}int g_helper(void) {\n return 1;\n}\n`,
  });
  it.workspace.open('/p/a.c', it.host.files.get('/p/a.c')!);
  await diagnose(it, '/p/a.c');
  expect([...it.core.readFiles].sort()).toEqual(['/p/a.c', '/p/b.c', '/p/b.h']);
  await diagnose(it, '/p/a.c');
  expect(it.core.checks).toHaveLength(1);
  it.workspace.edit('/p/a.c', it.host.files.get('/p/a.c')!.replace(PYTHON, `${PYTHON} `));
  await diagnose(it, '/p/a.c');
  expect(it.core.readFiles.slice(3)).toEqual(['/p/a.c']);
  expect(it.core.checks).toHaveLength(2);
});

test('a file changed on disk is read again, together with what includes it', async () => {
  const it = world({ '/p/setup.py': '', '/p/a.c': `${PYTHON}#include "b.h"\n`, '/p/b.h': PYTHON });
  expect(await diagnose(it, '/p/b.h')).toEqual(['/p/b.h: nothing']);
  it.host.files.set('/p/b.h', `${PYTHON}HAZARD`);
  it.workspace.changed('/p/b.h');
  expect(await diagnose(it, '/p/b.h')).toEqual(['/p/b.h: error borrowed-list-item']);
  expect(it.core.readFiles).toEqual(['/p/b.h', '/p/a.c', '/p/b.h', '/p/a.c']);
});

test('a document that is no file is analysed alone', async () => {
  const it = world({ '/p/a.c': CLEAN });
  it.workspace.open('untitled:Untitled-1', `${PYTHON}HAZARD`);
  expect(await diagnose(it, 'untitled:Untitled-1')).toEqual(['untitled:Untitled-1: error borrowed-list-item']);
  expect(it.host.reads).toEqual([]);
});

test('a file that is nowhere is not readable; a document of an excluded file says so', async () => {
  const it = world({ '/p/gilproof.toml': 'exclude = ["gone"]\n' });
  expect(await diagnose(it, '/p/none.c')).toEqual(['/p/none.c: unreadable']);
  it.workspace.open('/p/gone/a.c', `${PYTHON}HAZARD`);
  expect(await diagnose(it, '/p/gone/a.c')).toEqual(['/p/gone/a.c: excluded']);
});

test('explanations are given with the whole extension read', async () => {
  const it = world({
    '/p/setup.py': '',
    '/p/a.c': `${PYTHON}void f(void) {\n g_helper();\n}\n`,
    '/p/b.c': `${PYTHON}int g_helper(void) {\n return 1;\n}\n`,
    '/p/note.c': 'int x;\n',
  });
  expect(await it.workspace.explain('/p/a.c', 30)).toBe('/p/a.c at 30 with 2 files');
  expect(await it.workspace.explain('/p/note.c', 0)).toMatch(/not analysed/);
});

test('a directory that nothing says is a project is not searched further down', async () => {
  const it = world({ '/home/a.c': PYTHON, '/home/b.c': PYTHON, '/home/many/c.c': PYTHON });
  await diagnose(it, '/home/a.c');
  expect([...new Set(it.host.reads)]).toEqual(['/home/a.c', '/home/b.c']);
});
