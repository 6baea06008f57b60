/** How an extension declares its modules. */
import type { Call, Extension } from '../../analysis/extension.ts';
import type { Table, TableEntry, TranslationUnit } from '../../program/model.ts';

export interface DeclaredTable {
  readonly unit: TranslationUnit;
  readonly table: Table;
}

export function tablesOf(extension: Extension, kind: Table['kind']): DeclaredTable[] {
  return extension.tables.filter(({ table }) => table.kind === kind && table.build?.only !== 'gil');
}

export interface Creation {
  readonly call: Call;
  /** The definition that the module is made from, when its table could be read. */
  readonly definition: Table | undefined;
}

/** Calls of `PyModule_Create`: single-phase initialisation. */
export function creations(extension: Extension): Creation[] {
  return ['PyModule_Create', 'PyModule_Create2'].flatMap(name =>
    extension.callsTo(name).map(call => {
      const op = call.function.op(call.step);
      const argument = op?.kind === 'call' ? op.args[0] : undefined;
      const variable = argument?.kind === 'address' && argument.place.kind === 'global' ? argument.place.name : null;
      const definition = call.function.unit.tables.find(table => table.kind === 'module' && table.name === variable);
      return { call, definition };
    }),
  );
}

export function entryOf(table: Table | undefined, slot: string): TableEntry | undefined {
  return table?.entries.find(entry => entry.slot === slot);
}

/** The module says itself that it runs without the GIL. */
export function promises(extension: Extension): (DeclaredTable & { readonly entry: TableEntry }) | undefined {
  for (const declared of tablesOf(extension, 'module-slots')) {
    const entry = declared.table.entries.find(one => one.slot === 'Py_mod_gil' && /NOT_USED/.test(one.detail));
    if (entry !== undefined) return { ...declared, entry };
  }
  return undefined;
}

/** Something in the sources is made for Pythons before 3.13. */
export function supportsOlderPythons(extension: Extension): boolean {
  const old =
    /PY_VERSION_HEX\s*(?:<=?|>=?)\s*0x0?30[0-9aAbBcC]|PY_(?:MINOR_VERSION)\s*(?:<=?|>=?)\s*(?:[5-9]|1[0-2])\b/;
  return extension.settled(supportsOlderPythons, () => [...extension.conditions].some(text => old.test(text)));
}
