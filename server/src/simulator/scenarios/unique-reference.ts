import { field } from '../build/thread.ts';
import { type Expression, equal } from '../machine/expression.ts';
import { decref, incref } from '../python/counts.ts';
import { FIELDS, HEADER, type Python } from '../python/python.ts';
import { criticalSection } from '../python/sections.ts';
import type { Scenario } from './scenario.ts';
import { call } from './writing.ts';

const PLAIN = `
static void
Text_append(Text *self)
{
    if (Py_REFCNT(self->buffer) == 1) {
        put(self->buffer, 0, 'x');      /* nobody else can see it? */
        put(self->buffer, 1, 'x');
    }
}

static PyObject *
Text_getvalue(Text *self)
{
    return copy_and_release(Py_NewRef(self->buffer));
}
`;

const LOCKED = `
static void
Text_append(Text *self)
{
    Py_BEGIN_CRITICAL_SECTION(self);    /* append */
    if (Py_REFCNT(self->buffer) == 1) {
        put(self->buffer, 0, 'x');      /* nobody else can get at it */
        put(self->buffer, 1, 'x');
    }
    Py_END_CRITICAL_SECTION();
}

static PyObject *
Text_getvalue(Text *self)
{
    PyObject *buffer;
    Py_BEGIN_CRITICAL_SECTION(self);    /* getvalue */
    buffer = Py_NewRef(self->buffer);
    Py_END_CRITICAL_SECTION();
    return copy_and_release(buffer);
}
`;

function write(py: Python, text: string, locked: boolean): void {
  const c = py.source('text.c', text);
  const buffer = py.object('buffer', { type: 'bytes', fields: [{ name: 'byte[0]' }, { name: 'byte[1]' }] });
  const self = py.object('self', {
    type: 'Text',
    fields: [{ name: 'buffer', format: 'pointer', owns: true, initial: buffer }],
  });
  py.holds('text', self);
  const byte = (object: Expression, i: number) => field(object, FIELDS + i);
  call(py, 'text.append()', c, (t, at) => {
    const own = t.local('buffer', 'pointer');
    const refs = t.local('refs');
    const body = (): void => {
      at('if (Py_REFCNT', () => {
        t.load(own, field(self, FIELDS));
        t.load(refs, field(own, HEADER.local), { order: 'relaxed' });
      });
      t.when(equal(refs, 1), () => {
        at("put(self->buffer, 0, 'x')", () => t.store(byte(own, 0), 1));
        at("put(self->buffer, 1, 'x')", () => t.store(byte(own, 1), 1));
      });
    };
    if (locked) at('/* append */', () => criticalSection(py, t, self, body));
    else body();
  });
  call(py, 'text.getvalue()', c, (t, at) => {
    const taken = t.local('buffer', 'pointer');
    const [a, b] = [t.local('byte[0]'), t.local('byte[1]')];
    const take = (): void =>
      at(locked ? 'buffer = Py_NewRef' : 'Py_NewRef(self->buffer)', () => {
        t.load(taken, field(self, FIELDS));
        incref(py, t, taken);
      });
    if (locked) at('/* getvalue */', () => criticalSection(py, t, self, take));
    else take();
    at('copy_and_release(', () => {
      t.load(a, byte(taken, 0));
      t.load(b, byte(taken, 1));
      t.check(equal(a, b), 'torn-read', 'the copy has one new and one old byte');
      decref(py, t, taken);
    });
  });
}

export const uniqueReference: Scenario = {
  id: 'count-is-one',
  title: 'Py_REFCNT(o) == 1 as a permission',
  topic: 'refcounts',
  text:
    'A count of one says that nobody else has a reference now. Another thread can take one from the field right after the test, ' +
    'and see the object change under its hands. The test is good only while nobody can get at the field.',
  models: ['free-threaded', 'gil'],
  counterpart: 'unique_reference',
  rules: ['refcnt-uniqueness'],
  write: py => write(py, PLAIN, false),
  expected: { 'free-threaded': '2 of 6 fail: torn-read 2', gil: '0 of 2 fail' },
  fixed: {
    title: 'Test, change and hand out in critical sections',
    write: py => write(py, LOCKED, true),
    expected: { 'free-threaded': '0 of 3 fail' },
  },
};
