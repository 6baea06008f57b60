/** Whoever asks a view about its function has looked into it: no way round, whatever views learn to answer. */
import { expect, test } from 'vitest';
import { Extension } from '../../server/src/analysis/extension.ts';
import { FunctionView } from '../../server/src/analysis/view.ts';
import { lowerText } from '../program/read.ts';

const TEXT = 'static PyObject *f(PyObject *self, PyObject *arg) { Py_INCREF(arg); return arg; }';

/** They speak of what the function is to others. `standing` is the same object as long as nothing has changed at all. */
const OUTSIDE = [
  'constructor',
  'name',
  'isStatic',
  'parameterBase',
  'isConcurrent',
  'isInitOnly',
  'isUnreached',
  'isSignalOnly',
  'standing',
  'global',
  'fieldType',
]; // prettier-ignore

const NAMES = Object.getOwnPropertyNames(FunctionView.prototype);

function isSeen(name: string): boolean {
  const extension = new Extension([lowerText(TEXT)]);
  const view = extension.functions[0]!;
  const value = { kind: 'local', local: 1 } as const;
  const place = { kind: 'local', local: 1 } as const;
  const lock = { path: 'p0', kind: 'mutex', member: null, by: '', step: -1, epoch: 0 } as const;
  const given: Readonly<Record<string, readonly unknown[]>> = {
    absolute: [{ start: 0, end: 1 }],
    renderPlace: [place],
    heldThroughout: [lock, 1, 2],
    guard: [1, 'p0'],
    once: [{}, () => null],
    stepsOf: ['call'],
  };
  const { seen } = extension.linker.watch.during(1, () => {
    const member: unknown = Reflect.get(view, name);
    if (typeof member === 'function') Reflect.apply(member, view, given[name] ?? takes(name, value));
  });
  return seen.functions[0] === 1;
}

/** Methods take a value and a step, or a step alone. */
function takes(name: string, value: object): readonly unknown[] {
  return /^(?:path|origins|ownership|is(?:Exclusive|OfThread)|render)$/.test(name) ? [value, 1] : [1];
}

test.each(NAMES.filter(name => !OUTSIDE.includes(name)))('%s', name => {
  expect(isSeen(name)).toBe(true);
});

test.each(OUTSIDE.filter(name => name !== 'constructor'))('%s: said from outside', name => {
  expect(isSeen(name)).toBe(false);
});
