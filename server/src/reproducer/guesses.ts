/** What a C function does with a value tells what Python has to give it. */
import { definitionsOf, type Use } from '../analysis/definitions.ts';
import type { ExtensionFunction, Linker } from '../analysis/program.ts';
import type { Value } from '../program/model.ts';
import type { PythonType, Surface } from './surface.ts';

export type Guess =
  /** A str that containers are looked into with: the same everywhere. */
  | { readonly kind: 'key' }
  | { readonly kind: 'text' | 'int' | 'float' | 'bytes' | 'bytearray' | 'list' | 'dict' | 'set' | 'tuple' | 'none' }
  /** Any object; a new one each time, so that only the callee's reference keeps it. */
  | { readonly kind: 'fresh' }
  | { readonly kind: 'instance'; readonly type: PythonType }
  | { readonly kind: 'unknown'; readonly why: string };

/** A parameter or local of a function, or what one of its steps yields. */
export type Source =
  | { readonly local: number }
  /** What the call of step `step` writes through argument `argument`. */
  | { readonly out: number; readonly argument: number }
  | { readonly result: number };

const MOST_HOPS = 4;

type Evidence = Guess | null;

/** By the callee and which argument it is; the first that matches. */
const CALLS: readonly (readonly [RegExp, number, Guess])[] = [
  [/^_?PyDict_(?:Get|Set|Del|Contains|Pop)/, 1, { kind: 'key' }],
  [/^PyObject_(?:GetItem|SetItem|DelItem)$|^PyMapping_|^PySet_|^PySequence_Contains$/, 1, { kind: 'key' }],
  [/^PyObject_(?:Get|Set|Has|Del)(?:Optional)?Attr/, 1, { kind: 'text' }],
  [/^_?PyLong_(?:As|Sign|NumBits)|^PyNumber_(?:AsSsize_t|Index|Long)$/, 0, { kind: 'int' }],
  [/^PyFloat_A[sS]|^PyNumber_Float$/, 0, { kind: 'float' }],
  [/^_?PyUnicode_/, 0, { kind: 'text' }],
  [/^_?PyBytes_/, 0, { kind: 'bytes' }],
  [/^PyByteArray_/, 0, { kind: 'bytearray' }],
  [/^PyObject_(?:GetBuffer|CheckBuffer|AsReadBuffer)$/, 0, { kind: 'bytes' }],
  [/^_?PyDict_|^PyMapping_/, 0, { kind: 'dict' }],
  [/^_?PyList_/, 0, { kind: 'list' }],
  [/^_?PySet_|^_?PyAnySet_/, 0, { kind: 'set' }],
  [/^_?PyTuple_/, 0, { kind: 'tuple' }],
  [/^PySequence_|^PyObject_GetIter$|^PyObject_(?:Size|Length)/, 0, { kind: 'list' }],
  [/^_?PyObject_(?:Call|Vectorcall|FastCall)|^PyCallable_Check$/, 0, { kind: 'fresh' }],
];

export function guess(linker: Linker, surface: Surface, fn: ExtensionFunction, from: Source): Guess {
  return evidence(linker, surface, fn, from, MOST_HOPS) ?? { kind: 'fresh' };
}

function evidence(linker: Linker, surface: Surface, fn: ExtensionFunction, from: Source, hops: number): Evidence {
  if (hops === 0) return null;
  const found: Guess[] = [];
  for (const use of usesOf(fn, from)) {
    const one = ofUse(linker, surface, fn, use, hops);
    if (one) found.push(one);
  }
  const sure = found.find(one => one.kind === 'instance') ?? found.find(one => one.kind === 'key');
  if (sure) return sure;
  const kinds = new Set(found.map(one => one.kind).filter(kind => kind !== 'fresh'));
  // What is asked whether it is this or that may be anything.
  return kinds.size > 1 ? { kind: 'fresh' } : (found.find(one => one.kind !== 'fresh') ?? found[0] ?? null);
}

function usesOf(fn: ExtensionFunction, from: Source): readonly Use[] {
  const definitions = definitionsOf(fn.function.body);
  if ('result' in from) return definitions.usesOfResult(from.result);
  return definitions.all
    .filter(one =>
      'local' in from
        ? one.local === from.local && one.kind === 'entry'
        : one.kind === 'out' && one.step === from.out && one.argument === from.argument,
    )
    .flatMap(one => definitions.usesOfDefinition(one));
}

function ofUse(linker: Linker, surface: Surface, fn: ExtensionFunction, use: Use, hops: number): Evidence {
  const op = fn.function.body.steps[use.step]?.op;
  if (op === undefined) return null;
  if (op.kind === 'store' && op.place.kind === 'local' && use.role === 'stored') {
    return ofCopies(linker, surface, fn, use.step, hops - 1);
  }
  if ((op.kind === 'load' || op.kind === 'store' || op.kind === 'update') && use.role === 'base') {
    return op.place.kind === 'field' ? instance(surface, linker, op.place.struct) : null;
  }
  if (op.kind !== 'call' || use.role !== 'argument' || op.callee.kind !== 'named') return null;
  const { name } = op.callee;
  const type = /^(?:Py_IS_TYPE|PyObject_TypeCheck|PyObject_IsInstance)$/.test(name)
    ? typeNamed(surface, op.args[1], fn)
    : null;
  if (type && use.argument === 0) return { kind: 'instance', type };
  const callee = linker.resolve(fn.unit.file, name);
  if (callee) return evidence(linker, surface, callee, { local: use.argument }, hops - 1);
  if (linker.isCast(name) || /^Py_X?NewRef$/.test(name)) {
    return evidence(linker, surface, fn, { result: use.step }, hops - 1);
  }
  return CALLS.find(([pattern, argument]) => argument === use.argument && pattern.test(name))?.[2] ?? null;
}

function ofCopies(linker: Linker, surface: Surface, fn: ExtensionFunction, step: number, hops: number): Evidence {
  if (hops <= 0) return null;
  const definitions = definitionsOf(fn.function.body);
  for (const copy of definitions.all.filter(one => one.step === step && one.kind === 'store')) {
    for (const use of definitions.usesOfDefinition(copy)) {
      const found = ofUse(linker, surface, fn, use, hops);
      if (found) return found;
    }
  }
  return null;
}

function instance(surface: Surface, linker: Linker, struct: string | null): Evidence {
  if (struct === null) return null;
  const type = surface.types.find(one => one.structs.has(linker.structName(struct)));
  return type ? { kind: 'instance', type } : null;
}

/** The type that a value names: `&Book_Type`, `Book_Type`, `state->book_type`. */
export function typeNamed(surface: Surface, value: Value | undefined, fn: ExtensionFunction): PythonType | null {
  const name = value === undefined ? null : symbolOf(value, fn);
  return name === null ? null : (surface.types.find(one => one.symbols.has(name)) ?? null);
}

function symbolOf(value: Value, fn: ExtensionFunction): string | null {
  if (value.kind === 'symbol') return value.name;
  const op = value.kind === 'result' ? fn.function.body.steps[value.step]?.op : undefined;
  const place = value.kind === 'address' ? value.place : op?.kind === 'load' ? op.place : null;
  if (place?.kind === 'global') return place.name;
  return place?.kind === 'field' ? place.field : null;
}
