/** Where a pointer goes inside a function: copies of it, and pointers that may live only as long as what it points to. */
import { apiFact } from '../capi/facts.ts';
import { isReleasedIn } from './released.ts';
import type { FixSite } from './site.ts';

const MOST = 400;

export interface Followers {
  /** The nodes, and all later uses of what was made from them. */
  readonly nodes: readonly number[];
  /** Variables that hold the very pointer, or what is there only as long as it: text, memory, borrowed references. */
  readonly lent: ReadonlySet<string>;
}

export function withFollowers(site: FixSite, nodes: readonly number[]): Followers {
  const all = [...nodes];
  const lent = new Set<string>();
  const seen = new Set<string>();
  for (let at = 0; at < all.length && at < MOST; at++) {
    const node = all[at] ?? -1;
    const assigned = assignedFrom(site, node);
    if (assigned?.lent === true) lent.add(assigned.name);
    for (const name of [...(assigned === null ? [] : [assigned.name]), ...filledFrom(site, node)]) {
      if (seen.has(name)) continue;
      seen.add(name);
      const start = site.startOf(node);
      for (const mention of site.mentions(site.scopeOf(node, name), name)) {
        if (site.startOf(mention) > start && !isAssigned(site, mention)) all.push(mention);
      }
    }
  }
  return { nodes: all, lent };
}

function isAssigned(site: FixSite, node: number): boolean {
  const { source } = site;
  const parent = source.parent(node);
  return source.kind(parent) === 'assignment_expression' && source.child(parent, 'left') === node;
}

/** The pointer variable that gets the value or something that may live as long as it. */
function assignedFrom(site: FixSite, use: number): { readonly name: string; readonly lent: boolean } | null {
  const { source, body } = site;
  let lent = true;
  let called = false;
  for (let at = use, parent = source.parent(use); parent >= 0; at = parent, parent = source.parent(at)) {
    const kind = source.kind(parent);
    if (kind === 'call_expression' && isNewReference(site, parent)) return null;
    if (kind === 'call_expression') {
      called = true;
      // A function of the project may hand out anything.
      lent &&= isLent(site, parent);
    }
    const assigned = kind === 'assignment_expression' && source.child(parent, 'right') === at;
    const target =
      kind === 'init_declarator' ? source.child(parent, 'declarator') : assigned ? source.child(parent, 'left') : -1;
    if (target >= 0) {
      const name = /(\w+)$/.exec(source.textOf(target))?.[1] ?? '';
      const local = body.locals.find(one => one.name === name);
      const pointer =
        local !== undefined &&
        (local.type.pointers > 0 || hasMembers(site, name)) &&
        source.kind(target) !== 'field_expression';
      // What the function releases itself is its own, whatever it was made from.
      return pointer && !(called && isReleased(site, name)) ? { name, lent } : null;
    }
    if (/_statement$|^declaration$/.test(kind)) return null;
  }
  return null;
}

/** `PyArg_ParseTuple(item, "O", &name)`: pointers that a call fills through their address, and that are no new references. */
function filledFrom(site: FixSite, use: number): string[] {
  const { source, body } = site;
  const list = source.parent(use);
  if (source.kind(list) !== 'argument_list') return [];
  const fact = apiFact(source.textOf(source.child(source.parent(list), 'function')));
  return source.named(list).flatMap((argument, index) => {
    const name = /^&\s*(\w+)$/.exec(source.textOf(argument))?.[1];
    const local = body.locals.find(one => one.name === name);
    if (name === undefined || local === undefined || local.type.pointers === 0) return [];
    return fact?.outNew.includes(index) === true || isReleased(site, name) ? [] : [name];
  });
}

function isNewReference(site: FixSite, call: number): boolean {
  const name = site.source.textOf(site.source.child(call, 'function'));
  return /^Py_X?NewRef$/.test(name) || apiFact(name)?.returns === 'new';
}

/** A structure by value: one of its members may be a pointer. */
function hasMembers(site: FixSite, name: string): boolean {
  const { source } = site;
  return site.mentions(site.block, name).some(node => {
    const parent = source.parent(node);
    return (
      source.kind(parent) === 'field_expression' && source.textOf(parent).slice(source.textOf(node).length)[0] === '.'
    );
  });
}

function isLent(site: FixSite, call: number): boolean {
  const fact = apiFact(site.source.textOf(site.source.child(call, 'function')));
  return fact !== undefined && (fact.returns === 'borrowed' || fact.interior !== null);
}

/** By this name, or by that of a variable that gets the pointer. */
function isReleased(site: FixSite, name: string): boolean {
  const text = site.source.textOf(site.block);
  const copies = [...text.matchAll(new RegExp(`\\b(\\w+)\\s*=\\s*${name}\\s*;`, 'g'))].map(match => match[1] ?? '');
  return [name, ...copies].some(one => isReleasedIn(text, one));
}
