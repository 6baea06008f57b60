/** What is found after any row of edits is what is found by who opens the result. */
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { chance, edited, Typist } from './editing.ts';

const ROOT = 'test/fixtures/rules';

/** Racy fixtures of a few rules of one family, one after the other. */
function fixtures(family: string, rules: readonly string[]): string {
  return rules
    .flatMap(rule => {
      const folder = `${ROOT}/${family}/${rule}`;
      const [name] = readdirSync(folder).filter(one => /^racy-.*\.c$/.test(one));
      return name === undefined ? [] : [readFileSync(`${folder}/${name}`, 'utf8')];
    })
    .join('\n');
}

function everyThird(family: string, first: number): string {
  return fixtures(
    family,
    readdirSync(`${ROOT}/${family}`)
      .sort()
      .filter((_, index) => index % 3 === first),
  );
}

/** So many that each family takes part of a second; `npm test` has more. */
const EDITS = 8;

const TEXTS = ['object-state', 'borrowed-refs', 'globals', 'critical-sections', 'type-slots', 'gil-api'];

test.each(TEXTS)('%s', family => {
  const random = chance(family.length * 7919);
  const other = { '/p/other.c': everyThird(family, 1) };
  const typist = new Typist('/p/one.c', other);
  for (const text of edited(everyThird(family, 0), random, EDITS)) {
    expect(typist.types(text)).toEqual(Typist.opens('/p/one.c', text, other));
  }
});

const DEADLOCK = `
static PyMutex lock;

static void
inner(void)
{
    PyMutex_Lock(&lock);
    PyMutex_Unlock(&lock);
}

static PyObject *
outer(PyObject *self, PyObject *unused)
{
    PyMutex_Lock(&lock);
    inner();
    PyMutex_Unlock(&lock);
    Py_RETURN_NONE;
}

static PyMethodDef methods[] = {{"outer", outer, METH_NOARGS, NULL}, {NULL}};
`;

test('a call leads where it did after a function was added above', () => {
  const typist = new Typist('/p/one.c');
  typist.types(DEADLOCK);
  const more = `static int more(void)\n{\n    return 1;\n}\n${DEADLOCK}`;
  expect(typist.types(more)).toMatchObject([{ rule: 'pymutex-self-deadlock' }]);
});
