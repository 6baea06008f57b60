/** What Python has to give a function of the extension: from its flags, the formats that it parses with, or its parameters. */
import { definitionsOf } from '../analysis/definitions.ts';
import type { ExtensionFunction, Linker } from '../analysis/program.ts';
import type { CType, Value } from '../program/model.ts';
import { type Guess, guess, type Source, typeNamed } from './guesses.ts';
import type { Entry, Surface } from './surface.ts';

/** Vectors of arguments are read up to here. */
const MOST_VECTOR = 8;

export interface Argument {
  readonly guess: Guess;
  /** Where C has it, and in which function, for telling which argument a container was. */
  readonly source: Source;
  readonly of: ExtensionFunction;
  readonly optional: boolean;
}

/** Null: could not be worked out. */
export type Arguments = readonly Argument[] | null;

/** Arguments by position. For getters and most slots there are none: see `slots.ts`. */
export function argumentsOf(linker: Linker, surface: Surface, entry: Entry): Arguments {
  const { function: fn, flags } = entry;
  const { body } = fn.function;
  if (entry.kind === 'getter') return [];
  if (entry.kind === 'setter') return [parameter(linker, surface, fn, 1)];
  if (entry.kind === 'slot') return /^tp_(?:new|init|call)$/.test(entry.name) ? parsed(linker, surface, fn, 1, 3) : [];
  if (body.facts.clinic === true) return declared(linker, surface, fn, /METH_METHOD/.test(flags) ? 2 : 1);
  if (/METH_NOARGS/.test(flags)) return [];
  if (/METH_O\b/.test(flags)) return [parameter(linker, surface, fn, 1)];
  if (/METH_FASTCALL/.test(flags)) return parsed(linker, surface, fn, 1, 3) ?? vector(linker, surface, fn);
  return parsed(linker, surface, fn, 1, 3);
}

function parameter(linker: Linker, surface: Surface, fn: ExtensionFunction, index: number): Argument {
  const source = { local: index };
  return { guess: guess(linker, surface, fn, source), source, of: fn, optional: false };
}

/** The parameters of an `…_impl`, whose caller converts them. */
function declared(linker: Linker, surface: Surface, fn: ExtensionFunction, first: number): Arguments {
  const { body } = fn.function;
  return body.locals.slice(0, body.parameters).flatMap(({ type }, index) => {
    if (index < first || type.base === 'PyTypeObject') return [];
    const source = { local: index };
    return [{ guess: ofType(linker, surface, fn, type, source), source, of: fn, optional: false }];
  });
}

function ofType(linker: Linker, surface: Surface, fn: ExtensionFunction, type: CType, source: Source): Guess {
  if (type.base === 'PyObject' && type.pointers === 1) return guess(linker, surface, fn, source);
  if (type.base === 'Py_buffer') return { kind: 'bytes' };
  if (type.base === 'char' && type.pointers === 1) return { kind: 'text' };
  if (type.pointers > 0) return { kind: 'unknown', why: `a ${type.base}` };
  return { kind: /^(?:float|double|Py_complex)$/.test(type.base) ? 'float' : 'int' };
}

/** `args[0]`, `args[1]` … of a vector of arguments: as many as must be there, read here or where the vector is handed to. */
function vector(
  linker: Linker,
  surface: Surface,
  fn: ExtensionFunction,
  args = 1,
  hops = 3,
  known = MOST_VECTOR,
): Arguments {
  const found = new Map<number, Argument>();
  const least = known < MOST_VECTOR ? known : leastOf(fn, args + 1);
  for (const [step, { op }] of fn.function.body.steps.entries()) {
    if (op.kind === 'call' && op.callee.kind === 'named' && hops > 0) {
      const passed = op.args.findIndex(value => value.kind === 'local' && value.local === args);
      const callee = passed < 0 ? undefined : linker.resolve(fn.unit.file, op.callee.name);
      const inner = callee && vector(linker, surface, callee, passed, hops - 1, least);
      if (inner) return inner.map(one => handedBack(linker, surface, fn, step, one));
    }
    if (op.kind !== 'load' || op.place.kind !== 'element') continue;
    const { base, index } = op.place;
    if (base.kind !== 'local' || base.local !== args || index.kind !== 'int' || index.value >= MOST_VECTOR) continue;
    const source = { result: step };
    const made = guess(linker, surface, fn, source);
    if (!found.has(index.value) || made.kind !== 'fresh') {
      found.set(index.value, { guess: made, source, of: fn, optional: index.value >= least });
    }
  }
  const all = Array.from({ length: found.size }, (_, index) => found.get(index));
  return all.length === 0 || all.includes(undefined) ? null : all.flatMap(one => one ?? []);
}

/** A helper may only sort arguments into variables of its caller: then what the caller does with them counts. */
function handedBack(
  linker: Linker,
  surface: Surface,
  caller: ExtensionFunction,
  call: number,
  one: Argument,
): Argument {
  const { source, of } = one;
  if (one.guess.kind !== 'fresh' || !('result' in source)) return one;
  for (const { op } of of.function.body.steps) {
    if (op.kind !== 'store' || op.place.kind !== 'deref' || op.place.pointer.kind !== 'local') continue;
    if (op.value.kind !== 'result' || op.value.step !== source.result) continue;
    const out = { out: call, argument: op.place.pointer.local };
    return { ...one, guess: guess(linker, surface, caller, out), source: out, of: caller };
  }
  return one;
}

/** How many arguments there must be: `nargs != 2`, `nargs < 1`, or a helper that is given the least and the most. */
function leastOf(fn: ExtensionFunction, nargs: number): number {
  const isCount = (value: Value | undefined): boolean => value?.kind === 'local' && value.local === nargs;
  for (const { op } of fn.function.body.steps) {
    if (op.kind === 'branch' && op.condition.kind === 'operation') {
      const [left, right] = op.condition.operands;
      if (isCount(left) && right?.kind === 'int' && /^(?:!=|<)$/.test(op.condition.operator)) return right.value;
    }
    if (op.kind !== 'call') continue;
    const at = op.args.findIndex(isCount);
    // The least comes right behind the count, or behind the names of keywords.
    const bound = at < 0 ? undefined : op.args.slice(at + 1, at + 3).find(value => value.kind === 'int');
    if (bound?.kind === 'int') return bound.value;
  }
  return MOST_VECTOR;
}

const PARSERS: Readonly<Record<string, { readonly format: number; readonly first: number }>> = {
  PyArg_ParseTuple: { format: 1, first: 2 },
  PyArg_ParseTupleAndKeywords: { format: 2, first: 4 },
  _PyArg_ParseStack: { format: 2, first: 3 },
};

/** What the function, or one that it hands its arguments to, parses. */
function parsed(linker: Linker, surface: Surface, fn: ExtensionFunction, args: number, hops: number): Arguments {
  const { steps } = fn.function.body;
  for (const [step, { op }] of steps.entries()) {
    if (op.kind !== 'call' || op.callee.kind !== 'named') continue;
    const { name } = op.callee;
    const parser = Object.hasOwn(PARSERS, name) ? PARSERS[name] : undefined;
    const format = parser && textOf(fn, step, op.args[parser.format]);
    if (parser && typeof format === 'string') {
      return readFormat(linker, surface, fn, step, op.args, { format, first: parser.first });
    }
    if (name === 'PyArg_UnpackTuple') return unpacked(linker, surface, fn, step, op.args);
    const passed = op.args.findIndex(value => value.kind === 'local' && value.local === args);
    const callee = passed < 0 || hops === 0 ? undefined : linker.resolve(fn.unit.file, name);
    const inner = callee && parsed(linker, surface, callee, passed, hops - 1);
    if (inner) return inner;
  }
  return null;
}

/** A literal, or a local that holds one. */
function textOf(fn: ExtensionFunction, step: number, value: Value | undefined): string | null {
  if (value?.kind === 'string') return value.text;
  if (value?.kind !== 'local') return null;
  for (const definition of definitionsOf(fn.function.body).at(step, value.local)) {
    const op = fn.function.body.steps[definition.step]?.op;
    if (op?.kind === 'store' && op.value.kind === 'string') return op.value.text;
  }
  return null;
}

/** It takes arguments apart, whether or not that could be read. */
export function takesArguments(fn: ExtensionFunction): boolean {
  return fn.function.body.steps.some(({ op }) => op.kind === 'call' && /^_?PyArg_/.test(op.callee.name ?? ''));
}

function unpacked(
  linker: Linker,
  surface: Surface,
  fn: ExtensionFunction,
  step: number,
  args: readonly Value[],
): Arguments {
  const least = args[2]?.kind === 'int' ? args[2].value : 0;
  return args.slice(4).map((_, index) => {
    const source = { out: step, argument: index + 4 };
    return { guess: guess(linker, surface, fn, source), source, of: fn, optional: index >= least };
  });
}

/** Units that take more than one C argument. */
const WIDTHS: Readonly<Record<string, number>> = {
  'O!': 2,
  'O&': 2,
  's#': 2,
  'z#': 2,
  'y#': 2,
  es: 2,
  et: 2,
  'es#': 3,
  'et#': 3,
};

const KINDS: Readonly<Record<string, Guess>> = {
  s: { kind: 'text' },
  z: { kind: 'text' },
  e: { kind: 'text' },
  U: { kind: 'text' },
  C: { kind: 'text' },
  y: { kind: 'bytes' },
  S: { kind: 'bytes' },
  w: { kind: 'bytearray' },
  c: { kind: 'bytes' },
  Y: { kind: 'bytearray' },
  f: { kind: 'float' },
  d: { kind: 'float' },
  D: { kind: 'float' },
};

interface Format {
  readonly format: string;
  /** Index of the first C argument behind the format. */
  readonly first: number;
}

function readFormat(
  linker: Linker,
  surface: Surface,
  fn: ExtensionFunction,
  step: number,
  args: readonly Value[],
  { format, first }: Format,
): Arguments {
  const out: Argument[] = [];
  let at = first;
  let optional = false;
  for (const [unit] of format.replace(/[:;].*$/s, '').matchAll(/e[st]#?|O[!&]|[szyw][#*]|[a-zA-Z]|[|$()]/g)) {
    if (unit === '|' || unit === '$') {
      optional ||= unit === '|';
      // What comes by name only is left out when it may be; its name stands in a table that is not read.
      if (unit === '$') return optional ? out : null;
      continue;
    }
    if (unit === '(' || unit === ')') return null;
    const width = WIDTHS[unit] ?? 1;
    const source = { out: step, argument: at + width - 1 };
    out.push({ guess: ofUnit(linker, surface, fn, unit, args[at], source), source, of: fn, optional });
    at += width;
  }
  return out;
}

function ofUnit(
  linker: Linker,
  surface: Surface,
  fn: ExtensionFunction,
  unit: string,
  value: Value | undefined,
  source: Source,
): Guess {
  const found = unit[0] === 'O' || unit[0] === 'U' ? guess(linker, surface, fn, source) : null;
  if (unit === 'O!') {
    const type = typeNamed(surface, value, fn);
    return type ? { kind: 'instance', type } : (found ?? { kind: 'fresh' });
  }
  if (unit === 'O&') return ofConverter(value);
  if (unit === 'U') return found?.kind === 'key' ? found : { kind: 'text' };
  if (found) return found;
  return KINDS[unit[0] ?? ''] ?? { kind: 'int' };
}

function ofConverter(value: Value | undefined): Guess {
  const name = value?.kind === 'function' || value?.kind === 'symbol' ? value.name : 'a converter';
  return name.startsWith('PyUnicode_FS') ? { kind: 'text' } : { kind: 'unknown', why: `what ${name} converts` };
}
