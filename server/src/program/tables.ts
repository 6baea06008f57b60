/** Static tables: what Python (or a library) is told to call. Designated and positional initialisers. */
import type { CType, Spot, Table, TableEntry, TableKind } from './model.ts';
import type { Source } from './node.ts';
import { POSITIONS } from './table-layouts.ts';

const KINDS: Readonly<Record<string, TableKind>> = {
  PyMethodDef: 'methods',
  PyGetSetDef: 'getset',
  PyMemberDef: 'members',
  PyType_Slot: 'slots',
  PySlot: 'slots',
  PyType_Spec: 'type-spec',
  PyTypeObject: 'type',
  PyNumberMethods: 'number',
  PySequenceMethods: 'sequence',
  PyMappingMethods: 'mapping',
  PyAsyncMethods: 'async',
  PyBufferProcs: 'buffer',
  PyModuleDef_Slot: 'module-slots',
  PyModuleDef: 'module',
};

/** Tables that are arrays; one of their rows may stand alone (`static PyMethodDef def = {…}`). */
const ROWS: ReadonlySet<TableKind> = new Set(['methods', 'getset', 'members', 'slots', 'module-slots']);

/** Tables larger than this are data. */
const MAX_ENTRIES = 5000;

export function readTable(source: Source, name: string, type: CType, value: number): Table | null {
  if (value < 0 || source.kind(value) !== 'initializer_list') return null;
  const kind = Object.hasOwn(KINDS, type.base) ? KINDS[type.base]! : 'callbacks';
  const entries: TableEntry[] = [];
  const span = { start: source.start(value), end: source.end(value) };
  const children = source.named(value);
  if (kind === 'callbacks') collectCallbacks(source, type, value, entries);
  else if (type.array) for (const child of children) entries.push(...readRow(source, kind, child));
  else if (ROWS.has(kind)) entries.push(...readRow(source, kind, value));
  else readMembers(source, kind, children, entries);
  if (kind === 'callbacks' && entries.length === 0) return null;
  return { name, kind, entries, span };
}

interface Member {
  readonly name: string;
  readonly node: number;
}

/** The members of one brace group, named by designator or by position. */
function membersOf(source: Source, kind: TableKind, children: readonly number[]): Member[] {
  const layout = POSITIONS[kind] ?? [];
  const members: Member[] = [];
  let position = 0;
  for (const child of children) {
    if (source.kind(child) === 'initializer_pair') {
      const designator = source.child(child, 'designator');
      const field = designator < 0 ? '' : source.textOf(designator).replace(/^\./, '').trim();
      const index = layout.indexOf(field);
      if (index >= 0) position = index + 1;
      members.push({ name: field, node: source.child(child, 'value') });
    } else {
      members.push({ name: layout[position] ?? `${position}`, node: child });
      position++;
    }
  }
  return members;
}

function readMembers(source: Source, kind: TableKind, children: readonly number[], entries: TableEntry[]): void {
  for (const { name, node } of membersOf(source, kind, children)) {
    if (node < 0) continue;
    const target = targetOf(source, node);
    if (target === null || target === 'NULL') {
      const text = source.textOf(node);
      if (text !== '0' && target !== 'NULL' && (kind === 'type' || kind === 'type-spec' || kind === 'module'))
        entries.push(entry(source, name, pythonName(source, name, node), null, text, node));
      continue;
    }
    entries.push(entry(source, name, null, target, '', node));
  }
}

function pythonName(source: Source, slot: string, node: number): string | null {
  return slot === 'tp_name' || slot === 'm_name' || slot === 'name' ? stringOf(source, node) : null;
}

function entry(
  source: Source,
  slot: string,
  name: string | null,
  target: string | null,
  detail: string,
  node: number,
): TableEntry {
  return { slot, name, target, detail, span: { start: source.start(node), end: source.end(node) } };
}

/** One row of an array: a method, a slot … A macro that makes a row (`X_METHODDEF`) is an entry by that name. */
function readRow(source: Source, kind: TableKind, row: number): TableEntry[] {
  if (source.kind(row) !== 'initializer_list') return readMacroRow(source, row);
  const members = new Map(membersOf(source, kind, source.named(row)).map(({ name, node }) => [name, node]));
  const at = (name: string): number => members.get(name) ?? -1;
  const text = (name: string): string => (at(name) < 0 ? '' : source.textOf(at(name)));
  const span = { start: source.start(row), end: source.end(row) };
  const target = (name: string): string | null => (at(name) < 0 ? null : targetOf(source, at(name)));
  switch (kind) {
    case 'methods': {
      const name = stringOf(source, at('ml_name'));
      const method = target('ml_meth');
      if (method === null || method === 'NULL') return [];
      return [{ slot: 'meth', name, target: method, detail: text('ml_flags'), span }];
    }
    case 'getset': {
      const name = stringOf(source, at('name'));
      const entries: TableEntry[] = [];
      for (const slot of ['get', 'set']) {
        const accessor = target(slot);
        if (accessor !== null && accessor !== 'NULL')
          entries.push({ slot, name, target: accessor, detail: text('closure'), span });
      }
      return entries;
    }
    case 'members': {
      const name = stringOf(source, at('name'));
      if (name === null && text('name') === '') return [];
      if (text('name') === 'NULL' || text('name') === '0') return [];
      const detail = ['type', 'offset', 'flags'].map(text).filter(Boolean).join(', ');
      return [{ slot: 'member', name: name ?? text('name'), target: null, detail, span }];
    }
    case 'slots':
    case 'module-slots': {
      const slot = text('slot');
      if (slot === '' || slot === '0') return [];
      const value = at('value') < 0 ? at('pfunc') : at('value');
      return [
        {
          slot,
          name: null,
          target: value < 0 ? null : targetOf(source, value),
          detail: value < 0 ? '' : source.textOf(value),
          span,
        },
      ];
    }
    default: {
      const entries: TableEntry[] = [];
      readMembers(source, kind, source.named(row), entries);
      return entries;
    }
  }
}

function readMacroRow(source: Source, row: number): TableEntry[] {
  const name = source.kind(row) === 'call_expression' ? source.child(row, 'function') : row;
  if (name < 0 || source.kind(name) !== 'identifier') return [];
  const macro = source.textOf(name);
  if (macro === 'NULL') return [];
  const span = { start: source.start(row), end: source.end(row) };
  return [{ slot: macro, name: null, target: null, detail: source.textOf(row), span }];
}

/** `(PyCFunction)(void(*)(void))f`, `&table`, `f`, `(void *)f`, `static_cast<…>(f)`, `_PyCFunction_CAST(f)`. */
function targetOf(source: Source, node: number): string | null {
  let inner = source.unwrap(node);
  for (let hops = 0; hops < 32; hops++) {
    const kind = source.kind(inner);
    if (kind === 'identifier' || kind === 'qualified_identifier' || kind === 'null') return source.textOf(inner);
    let next = -1;
    if (kind === 'cast_expression') next = source.child(inner, 'value');
    else if (kind === 'pointer_expression') next = source.child(inner, 'argument');
    else if (kind === 'call_expression') {
      const list = source.child(inner, 'arguments');
      const args = list < 0 ? [] : source.named(list);
      if (args.length === 1) next = args[0]!;
    } else if (kind === 'compound_literal_expression') {
      next = source.child(inner, 'value');
    } else if (kind === 'initializer_list') {
      const children = source.named(inner);
      if (children.length === 1) next = children[0]!;
    }
    if (next < 0) return null;
    inner = source.unwrap(next);
  }
  return null;
}

function stringOf(source: Source, node: number): string | null {
  if (node < 0) return null;
  const text = source.textOf(node);
  const parts = [...text.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(found => found[1]!);
  return parts.length === 0 ? null : parts.join('');
}

/** Any other static initialiser: the names in it that could be functions. */
function collectCallbacks(source: Source, type: CType, value: number, entries: TableEntry[]): void {
  const spots = new Map<number, readonly Spot[]>([[value, []]]);
  source.walk(value, node => {
    if (entries.length >= MAX_ENTRIES) return false;
    const kind = source.kind(node);
    if (kind === 'initializer_list') noteSpots(source, node, spots);
    if (kind === 'identifier') {
      const parent = source.parent(node);
      const parentKind = parent < 0 ? '' : source.kind(parent);
      const isValue =
        parentKind === 'initializer_list' ||
        parentKind === 'initializer_pair' ||
        parentKind === 'cast_expression' ||
        (parentKind === 'pointer_expression' && source.textOf(source.first(parent)) === '&');
      if (isValue) {
        const made = entry(source, slotOf(source, node), null, source.textOf(node), '', node);
        const path = made.slot === '' ? spotOf(source, node, spots) : undefined;
        entries.push(path === undefined ? made : { ...made, position: { type, path } });
      }
    }
    return kind !== 'string_literal';
  });
}

/** Where each value of a brace group stands in it; nothing for a group of unknown type. */
function noteSpots(source: Source, group: number, spots: Map<number, readonly Spot[]>): void {
  const around = spotOf(source, group, spots);
  if (around === undefined) return;
  let after: string | null = null;
  let ahead = 0;
  for (const child of source.named(group)) {
    if (source.kind(child) === 'initializer_pair') {
      const designator = source.child(child, 'designator');
      after = designator < 0 ? '' : source.textOf(designator).replace(/^\./, '').trim();
      ahead = 0;
    }
    spots.set(child, [...around, { after, ahead }]);
    ahead++;
  }
}

function spotOf(
  source: Source,
  node: number,
  spots: ReadonlyMap<number, readonly Spot[]>,
): readonly Spot[] | undefined {
  for (let at = node; at >= 0; at = source.parent(at)) {
    const spot = spots.get(at);
    if (spot !== undefined) return spot;
    // `&(T){…}` is of a type of its own.
    if (source.kind(at) === 'compound_literal_expression') return undefined;
  }
  return undefined;
}

function slotOf(source: Source, node: number): string {
  for (let parent = source.parent(node); parent >= 0; parent = source.parent(parent)) {
    const kind = source.kind(parent);
    if (kind === 'initializer_pair') {
      const designator = source.child(parent, 'designator');
      return designator < 0 ? '' : source.textOf(designator).replace(/^\./, '');
    }
    if (kind === 'initializer_list') {
      return '';
    }
  }
  return '';
}
