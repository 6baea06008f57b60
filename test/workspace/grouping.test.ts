import { expect, test } from 'vitest';
import { groupExtensions, homeOf } from '../../server/src/workspace/extensions.ts';
import { includeClosure } from '../../server/src/workspace/includes.ts';
import { nearestName } from '../../server/src/workspace/nearest.ts';
import { outlineOf } from '../../server/src/workspace/outline.ts';
import { joinPath, relativePath } from '../../server/src/workspace/paths.ts';
import { skipOf } from '../../server/src/workspace/recognise.ts';

test('an outline holds what a file includes, offers and mentions', () => {
  const { includes, defines, mentions } = outlineOf(`
#include "own.h"
  #  include <pkg/other.h>
// #include "comment.h" is still an include for all we care; a name too many does no harm
int
offered(int a)
{
    return helper(a) + PyLong_AsLong(0) + hidden();
}

static int
hidden(void)
{
    return 1;
}

static inline int also_hidden(void) { return 2; }
PyObject *offered_too(PyObject *self) {
    if (offered(1)) { return NULL; }
}
int only_declared(void);
`);
  expect(includes).toEqual(['own.h', 'pkg/other.h']);
  expect([...defines]).toEqual(['offered', 'offered_too']);
  expect([...mentions].sort()).toEqual(['also_hidden', 'helper', 'hidden', 'only_declared']);
});

test('an include is found beside its file, in configured and customary directories, and by a unique ending', () => {
  const files = {
    '/p/src/a.c': ['near.h', 'set.h', 'custom.h', 'deep/unique.h', 'twice.h', 'stdio.h', '../up.h'],
    '/p/src/near.h': ['set.h'],
    '/p/config/set.h': [],
    '/p/include/custom.h': [],
    '/p/x/y/deep/unique.h': [],
    '/p/x/twice.h': [],
    '/p/y/twice.h': [],
    '/p/up.h': ['src/near.h'],
  };
  expect(includeClosure(new Map(Object.entries(files)), ['/p/config']).get('/p/src/a.c')).toEqual([
    '/p/config/set.h',
    '/p/include/custom.h',
    '/p/src/near.h',
    '/p/up.h',
    '/p/x/y/deep/unique.h',
  ]);
});

test("Python's own headers are part of no extension", () => {
  const files = { '/p/a.c': ['Python.h', 'object.h'], '/p/Include/Python.h': [], '/p/Include/object.h': [] };
  expect(includeClosure(new Map(Object.entries(files)), []).get('/p/a.c')).toEqual([]);
});

const facts = (text: string) => ({ outline: outlineOf(text), analysed: skipOf(text) === null, length: text.length });
const group = (files: Readonly<Record<string, string>>): string[] =>
  groupExtensions(new Map(Object.entries(files).map(([path, text]) => [path, facts(`PyObject *x;\n${text}`)])), []).map(
    extension => extension.files.map(file => file.replace('/p/', '')).join(' '),
  );

test('sources that include one another belong together', () => {
  expect(group({ '/p/a.c': '#include "b.c"', '/p/b.c': '', '/p/c.c': '' })).toEqual(['a.c b.c', 'c.c']);
});

test('who speaks of a class belongs to the source that has its methods', () => {
  const files = {
    '/p/bind.cpp': 'void bind(py::module_ &m) { py::class_<geo::Mesh>(m, "Mesh").def("add", &geo::Mesh::add); }',
    '/p/mesh.cpp': 'namespace geo {\nvoid Mesh::add(int n) { total += n; }\n}',
    '/p/tree.cpp': 'template <class T>\nint Tree<T>::size() const { return std::max(n, 0); }',
    '/p/user.cpp': 'std::size_t grow(Tree *tree) { return tree->size(); }',
    '/p/other.cpp': 'int alone() { return std::max(1, 2); }',
  };
  expect(group(files)).toEqual(['bind.cpp mesh.cpp', 'other.cpp', 'tree.cpp user.cpp']);
});

test('a function that many files define says nothing about who belongs to whom', () => {
  const copy = 'int copied(void)\n{\n}\n';
  const files = { '/p/a.c': 'x = copied();', '/p/b.c': copy, '/p/c.c': copy, '/p/d.c': copy, '/p/e.c': copy };
  expect(group(files)).toEqual(['a.c', 'b.c', 'c.c', 'd.c', 'e.c']);
});

test('an extension stops growing, nearest files first', () => {
  const files: Record<string, string> = { '/p/main.c': 'int shared_thing(void)\n{\n}\n' };
  for (let i = 100; i < 400; i++) files[`/p/${i % 2 ? 'far/' : ''}u${i}.c`] = 'shared_thing();';
  const largest = group(files)
    .reduce((a, b) => (a.length > b.length ? a : b))
    .split(' ');
  expect(largest).toHaveLength(200);
  expect(largest.filter(file => file.startsWith('far/'))).toHaveLength(49);
});

test.each([
  ['/a/b', '../c/./d.h', '/a/c/d.h'],
  ['/a/b', '/x//y', '/x/y'],
  ['/', 'a', '/a'],
  ['c:/a', '../b', 'c:/b'],
])('%s and %s make %s', (base, path, joined) => {
  expect(joinPath(base, path)).toBe(joined);
});

test('a path is relative only to what is above it', () => {
  expect(relativePath('/a/b', '/a/b/c/d')).toBe('c/d');
  expect(relativePath('/a/b', '/a/bc')).toBe('/a/bc');
  expect(relativePath('/', '/a')).toBe('a');
});

test.each([
  ['select', 'select'],
  ['slect', 'select'],
  ['perFileIgnores', 'per-file-ignores'],
  ['ignroe', 'ignore'],
  ['something-else', null],
])('%s probably meant %s', (typed, meant) => {
  expect(nearestName(typed, ['select', 'ignore', 'per-file-ignores'])).toBe(meant);
});

test('an editor shows a header in the extension that it is closest to', () => {
  const far = { files: ['/p/far/a.c', '/p/shared/x.h'] };
  const near = { files: ['/p/shared/one.c', '/p/shared/two.c', '/p/shared/x.h'] };
  const own = { files: ['/p/far/b.c', '/p/shared/x.c', '/p/shared/x.h'] };
  expect(homeOf('/p/shared/x.h', [far, near])).toBe(near);
  expect(homeOf('/p/shared/x.h', [far, near, own])).toBe(own);
  expect(homeOf('/p/shared/x.h', [])).toEqual({ files: ['/p/shared/x.h'] });
});
