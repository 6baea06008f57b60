import { field } from '../build/thread.ts';
import { add, cellValue, equal } from '../machine/expression.ts';
import { FIELDS, type Python } from '../python/python.ts';
import { criticalSection, criticalSection2 } from '../python/sections.ts';
import type { Scenario } from './scenario.ts';
import { call } from './writing.ts';

const NESTED = `
static void
count_and_copy(Counter *a, Counter *b)
{
    Py_BEGIN_CRITICAL_SECTION(a);
    long n = a->n;
    Py_BEGIN_CRITICAL_SECTION(b);
    b->n = n;
    Py_END_CRITICAL_SECTION();
    a->n = n + 1;
    Py_END_CRITICAL_SECTION();
}
`;

const BOTH = `
static void
count_and_copy(Counter *a, Counter *b)
{
    Py_BEGIN_CRITICAL_SECTION2(a, b);
    long n = a->n;
    b->n = n;
    a->n = n + 1;
    Py_END_CRITICAL_SECTION2();
}
`;

function write(py: Python, text: string, both: boolean): void {
  const c = py.source('counters.c', text);
  const make = (name: string): number => {
    const object = py.object(name, { type: 'Counter', fields: [{ name: 'n' }] });
    py.holds(name, object);
    return object;
  };
  const a = make('a');
  const b = make('b');
  const other = make('c');
  py.p.finally(equal(cellValue(a + FIELDS), 2), 'lost-update', 'two calls counted, but a->n grew by one');
  const run = (source: number, target: number, name: string): void => {
    call(py, `count_and_copy(a, ${name})`, c, (t, at) => {
      const n = t.local('n');
      const load = (): void => at('long n = a->n', () => t.load(n, field(source, FIELDS)));
      const copy = (): void => at('b->n = n', () => t.store(field(target, FIELDS), n));
      const store = (): void => at('a->n = n + 1', () => t.store(field(source, FIELDS), add(n, 1)));
      if (both) {
        at('Py_BEGIN_CRITICAL_SECTION2(a, b)', () =>
          criticalSection2(py, t, source, target, () => {
            load();
            copy();
            store();
          }),
        );
        return;
      }
      at('Py_BEGIN_CRITICAL_SECTION(a)', () =>
        criticalSection(py, t, source, () => {
          load();
          at('Py_BEGIN_CRITICAL_SECTION(b)', () => criticalSection(py, t, target, copy));
          store();
        }),
      );
    });
  };
  run(a, b, 'b');
  run(a, other, 'c');
  // Whoever holds b for a moment makes the inner section wait.
  const python = py.source('other thread', 'b.n  # getter with a critical section on b');
  call(py, 'b.n', python, (t, at) =>
    at('b.n', () => criticalSection(py, t, b, () => t.load(t.temporary(), field(b, FIELDS)))),
  );
}

export const nestedSections: Scenario = {
  id: 'nested-sections',
  title: 'A section inside a section',
  topic: 'critical-sections',
  text:
    'When the inner section has to wait, the outer one is given up: nested sections do not hold both locks. A third thread that ' +
    'reads b at the wrong moment is enough to lose an update of a. One section on both objects holds both.',
  models: ['free-threaded', 'gil'],
  counterpart: 'nested_sections',
  rules: ['critical-section-nested'],
  write: py => write(py, NESTED, false),
  expected: { 'free-threaded': '1 of 7 fail: lost-update 1', gil: '0 of 6 fail' },
  fixed: {
    title: 'Py_BEGIN_CRITICAL_SECTION2',
    write: py => write(py, BOTH, true),
    expected: { 'free-threaded': '0 of 4 fail' },
  },
};
