import { equal } from '../machine/expression.ts';
import type { Python } from '../python/python.ts';
import type { Scenario } from './scenario.ts';
import { call } from './writing.ts';

const STATIC = `
static PyObject *
format_day(PyObject *module, PyObject *arg)
{
    time_t when = PyLong_AsLong(arg);
    struct tm *tm = localtime(&when);
    int day = tm->tm_mday;
    int month = tm->tm_mon;
    return PyUnicode_FromFormat("%d.%d.", day, month + 1);
}
`;

const OWN = STATIC.replace('struct tm *tm = localtime(&when);', 'struct tm own, *tm = localtime_r(&when, &own);');

function write(py: Python, text: string, own: boolean): void {
  const c = py.source('dates.c', text);
  const shared = py.p.globals('localtime buffer', 2);
  for (const day of [3, 14]) {
    const buffer = own ? py.p.globals(`tm of ${day}`, 2) : shared;
    call(py, `format_day(${day}.${day}.)`, c, (t, at) => {
      const [d, m] = [t.local('day'), t.local('month')];
      at(own ? 'localtime_r' : 'localtime(&when)', () => {
        t.store(buffer, day);
        t.store(buffer + 1, day);
      });
      at('int day = tm->tm_mday', () => t.load(d, buffer));
      at('int month = tm->tm_mon', () => t.load(m, buffer + 1));
      t.check(equal(d, day), 'torn-read', 'the day of the other call');
      t.check(equal(m, day), 'torn-read', 'the month of the other call');
    });
  }
}

export const staticResult: Scenario = {
  id: 'static-result',
  title: 'localtime() and its one buffer',
  topic: 'libc',
  text:
    'localtime returns a pointer to a buffer that all threads share. Between the call and the reads another call fills it anew: ' +
    'the text is made of two dates. The GIL kept the call and the reads together; localtime_r takes a buffer of the caller.',
  models: ['free-threaded', 'gil', 'subinterpreters'],
  counterpart: 'libc_time',
  rules: ['libc-static-result'],
  write: py => write(py, STATIC, false),
  expected: {
    'free-threaded': '10 of 12 fail: torn-read 10',
    gil: '0 of 2 fail',
    subinterpreters: '10 of 12 fail: torn-read 10',
  },
  fixed: { title: 'localtime_r', write: py => write(py, OWN, true), expected: { 'free-threaded': '0 of 1 fail' } },
};
