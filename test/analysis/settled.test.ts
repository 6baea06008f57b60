/** Which edits make an answer about all functions be found anew, and which leave it standing. */
import { expect, test } from 'vitest';
import { Extension } from '../../server/src/analysis/extension.ts';
import { Lineage } from '../../server/src/analysis/lineage.ts';
import type { TranslationUnit } from '../../server/src/program/model.ts';
import { lowerText } from '../program/read.ts';

const READS = 'x = self->hits;';
const TEXT = `
typedef struct { PyObject_HEAD long hits; PyObject *items; } Counter;
static long total;
static void first(Counter *self) { long x = 0; ${READS} total++; note(x); }
static PyObject *second(Counter *self) { return PyList_GetItem(self->items, 0); }
static PyMethodDef methods[] = {{"first", first, METH_NOARGS, NULL}, {"second", second, METH_NOARGS, NULL}, {NULL}};
`;

type Ask = (extension: Extension) => unknown;

const accesses: Ask = ({ accesses: { all } }) => all.map(({ kind, key }) => `${kind} ${key}`);
const totals: Ask = ({ accesses: { all } }) =>
  all.filter(one => one.name === 'total').map(({ function: view, step }) => view.op(step)?.kind);
const calls: Ask = extension =>
  extension.callsTo('PyList_GetItem').map(({ function: view, step }) => view.op(step)?.kind);
const branching: Ask = extension => extension.functionsDoing('branch').map(view => view.name);
const shared: Ask = extension => extension.shared(calls, calls);
const names: Ask = extension => extension.functions.map(view => view.name);
const files: Ask = ({ units }) => units.map(unit => unit.file);

/** Functions that an edit leaves alone keep their bodies, as they do when a file is read again. */
function edited(before: TranslationUnit, from: string, to: string): TranslationUnit {
  const after = lowerText(TEXT.replace(from, to));
  const isEdited = (index: number): boolean => index === (TEXT.indexOf(from) < TEXT.indexOf('second') ? 0 : 1);
  return {
    ...after,
    functions: after.functions.map((fn, index) =>
      isEdited(index) ? fn : { ...fn, body: before.functions[index]!.body },
    ),
  };
}

test.each<readonly [string, Ask, from: string, to: string, again: boolean]>([
  ['a call elsewhere', calls, 'long x = 0;', 'long y = 0, x = 0;', false],
  ['the call itself', calls, '->items, 0', '->items, 1', true],
  ['another call of that name', calls, 'note(x)', 'PyList_GetItem(self->items, 2)', true],
  ['a function that does nothing of the kind', branching, 'long x = 0;', 'long y = 0, x = 0;', false],
  ['a function that does it from now on', branching, READS, `if (self->items) ${READS}`, true],
  ['a local beside the accesses', accesses, 'long x = 0;', 'long x = 0; x = 1;', false],
  ['one access more', accesses, READS, `${READS} self->hits = 1;`, true],
  ['another kind of access', accesses, 'total++', 'total', true],
  ['a function without what was looked at', totals, '->items, 0', '->items, 1', false],
  ['a function that was looked into', totals, 'long x = 0;', 'long x = 0; x = 1;', true],
  ['what others found out', shared, '->items, 0', '->items, 1', true],
  ['what others found out elsewhere', shared, 'long x = 0;', 'long y = 0, x = 0;', false],
  ['names alone', names, 'long x = 0;', 'long y = 0, x = 0;', false],
  ['files as such', files, 'long x = 0;', 'long y = 0, x = 0;', true],
])('%s', (_, ask, from, to, again) => {
  const lineage = new Lineage();
  let asked = 0;
  const answer = (unit: TranslationUnit): unknown => {
    const extension = new Extension([unit], {}, lineage);
    if (ask === shared) shared(extension);
    return extension.settled(ask, () => {
      asked++;
      return ask(extension);
    });
  };
  const before = lowerText(TEXT);
  answer(before);
  const after = edited(before, from, to);
  expect(answer(after)).toEqual(ask(new Extension([lowerText(TEXT.replace(from, to))])));
  expect(asked).toBe(again ? 2 : 1);
});
