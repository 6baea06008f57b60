/**
 * Which names mean something else in a new environment: what decides whether a function that was lowered before can be kept.
 * Compares what layers declare by name; what uses a changed name (a macro's body, a field's type) has changed too.
 */
import type { Declarations } from './declared.ts';
import type { Environment } from './environment.ts';
import type { CType } from './model.ts';

const WORD = /[A-Za-z_]\w*/g;

/** More changed names than this: everything is lowered again. */
const MANY = 300;

const known = new WeakMap<Environment, WeakMap<Environment, Changes>>();

export interface Changes {
  /** Whether a text may mean something else than before. Errs on the side of yes. */
  affects(text: string): boolean;
}

export function changesBetween(before: Environment, after: Environment): Changes {
  let byBefore = known.get(after);
  if (!byBefore) known.set(after, (byBefore = new WeakMap()));
  let changes = byBefore.get(before);
  if (!changes) byBefore.set(before, (changes = compare(before, after)));
  return changes;
}

function compare(before: Environment, after: Environment): Changes {
  const sameReader = (before.fragment === null) === (after.fragment === null);
  if (!sameReader || before.language !== after.language) return { affects: () => true };
  const names = directlyChanged(before.layers, after.layers);
  if (names.size > 0) spread(names, before, after);
  if (names.size > MANY) return { affects: () => true };
  const words = [...names].map(lastPart);
  return { affects: text => words.some(word => text.includes(word)) };
}

function lastPart(name: string): string {
  return name.slice(name.lastIndexOf(':') + 1);
}

/** Layers are compared from the file itself outwards, since headers may have been added in front. */
function directlyChanged(before: readonly Declarations[], after: readonly Declarations[]): Set<string> {
  const changed = new Set<string>();
  const count = Math.max(before.length, after.length);
  for (let back = 1; back <= count; back++) {
    const old = before.at(-back);
    const fresh = after.at(-back);
    if (old === fresh) continue;
    const oldNames = old ? namesOf(old) : EMPTY;
    const newNames = fresh ? namesOf(fresh) : EMPTY;
    for (const [name, meaning] of newNames) if (oldNames.get(name) !== meaning) changed.add(name);
    for (const name of oldNames.keys()) if (!newNames.has(name)) changed.add(name);
  }
  return changed;
}

/** Adds the names whose meaning mentions a changed name, until nothing is added. */
function spread(changed: Set<string>, before: Environment, after: Environment): void {
  const users = new Map<string, string[]>();
  for (const layer of [...before.layers, ...after.layers]) {
    for (const [name, meaning] of namesOf(layer)) {
      for (const [word] of meaning.matchAll(WORD)) {
        const names = users.get(word);
        if (names) names.push(name);
        else users.set(word, [name]);
      }
    }
  }
  const todo = [...changed];
  for (let name = todo.pop(); name !== undefined && changed.size <= MANY; name = todo.pop()) {
    for (const user of users.get(lastPart(name)) ?? []) {
      if (changed.has(user)) continue;
      changed.add(user);
      todo.push(user);
    }
  }
}

const EMPTY: ReadonlyMap<string, string> = new Map();
const tables = new WeakMap<Declarations, ReadonlyMap<string, string>>();

/** Everything that a layer declares: name to meaning, as text that is equal when the meaning is. */
function namesOf(layer: Declarations): ReadonlyMap<string, string> {
  let names = tables.get(layer);
  if (!names) tables.set(layer, (names = describe(layer)));
  return names;
}

function describe(layer: Declarations): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  const add = (name: string, meaning: string): void => {
    names.set(name, `${names.get(name) ?? ''}${meaning};`);
  };
  for (const struct of layer.structs) {
    const fields = struct.fields.map(field => `${field.name} ${typeKey(field.type)} ${field.bits ?? ''}`).join(',');
    const meaning = `${struct.name} ${struct.isObject} ${struct.bases.join(' ')} {${fields}}`;
    add(struct.name, meaning);
    for (const alias of struct.aliases) add(alias, meaning);
  }
  for (const { name, type } of layer.typedefs) add(name, typeKey(type));
  for (const { name, type, storage } of layer.globals) add(name, `${storage} ${typeKey(type)}`);
  for (const { name, returnType, ofClass, runByLoader } of layer.prototypes)
    add(name, `(${typeKey(returnType)}) ${ofClass ?? ''} ${runByLoader ?? ''}`);
  for (const { type, enters, lock } of layer.guards) add(type, `guard ${enters} ${lock}`);
  for (const [name, value] of Object.entries(layer.enumerators)) add(name, `= ${value}`);
  for (const { name, parameters, body } of layer.macros) add(name, `#${parameters?.join(',') ?? ''} ${body}`);
  return names;
}

function typeKey(type: CType): string {
  const flags = [
    type.array && '[]',
    type.const && 'c',
    type.atomic && 'a',
    type.volatile && 'v',
    type.callable && '()',
  ];
  return `${type.base} ${type.pointers}${flags.filter(Boolean).join('')}`;
}
