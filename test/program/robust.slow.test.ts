import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_DEPTH } from '../../server/src/program/lowering.ts';
import type { Op, Span, TranslationUnit } from '../../server/src/program/model.ts';
import type { Language } from '../../server/src/syntax/model.ts';
import { lowerOne, lowerText } from './read.ts';

const C = `
#define CHECK(x) do { if (!(x)) goto fail; } while (0)
#define LOCK(o) Py_BEGIN_CRITICAL_SECTION(o)
typedef struct { PyObject_HEAD PyObject *items[4]; int n; struct { int a; } in; } Obj;
static PyObject *cache, *names[3] = {NULL};
static int helper(Obj *self, int (*f)(int), ...);
static PyObject *
method(PyObject *op, PyObject *const *args, Py_ssize_t nargs)
{
    Obj *self = (Obj *)op; static int depth = 0; Py_ssize_t pos = 0; PyObject *k, *v;
    if (!PyArg_ParseTuple(args, "O|i", &k, &self->n) && depth++ > 3) return NULL;
    LOCK(op);
    while (PyDict_Next(cache, &pos, &k, &v)) { if (k == v) continue; else break; }
    Py_END_CRITICAL_SECTION();
    CHECK(self->items[0]); CHECK(args);
    switch (nargs) { case 0: depth--; case 1: self->in.a += 2; break; default: do { pos++; } while (pos < 3); }
    Py_BEGIN_ALLOW_THREADS
    for (int i = 0; i < 4; i++) { if (i ? helper(self, NULL, i) : 0) goto fail; }
    Py_END_ALLOW_THREADS
    Py_XSETREF(self->items[1], Py_NewRef(op)); Py_CLEAR(cache);
    Obj local = { .n = 1, .items = {NULL, op} };
    return (v = local.items[self->n++]) ? v : ({ Py_None; });
fail:
    Py_RETURN_NONE;
}
static int walk(Obj *self, visitproc visit, void *arg) { Py_VISIT(self->items[2]); return 0; }
static PyMethodDef methods[] = { {"m", (PyCFunction)method, METH_FASTCALL, "d"}, {NULL} };
`;

const CPP = `
namespace a { class Guard { public: explicit Guard(std::mutex &m) : m_(m) { m_.lock(); } ~Guard() { m_.unlock(); } std::mutex &m_; };
class Box : public Base { int n_ = 0; std::mutex mu_; public:
  Box(int n) : Base(n), n_(n) {} int get() const { std::lock_guard<std::mutex> g(mu_); return n_ + total(); }
  template <typename T> T *as() { return static_cast<T *>(this); } static int total(); };
int Box::total() { auto f = [&](int x) { return x; }; try { return f(1); } catch (const E &e) { throw; } for (auto &x : xs) { if (auto *p = x.get()) delete p; } return 0; }
} extern "C" { PyObject *g(PyObject *self) { py::gil_scoped_release r; a::Guard h(m); return new Box{1}; } }
`;

function verify(unit: TranslationUnit): void {
  expect(problems(unit)).toEqual([]);
}

/** What must hold for every lowered function, however broken its text. */
function problems(unit: TranslationUnit): string[] {
  const found: string[] = [];
  for (const { body, start } of unit.functions) {
    const inside = (span: Span): boolean => span.start >= 0 && span.start <= span.end && span.end <= body.length;
    const say = (index: number, what: string): void => {
      found.push(`${body.name} ${index}: ${what}`);
    };
    if (start < 0 || body.steps[0]?.op.kind !== 'entry') say(0, 'no entry');
    body.steps.forEach(({ op, span, statement, next }, index) => {
      if (!inside(span) || !inside(statement)) say(index, 'span');
      if (next.some(step => !(step >= 0 && step < body.steps.length))) say(index, `leads to ${next.join(' ')}`);
      if (next.length === 0 && op.kind !== 'return' && op.kind !== 'call') say(index, `${op.kind} leads nowhere`);
      if (op.kind === 'branch' && next.length !== 2) say(index, 'branch');
      if (op.kind === 'switch' && next.length !== op.cases.length) say(index, 'switch');
      for (const part of partsOf(op)) {
        if (part.kind === 'local' && body.locals[part.local ?? -1] === undefined) say(index, 'no such local');
        if (part.kind === 'result' && !YIELDS.has(body.steps[part.step ?? -1]?.op.kind ?? '')) say(index, 'no result');
      }
    });
  }
  return found;
}

const YIELDS = new Set(['load', 'update', 'call', 'attach', 'detach']);

interface Part {
  readonly kind?: string;
  readonly local?: number;
  readonly step?: number;
}

/** All objects inside of an operation: its values and places. */
function partsOf(op: Op): Part[] {
  const parts: object[] = [op];
  for (let at = 0; at < parts.length; at++) {
    for (const inner of Object.values(parts[at]!)) if (typeof inner === 'object' && inner !== null) parts.push(inner);
  }
  return parts;
}

const texts: readonly (readonly [Language, string])[] = [
  ['c', C],
  ['cpp', CPP],
];

describe.each(texts)('any text (%s)', (language, text) => {
  it('holds for the whole text', () => {
    const unit = lowerText(text, language);
    expect(unit.functions.length).toBeGreaterThan(1);
    expect(unit.functions.every(({ body }) => body.unread.length === 0)).toBe(true);
    verify(unit);
  });

  it('never throws for a text cut off anywhere', () => {
    fc.assert(
      fc.property(fc.nat(text.length), fc.nat(text.length), (from, to) => {
        verify(lowerText(text.slice(Math.min(from, to), Math.max(from, to)), language));
      }),
      { numRuns: 30 },
    );
  });

  it('never throws for a text with pieces changed', () => {
    const piece = fc.constantFrom(
      '',
      ';',
      '{',
      '}',
      '(',
      ')',
      ',',
      '*',
      '->',
      '=',
      '#',
      '"',
      "'",
      'case',
      'if',
      'x',
      ':',
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(text.length), fc.nat(6), piece), { maxLength: 6 }), edits => {
        let changed = text;
        for (const [at, length, by] of edits) changed = changed.slice(0, at) + by + changed.slice(at + length);
        verify(lowerText(changed, language));
      }),
      { numRuns: 50 },
    );
  });

  it('never throws for random characters', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), noise => {
        verify(lowerText(`void f(void) { ${noise} }`, language));
      }),
      { numRuns: 20 },
    );
  });
});

describe('depth', () => {
  const deep = 10_000;

  it.each([
    ['parentheses', `int f(int x) { return ${'('.repeat(deep)}x${')'.repeat(deep)}; }`],
    ['sums', `int f(int x) { return ${'x + '.repeat(deep)}x; }`],
    ['conditions', `int f(int x) { if (${'x && '.repeat(deep)}x) return 1; return 0; }`],
    ['commas', `int f(int x) { return ${'x, '.repeat(deep)}x; }`],
    ['else if', `int f(int x) { ${'if (x) g(); else '.repeat(deep)} h(); return 0; }`],
  ])('reads %s of any depth', (_, text) => {
    const unit = lowerText(text);
    verify(unit);
    expect(unit.functions[0]!.body.steps.some(step => step.op.kind === 'unread')).toBe(false);
  });

  it.each([
    ['blocks', `int f(int x) { ${'{'.repeat(deep)} g(); ${'}'.repeat(deep)} return 0; }`],
    ['loops', `int f(int x) { ${'while (x) '.repeat(deep)} g(); return 0; }`],
    ['calls', `int f(int x) { return ${'g('.repeat(deep)}x${')'.repeat(deep)}; }`],
    ['negations', `int f(int x) { return ${'!'.repeat(deep)}x; }`],
    ['ternaries', `int f(int x) { return ${'x ? 1 : '.repeat(deep)}0; }`],
    ['pointers', `int f(int x) { return ${'*'.repeat(deep)}x; }`],
    ['braces', `int f(int x) { int a[] = ${'{'.repeat(deep)}x${'}'.repeat(deep)}; return a[0]; }`],
    ['casts', `int f(int x) { return ${'(int)'.repeat(deep)}x; }`],
  ])(`says what lies deeper than ${MAX_DEPTH} %s`, (_, text) => {
    const unit = lowerText(text);
    verify(unit);
    const [first] = unit.functions;
    const unread = first === undefined || first.body.steps.some(step => step.op.kind === 'unread');
    expect(unread).toBe(true);
  });

  it('lowers a function of 5,000 statements', () => {
    const body = lowerOne(`void f(int x) { ${'if (g(x)) x++;\n'.repeat(5_000)} }`);
    expect(body.steps.length).toBe(15_002);
  });
});
