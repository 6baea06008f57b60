/**
 * Table entries that need the whole file: rows written as macros, functions whose caller Argument Clinic generates, and values
 * whose place in the initialiser tells which member of a project's struct they fill.
 */
import type { Environment } from './environment.ts';
import { outlinesOf } from './fragments.ts';
import type { Table, TableEntry } from './model.ts';
import { memberAt } from './positions.ts';

/**
 * Replaces rows like `MOD_FOO_METHODDEF` by what the macro's definition says, or, when the generated header isn't at hand, by what
 * its name says; and adds the `…_impl` that a generated function calls.
 */
export function resolveEntries(table: Table, env: Environment): Table {
  if (table.kind === 'callbacks') return { ...table, entries: table.entries.map(entry => withMember(entry, env)) };
  let changed = false;
  const entries: TableEntry[] = [];
  for (const entry of table.entries) {
    const resolved = isMacroRow(entry) ? rowsOfMacro(table, entry, env) : [entry];
    if (resolved.length !== 1 || resolved[0] !== entry) changed = true;
    for (const one of resolved) {
      entries.push(one);
      const impl = implementation(one.target, env);
      if (impl === null) continue;
      entries.push({ ...one, target: impl });
      changed = true;
    }
  }
  return changed ? { ...table, entries } : table;
}

function withMember({ position, ...entry }: TableEntry, env: Environment): TableEntry {
  return position === undefined ? entry : { ...entry, slot: memberAt(position.type, position.path, env) ?? entry.slot };
}

function isMacroRow(entry: TableEntry): boolean {
  return entry.target === null && entry.name === null && /^\w+$/.test(entry.detail) && entry.slot === entry.detail;
}

/** `foo` of a table, when only the `foo_impl` that it calls is part of what we read. */
function implementation(target: string | null, env: Environment): string | null {
  if (target === null || env.function(target)) return null;
  return env.function(`${target}_impl`) ? `${target}_impl` : null;
}

function rowsOfMacro(table: Table, entry: TableEntry, env: Environment): TableEntry[] {
  const macro = entry.slot;
  const definition = env.macro(macro);
  const type = ROW_TYPES[table.kind];
  if (definition && definition.body.trim() === '') return [];
  if (definition && env.fragment && type !== undefined && definition.parameters === null) {
    const made = outlinesOf(`static ${type} table[] = { ${definition.body} };`, env.fragment);
    const rows = made.flatMap(outline => outline.tables.flatMap(({ entries }) => entries));
    if (rows.length > 0) return rows.map(row => ({ ...row, span: entry.span }));
  }
  return byName(macro, entry, env);
}

const ROW_TYPES: Readonly<Partial<Record<Table['kind'], string>>> = {
  methods: 'PyMethodDef',
  getset: 'PyGetSetDef',
  members: 'PyMemberDef',
  slots: 'PyType_Slot',
  'module-slots': 'PyModuleDef_Slot',
};

/** Clinic's macros are the function's name in capitals; the case of the original is lost, so it is looked up. */
function byName(macro: string, entry: TableEntry, env: Environment): TableEntry[] {
  const method = /^(\w+)_METHODDEF$/.exec(macro);
  if (method) {
    const target = env.implementation(`${method[1]!}_impl`);
    return [{ ...entry, slot: 'meth', target: target ?? method[1]!.toLowerCase() }];
  }
  const accessor = /^(\w+)_GETSETDEF$/.exec(macro);
  if (!accessor) return [entry];
  const rows: TableEntry[] = [];
  for (const slot of ['get', 'set']) {
    const target = env.implementation(`${accessor[1]!}_${slot}_impl`);
    if (target !== null) rows.push({ ...entry, slot, target });
  }
  return rows.length > 0 ? rows : [entry];
}
