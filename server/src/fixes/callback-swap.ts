/**
 * A global object that is replaced while others use it: swapped under a mutex and released after it, and every function that
 * reads it takes a reference under the same mutex first.
 */
import type { Access } from '../analysis/accesses.ts';
import { Edits } from './edits.ts';
import { exitsOf, indentUnit } from './exits.ts';
import { type DeclaredGlobal, declaredGlobal, flaggedGlobal, mutexBeside } from './globals.ts';
import type { LockChoice } from './locks.ts';
import { attempt, CannotFix, type Proposed, type Technique } from './model.ts';
import { nullnessAt, verdictOf } from './null-tests.ts';
import { own } from './own.ts';
import { isTakenAway } from './publish-once.ts';
import { type Region, regionAround, spanOfRegion } from './region.ts';
import { FixSite } from './site.ts';

export const swapCallback: Technique = site => {
  const access = flaggedGlobal(site);
  if (access === null) return [];
  return [attempt(`Swap \`${access.name}\` under a mutex`, () => rewrite(site, access))];
};

/** A cache that is cleared while threads run needs as much; else a compare and exchange will do. */
export const swapCache: Technique = site => {
  const access = flaggedGlobal(site);
  return access !== null && isTakenAway(site, access) ? swapCallback(site) : [];
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
    else if (isFilling(other, own, global)) fill(other, edits, own, global, lock);
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

/** The one store of the function stands where a test has found nothing. */
function isFilling(site: FixSite, accesses: readonly Access[], global: DeclaredGlobal): boolean {
  const [write, ...more] = accesses.filter(one => one.kind !== 'read');
  if (write === undefined || more.length > 0) return false;
  const assignment = assignmentOf(site, write);
  return assignment >= 0 && nullnessAt(site, assignment, new Set([global.name]), site.block, -1) === 'null';
}

/** `g = value;`, else -1. */
function assignmentOf(site: FixSite, write: Access): number {
  const { source } = site;
  const node = [...site.ancestors(site.nodeOfStep(write.step))].find(
    one => source.kind(one) === 'assignment_expression',
  );
  return node !== undefined && source.kind(source.parent(node)) === 'expression_statement' ? node : -1;
}

/** Made outside of the lock, put in place under it, unless somebody was faster: then theirs is the one to go on with. */
function fill(
  site: FixSite,
  edits: Edits,
  accesses: readonly Access[],
  global: DeclaredGlobal,
  lock: LockChoice,
): void {
  const { source } = site;
  const write = accesses.find(one => one.kind !== 'read');
  const assignment = write === undefined ? -1 : assignmentOf(site, write);
  const member = site.memberOf(assignment);
  const nodes = accesses.filter(one => one !== write).map(one => site.nodeOfStep(one.step));
  if (nodes.some(node => source.textOf(node) !== global.name))
    throw new CannotFix(`\`${site.body.name}\` reads \`${global.name}\` inside of a macro.`);
  const region = regionAround(site, [...nodes, assignment]);
  if (source.parent(member) === region.block)
    throw new CannotFix(
      `\`${site.body.name}\` fills \`${global.name}\` behind an early return: fill it inside of the test.`,
    );
  const name = takeReference(site, edits, region, global, lock);
  for (const node of nodes) edits.replace(site.spanOf(node), name);
  edits.replace(site.spanOf(source.child(assignment, 'left')), name);
  const first = site.freshName('first', 'published');
  const unit = indentUnit(site);
  const cast = castTo(global);
  edits.lineAfter(
    site.endOf(member),
    site.startOf(member),
    `if (${name} != NULL) {`,
    `${unit}${global.type}${first};`,
    `${unit}${lock.open}`,
    `${unit}if (${global.name} == NULL) {`,
    `${unit}${unit}${global.name} = ${cast}Py_NewRef(${name});`,
    `${unit}}`,
    `${unit}${first} = ${cast}Py_NewRef(${global.name});`,
    `${unit}${lock.close}`,
    `${unit}Py_SETREF(${name}, ${first});`,
    '}',
  );
  refuseExitsBehind(site, member, new Set([name, global.name]));
  own(site, edits, {
    name,
    spellings: new Set([name, global.name]),
    uses: nodes,
    block: region.block,
    from: region.first,
  });
}

/** Behind the store, inside of the test that found nothing, only exits that test again know what they hold. */
function refuseExitsBehind(site: FixSite, member: number, spellings: ReadonlySet<string>): void {
  const { source } = site;
  const block = source.parent(member);
  if (block === site.block) return;
  const from = { start: site.endOf(member), end: site.endOf(block) };
  for (const exit of exitsOf(site, from)) {
    const around = [...site.ancestors(exit.node)].find(node => source.kind(node) === 'if_statement') ?? -1;
    const inside = around >= 0 && site.startOf(around) >= from.start;
    if (!inside || verdictOf(site, source.child(around, 'condition'), spellings).whenTrue !== 'null')
      throw new CannotFix(`\`${site.body.name}\` leaves behind the store in a way that can not be followed.`);
  }
}

function takeReference(site: FixSite, edits: Edits, region: Region, global: DeclaredGlobal, lock: LockChoice): string {
  const name = site.freshName(`own_${global.name}`, 'held');
  edits.lineBefore(
    spanOfRegion(site, region).start,
    `${global.type}${name};`,
    lock.open,
    `${name} = ${castTo(global)}Py_XNewRef(${global.name});`,
    lock.close,
  );
  return name;
}

function castTo(global: DeclaredGlobal): string {
  return global.variable.type.base === 'PyObject' ? '' : `(${global.type.trim()})`;
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
  const name = takeReference(site, edits, region, global, lock);
  for (const node of nodes) edits.replace(site.spanOf(node), name);
  own(site, edits, {
    name,
    spellings: new Set([name, global.name]),
    uses: nodes,
    block: region.block,
    from: region.first,
  });
}
