/** Whatever the text: no throw, the same answer each time, and what is cut off is said to be. */
import { readdirSync, readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Extension } from '../../server/src/analysis/extension.ts';
import { checkExtension, runRules } from '../../server/src/rules/check.ts';
import { RULES } from '../../server/src/rules/registry.ts';
import { lowerText } from '../program/read.ts';
import { extensionOf, probe, view } from './read.ts';

const ROOT = 'test/fixtures/rules';
const texts = ['object-state', 'borrowed-refs', 'globals'].flatMap(family =>
  readdirSync(`${ROOT}/${family}`).flatMap(rule =>
    readdirSync(`${ROOT}/${family}/${rule}`)
      .filter(name => name.endsWith('.c'))
      .slice(0, 2)
      .map(name => readFileSync(`${ROOT}/${family}/${rule}/${name}`, 'utf8')),
  ),
);

describe('any text', () => {
  test('cut off anywhere, or with a piece missing, doubled or out of place', () => {
    fc.assert(
      fc.property(fc.constantFrom(...texts), fc.nat(), fc.nat(), fc.nat(), (text, a, b, c) => {
        const [from, to, at] = [a % text.length, b % text.length, c % text.length];
        const piece = text.slice(Math.min(from, to), Math.max(from, to));
        for (const mutated of [
          text.slice(0, from),
          text.replace(piece, ''),
          text.slice(0, at) + piece + text.slice(at),
        ]) {
          checkExtension([lowerText(mutated)]);
        }
      }),
      { numRuns: 25, seed: 703 },
    );
  });

  test('gives the same findings each time, from fresh bodies and from kept ones', () => {
    for (const text of texts) {
      const unit = lowerText(text);
      const first = checkExtension([unit]);
      expect(checkExtension([unit])).toEqual(first);
      expect(checkExtension([lowerText(text)])).toEqual(first);
    }
  });

  test('an edit of one function gives what a fresh analysis of the whole gives', () => {
    const before = 'static PyObject *make(void) { return PyList_New(0); }';
    const after = 'static PyObject *cache; static PyObject *make(void) { cache = PyList_New(0); return cache; }';
    const rest = `
      static PyObject *first(PyObject *self, PyObject *arg) { PyObject *l = make(); return PyObject_Repr(PyList_GET_ITEM(l, 0)); }
      static PyMethodDef methods[] = {{"first", first, METH_O, NULL}, {NULL}};`;
    const old = lowerText(before + rest);
    expect(checkExtension([old]).map(finding => finding.rule)).toEqual([]);
    // The caller's body is the same object: only what it means changes.
    const edited = lowerText(after + rest);
    const kept = {
      ...edited,
      functions: edited.functions.map(fn =>
        fn.body.name === 'first'
          ? { ...fn, body: old.functions.find(one => one.body.name === 'first')?.body ?? fn.body }
          : fn,
      ),
    };
    const fresh = runRules(new Extension([edited]), RULES).map(finding => [finding.rule, finding.span]);
    expect(runRules(new Extension([kept]), RULES).map(finding => [finding.rule, finding.span])).toEqual(fresh);
    expect(fresh.map(([rule]) => rule)).toContain('borrowed-list-item');
  });
});

test('a bound that is reached is reported, and what lies beyond is unknown', () => {
  const ways = Array.from({ length: 12 }, (_, index) => `case ${index}: l = PyList_New(${index}); break;`).join(' ');
  const extension = extensionOf(`
    static PyObject *method(PyObject *self, PyObject *arg) {
      PyObject *l = NULL; switch (PyLong_AsLong(arg)) { ${ways} } probe(l); return NULL; }
    static PyMethodDef methods[] = {{"m", method, METH_O, NULL}, {NULL}};
  `);
  const one = view(extension, 'method');
  const { step, value } = probe(one);
  expect(one.ownership(value, step)).toBe('unknown');
  expect(extension.boundsHit).toEqual([{ bound: 'origins', function: 'method' }]);
});
