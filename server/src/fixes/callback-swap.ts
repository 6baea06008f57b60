/**
 * A global object that is replaced while others use it: swapped under a mutex and released after it, and every function that
 * reads it takes a reference under the same mutex first.
 */
import type { Access } from '../analysis/accesses.ts';
import { Edits } from './edits.ts';
import { type DeclaredGlobal, declaredGlobal, flaggedGlobal, mutexBeside } from './globals.ts';
import type { LockChoice } from './locks.ts';
import { attempt, CannotFix, type Proposed, type Technique } from './model.ts';
import { own } from './own.ts';
import { regionAround, spanOfRegion } from './region.ts';
import { FixSite } from './site.ts';

export const swapCallback: Technique = site => {
  const access = flaggedGlobal(site);
  if (access === null) return [];
  return [attempt(`Swap \`${access.name}\` under a mutex`, () => rewrite(site, access))];
};

function rewrite(site: FixSite, access: Access): Proposed {
  const global = declaredGlobal(site, access);
  if (global.variable.type.pointers !== 1 || global.variable.type.array)
    throw new CannotFix(`\`${global.name}\` is no single object.`);
  const edits = new Edits(site.text);
  const lock = mutexBeside(site, edits, access, global);
  const names: string[] = [];
  for (const view of site.extension.functions) {
    const own = site.extension.accesses.ofFunction(view).filter(one => one.key === access.key && one.concurrent);
    if (own.every(one => one.locks.size > 0)) continue;
    const other = view.unit.file === site.view.unit.file ? FixSite.ofView(site.request, view) : null;
    if (other === null) throw new CannotFix(`\`${view.name}\` uses \`${global.name}\` too, in another file.`);
    if (own.every(one => one.kind === 'read')) takeFirst(other, edits, own, global, lock);
    else swap(other, edits, own, global, lock);
    if (view !== site.view) names.push(`\`${view.name}\``);
  }
  const where = names.length > 0 ? `, and in ${names.join(' and ')}` : '';
  return {
    title: `Swap \`${global.name}\` while \`${lock.of}\` is locked${where}`,
    safety: 'safe',
    edits: edits.build(),
  };
}

/** `Py_XSETREF(g, value)` and `Py_CLEAR(g)`. */
function swap(
  site: FixSite,
  edits: Edits,
  accesses: readonly Access[],
  global: DeclaredGlobal,
  lock: LockChoice,
): void {
  const members = new Set(accesses.map(one => site.memberOf(site.nodeOfStep(one.step))));
  for (const member of members) {
    const text = site.writtenOf(member);
    const match = /^(Py_CLEAR|Py_X?SETREF)\s*\(\s*(\w+)\s*(?:,([\s\S]*))?\)\s*;$/.exec(text);
    if (match === null || match[2] !== global.name)
      throw new CannotFix(`\`${site.body.name}\` replaces \`${global.name}\` in a way that can not be followed.`);
    const value = match[3]?.trim() ?? 'NULL';
    const old = site.freshName('old', 'previous');
    const fresh = site.freshName('fresh', 'replacement');
    const plain = /^(?:\w+|Py_X?NewRef\(\s*\w+\s*\))$/.test(value);
    const indent = edits.indentAt(site.startOf(member));
    const lines = [
      `${global.type}${old};`,
      ...(plain ? [] : [`${global.type}${fresh} = ${value};`]),
      lock.open,
      `${old} = ${global.name};`,
      `${global.name} = ${plain ? value : fresh};`,
      lock.close,
      `${match[1] === 'Py_SETREF' ? 'Py_DECREF' : 'Py_XDECREF'}(${old});`,
    ];
    edits.replace(site.spanOf(member), lines.join(`\n${indent}`));
  }
}

/** A reference of the function's own, taken before the first use. */
function takeFirst(
  site: FixSite,
  edits: Edits,
  accesses: readonly Access[],
  global: DeclaredGlobal,
  lock: LockChoice,
): void {
  const nodes = accesses.map(one => site.nodeOfStep(one.step));
  if (nodes.some(node => site.source.textOf(node) !== global.name))
    throw new CannotFix(`\`${site.body.name}\` reads \`${global.name}\` inside of a macro.`);
  const region = regionAround(site, nodes);
  const name = site.freshName(`own_${global.name}`, 'held');
  const cast = global.variable.type.base === 'PyObject' ? '' : `(${global.type.trim()})`;
  edits.lineBefore(
    spanOfRegion(site, region).start,
    `${global.type}${name};`,
    lock.open,
    `${name} = ${cast}Py_XNewRef(${global.name});`,
    lock.close,
  );
  for (const node of nodes) edits.replace(site.spanOf(node), name);
  own(site, edits, {
    name,
    spellings: new Set([name, global.name]),
    uses: nodes,
    block: region.block,
    from: region.first,
  });
}
