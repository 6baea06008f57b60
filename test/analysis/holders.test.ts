import { expect, test } from 'vitest';
import { objectHolding } from '../../server/src/analysis/holders.ts';
import { extensionOf } from './read.ts';

const { linker } = extensionOf(`
  typedef struct { int depth; } Stack;
  typedef struct { Stack *top; int n; } Stacks;
  typedef struct { PyObject_HEAD Stacks stacks; struct Shared *shared; } Tracer;
  struct Shared { int count; struct Shared *next; };
  typedef struct { PyObject_HEAD struct Shared *shared; } Other;
  typedef struct { int depth; } Alone;
  typedef struct { Alone *alone; } Global;
  static Global global;
`);

test.each([
  ['an object is its own', 'Tracer', 'Tracer'],
  ['what one object alone leads to is its', 'Stack', 'Tracer'],
  ['what two objects lead to is nobody’s', 'Shared', 'Shared'],
  ['a struct outside of objects stays what it is', 'Alone', 'Alone'],
  ['other names stay what they are', 'Tracer.flag', 'Tracer.flag'],
])('%s', (_, struct, owner) => {
  expect(objectHolding(linker, struct)).toBe(owner);
});
