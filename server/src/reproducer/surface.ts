/**
 * What Python sees of an extension: its module, functions, types and their attributes, from the static tables. Names that
 * only exist at run time (types made in loops, methods added by hand) are not in it.
 */
import type { ExtensionFunction, Linker } from '../analysis/program.ts';
import type { Table, TableEntry, TranslationUnit, Value } from '../program/model.ts';

export interface PythonType {
  /** Last part of `tp_name`: `Book`. */
  readonly name: string;
  /** As C knows it: `Book_Type`, `Book_spec`. */
  readonly symbols: ReadonlySet<string>;
  /** Of its instances, by the linker's names. */
  readonly structs: ReadonlySet<string>;
  /** Calling it makes an instance: `object` when only because nobody forbids it, so that its fields may stay empty. */
  readonly creatable: 'own' | 'object' | 'no';
}

/** Something Python code can do that runs a function of the extension. */
export interface Entry {
  readonly kind: 'function' | 'method' | 'getter' | 'setter' | 'slot';
  /** Of the attribute; for slots the slot without `Py_`: `tp_new`, `sq_item`. */
  readonly name: string;
  /** `METH_O`, `METH_VARARGS | METH_KEYWORDS`; empty where there are none. */
  readonly flags: string;
  /** Null for functions of the module. */
  readonly type: PythonType | null;
  readonly function: ExtensionFunction;
  /** The name is not in the table: it was guessed from the function's. */
  readonly guessed: boolean;
}

/** An attribute that shows a field as it is. */
export interface Member {
  readonly type: PythonType;
  readonly name: string;
  readonly field: string;
  /** It can hold any object, not a number or a string. */
  readonly object: boolean;
}

export interface Surface {
  /** What is imported: `tallybook`, `kiwisolver._cext`. Null when no `PyInit_…` was found. */
  readonly module: string | null;
  readonly types: readonly PythonType[];
  readonly entries: readonly Entry[];
  readonly members: readonly Member[];
}

const PARTS: Readonly<Record<string, string>> = {
  tp_as_number: 'number',
  tp_as_sequence: 'sequence',
  tp_as_mapping: 'mapping',
  tp_as_async: 'async',
  tp_as_buffer: 'buffer',
};

export function surfaceOf(linker: Linker, unit: TranslationUnit | null): Surface {
  const tables = linker.units.flatMap(one => one.tables.map(table => ({ unit: one, table })));
  const aliases = symbolsOfSpecs(linker);
  const types: PythonType[] = [];
  const entries: Entry[] = [];
  const members: Member[] = [];
  const used = new Set<Table>();
  for (const { unit: file, table } of tables) {
    if ((table.kind !== 'type' && table.kind !== 'type-spec') || table.build?.only === 'gil') continue;
    const slots = slotsOf(tables, file, table);
    const at = (slot: string): string | null => slots.find(one => bare(one.slot) === slot)?.target ?? null;
    const own = ['tp_methods', 'tp_getset', 'tp_members'].flatMap(slot => named(tables, file, at(slot)));
    for (const one of own) used.add(one);
    const type = typeOf(linker, file, table, slots, own, aliases);
    types.push(type);
    for (const entry of [...slots, ...own.flatMap(one => one.entries)]) {
      const made = entryOf(linker, file, entry, type);
      if (made) entries.push(made);
      const member = entry.slot === 'member' ? memberOf(entry, type) : null;
      if (member) members.push(member);
    }
  }
  for (const { unit: file, table } of tables) {
    if (table.kind !== 'methods' || used.has(table)) continue;
    for (const entry of table.entries) {
      const made = entryOf(linker, file, entry, null);
      if (made) entries.push(made);
    }
  }
  return { module: moduleName(linker, unit, tables), types, entries, members };
}

type Placed = { readonly unit: TranslationUnit; readonly table: Table };

/** The table by that name: of the file itself first. */
function named(tables: readonly Placed[], unit: TranslationUnit, name: string | null): Table[] {
  if (name === null) return [];
  const found = tables.filter(one => one.table.name === name);
  const own = found.find(one => one.unit === unit) ?? found[0];
  return own ? [own.table] : [];
}

/** All slots of a type, those of `tp_as_number` and its like included. */
function slotsOf(tables: readonly Placed[], unit: TranslationUnit, table: Table): TableEntry[] {
  const direct =
    table.kind === 'type-spec'
      ? table.entries.flatMap(entry =>
          entry.slot === 'slots' ? named(tables, unit, entry.target).flatMap(one => one.entries) : [],
        )
      : table.entries;
  return direct.flatMap(entry =>
    Object.hasOwn(PARTS, entry.slot) ? named(tables, unit, entry.target).flatMap(one => one.entries) : [entry],
  );
}

const bare = (slot: string): string => slot.replace(/^Py_/, '');

function typeOf(
  linker: Linker,
  unit: TranslationUnit,
  table: Table,
  slots: readonly TableEntry[],
  own: readonly Table[],
  aliases: ReadonlyMap<string, ReadonlySet<string>>,
): PythonType {
  const visible = table.entries.find(entry => entry.slot === 'name' || entry.slot === 'tp_name')?.name;
  const details = table.entries.map(entry => entry.detail).join(' ');
  const structs = new Set<string>();
  const size = /sizeof\s*\(\s*(?:struct\s+)?(\w+)\s*\)/.exec(details)?.[1];
  if (size !== undefined) structs.add(linker.structName(size));
  for (const { target } of [...slots, ...own.flatMap(one => one.entries)]) {
    const first = target === null ? undefined : linker.resolve(unit.file, target)?.function.body.locals[0];
    if (first?.parameter !== true || first.type.pointers !== 1) continue;
    const base = linker.structName(first.type.base);
    if (!/^Py(?:Object|TypeObject)$/.test(base) && linker.struct(base)?.isObject === true) structs.add(base);
  }
  const makes = slots.some(entry => /^tp_(?:new|init)$/.test(bare(entry.slot)) && entry.target !== 'NULL');
  const maker = slots.find(entry => bare(entry.slot) === 'tp_new')?.target;
  const refuses =
    /DISALLOW_INSTANTIATION/.test(details) || (maker != null && onlyFails(linker.resolve(unit.file, maker)));
  return {
    name: visible?.split('.').at(-1) ?? table.name.replace(/_?(?:Type|_spec)$/i, ''),
    symbols: new Set([table.name, ...(aliases.get(table.name) ?? [])]),
    structs,
    creatable: refuses ? 'no' : makes ? 'own' : table.kind === 'type-spec' ? 'object' : 'no',
  };
}

/** Every way out returns NULL: it is there to say that nobody may call it. */
function onlyFails(fn: ExtensionFunction | undefined): boolean {
  const returns = fn?.function.body.steps.flatMap(({ op }) => (op.kind === 'return' ? [op.value] : [])) ?? [];
  return returns.length > 0 && returns.every(value => value?.kind === 'null');
}

function entryOf(linker: Linker, unit: TranslationUnit, entry: TableEntry, type: PythonType | null): Entry | null {
  const fn = entry.target === null ? undefined : linker.resolve(unit.file, entry.target);
  if (fn === undefined || entry.build?.only === 'gil') return null;
  const made = { flags: entry.detail, type, function: fn, guessed: false };
  switch (entry.slot) {
    case 'meth': {
      const name = entry.name ?? nameOfImplementation(fn.function.body.name, type);
      return { ...made, kind: type ? 'method' : 'function', name, guessed: entry.name === null };
    }
    case 'get':
    case 'set':
      if (entry.name === null) return null;
      return { ...made, kind: entry.slot === 'get' ? 'getter' : 'setter', name: entry.name, flags: '' };
    case 'member':
      return null;
    default:
      return { ...made, kind: 'slot', name: bare(entry.slot), flags: '' };
  }
}

/** Argument Clinic names `module_Type_method_impl`: what follows the type, else the last word. */
function nameOfImplementation(name: string, type: PythonType | null): string {
  const stem = name.replace(/_impl$/, '');
  const after = type === null ? -1 : stem.lastIndexOf(`${type.name}_`);
  return after >= 0 && type ? stem.slice(after + type.name.length + 1) : stem.slice(stem.indexOf('_') + 1);
}

function memberOf(entry: TableEntry, type: PythonType): Member | null {
  const field = /offsetof\s*\(\s*[^,]+,\s*([\w.]+)\s*\)/.exec(entry.detail)?.[1];
  // `__weaklistoffset__` and its like tell the type something, and are no attributes.
  if (field === undefined || entry.name === null || /^__\w+offset__$/.test(entry.name)) return null;
  return { type, name: entry.name, field, object: /_OBJECT|_Py_T_NONE/.test(entry.detail) };
}

/** Which variables hold the types that are made from specifications. */
function symbolsOfSpecs(linker: Linker): Map<string, Set<string>> {
  const out = new Map<string, Set<string>>();
  for (const { function: fn } of linker.functions) {
    const { steps } = fn.body;
    const made = (value: Value): string | null => {
      const op = value.kind === 'result' ? steps[value.step]?.op : undefined;
      if (op?.kind !== 'call' || op.callee.name?.startsWith('PyType_From') !== true) return null;
      const spec = op.args.flatMap(arg =>
        arg.kind === 'address' && arg.place.kind === 'global' ? arg.place.name : [],
      );
      return spec[0] ?? null;
    };
    const ofLocal = new Map<number, string>();
    for (const { op } of steps) {
      if (op.kind !== 'store') continue;
      const spec = op.value.kind === 'local' ? (ofLocal.get(op.value.local) ?? null) : made(op.value);
      if (spec === null) continue;
      if (op.place.kind === 'local') ofLocal.set(op.place.local, spec);
      const name = op.place.kind === 'global' ? op.place.name : op.place.kind === 'field' ? op.place.field : null;
      if (name === null) continue;
      const known = out.get(spec);
      if (known) known.add(name);
      else out.set(spec, new Set([name]));
    }
  }
  return out;
}

/** The name to import: what `PyInit_` says, with the package that `m_name` or a type's name adds to it. */
function moduleName(linker: Linker, unit: TranslationUnit | null, tables: readonly Placed[]): string | null {
  const inits = linker.functions.filter(fn => /^PyInit_\w/.test(fn.function.body.name));
  const init = inits.find(fn => fn.unit === unit) ?? inits[0];
  if (init === undefined) return null;
  const name = init.function.body.name.replace(/^PyInit_/, '');
  const dotted = tables
    .filter(({ table }) => table.kind === 'module' || table.kind === 'type' || table.kind === 'type-spec')
    .flatMap(({ table }) =>
      table.entries.flatMap(entry => {
        if (entry.name === null || !/^(?:m_name|tp_name|name)$/.test(entry.slot)) return [];
        return entry.slot === 'm_name' ? entry.name : entry.name.split('.').slice(0, -1).join('.');
      }),
    )
    .filter(one => one === name || one.endsWith(`.${name}`));
  return dotted.sort((a, b) => b.length - a.length)[0] ?? name;
}
