/** Counters: atomic when nothing else must agree with them, else under a mutex. */
import type { Access } from '../analysis/accesses.ts';
import { bracket } from './bracket.ts';
import { Edits } from './edits.ts';
import { type DeclaredGlobal, declaredGlobal, flaggedGlobal, include, mutexBeside } from './globals.ts';
import { attempt, CannotFix, type Proposed, type Technique } from './model.ts';
import { isPythonObject } from './objects.ts';
import { regionAround, spanOfRegion } from './region.ts';
import type { FixSite } from './site.ts';

export const fixCounter: Technique = site => {
  const access = flaggedGlobal(site);
  if (access === null) return [];
  return [
    attempt(`Make \`${access.name}\` atomic`, () => makeAtomic(site, access)),
    attempt(`Lock a mutex around the update of \`${access.name}\``, () => lockUpdate(site, access, 'the update of')),
  ];
};

/** A value that is only set and read: a mutex would do no more, and has to be taken by every reader. */
export const atomicFlag: Technique = site => {
  const access = flaggedGlobal(site);
  return access === null ? [] : [attempt(`Make \`${access.name}\` atomic`, () => makeAtomic(site, access))];
};

const INTEGER = /^(?:unsigned|signed|long|short|int|char|size_t|ssize_t|Py_ssize_t|Py_hash_t|u?int(?:ptr|\d+)_t|\s)+$/;

function makeAtomic(site: FixSite, access: Access): Proposed {
  const global = declaredGlobal(site, access);
  const all = site.extension.accesses.of(access.key);
  if (all.some(one => one.locks.size > 0))
    throw new CannotFix('Other code locks a mutex for it: take the same one here.');
  const pointer = access.type?.pointers === 1 && !access.type.callable && !isPythonObject(site, access.type.base);
  if ((!INTEGER.test(global.type.trim()) && !pointer) || access.type?.array === true)
    throw new CannotFix(`\`${global.name}\` is no plain integer.`);
  const functions = new Map<unknown, Access[]>();
  for (const one of all) functions.set(one.function, [...(functions.get(one.function) ?? []), one]);
  for (const list of functions.values()) {
    if (list.length > 1 && list.some(one => one.kind !== 'read'))
      throw new CannotFix(
        `\`${global.name}\` is tested and changed in one go: that has to stay together under a mutex.`,
      );
  }
  if (all.some(one => one.function.op(one.step)?.kind === 'store' && one.kind === 'update'))
    throw new CannotFix(`\`${global.name}\` is read and stored in two steps.`);
  if (addressTaken(site, global)) throw new CannotFix(`The address of \`${global.name}\` is handed out.`);
  const edits = new Edits(site.text);
  const written = site.written(global.declaration);
  const storage = /^(?:(?:static|extern|inline|volatile)\s+)*/.exec(written)?.[0].length ?? 0;
  if (site.isCpp) {
    const type = global.type.trim();
    edits.replace(
      { start: global.declaration.start + storage, end: global.declaration.start + storage + type.length },
      `std::atomic<${type}>`,
    );
    include(site, edits, '<atomic>');
  } else if (pointer)
    edits.insert(global.declaration.start + written.search(new RegExp(`\\b${global.name}\\b`)), '_Atomic ');
  else edits.insert(global.declaration.start + storage, '_Atomic ');
  return { title: `Make \`${global.name}\` atomic`, safety: 'safe', edits: edits.build() };
}

function addressTaken(site: FixSite, global: DeclaredGlobal): boolean {
  return new RegExp(`&\\s*${global.name}\\b`).test(site.text.replace(/&&/g, '  '));
}

function lockUpdate(site: FixSite, access: Access, what: string): Proposed {
  const global = declaredGlobal(site, access);
  const edits = new Edits(site.text);
  const lock = mutexBeside(site, edits, access, global);
  const inFunction = site.extension.accesses.ofFunction(site.view);
  const keys = new Set(
    inFunction.filter(one => site.finding.site.steps.includes(one.step)).map(one => one.key.replace(/\[\]$/, '')),
  );
  const own = inFunction.filter(one => one.struct === null && keys.has(one.key.replace(/\[\]$/, '')));
  const node = site.nodeOfStep(access.step);
  const region = regionAround(
    site,
    own.map(one => site.nodeOfStep(one.step)),
  );
  const span = spanOfRegion(site, region);
  const member = site.memberOf(node);
  // An update whose value nobody wants stays where it is.
  const whole = ![...site.ancestors(node)].some(
    one =>
      one !== node &&
      /^(?:return_statement|declaration|call_expression|assignment_expression)$/.test(site.source.kind(one)),
  );
  const title = `Lock \`${lock.of}\` around ${what} \`${global.name}\``;
  if (
    own.length === 1 &&
    !whole &&
    /^(?:return_statement|expression_statement|declaration)$/.test(site.source.kind(member))
  ) {
    // The value is taken out first: what is done with it needs no lock.
    if (/&&|\|\||\?/.test(site.written({ start: site.startOf(member), end: site.startOf(node) })))
      throw new CannotFix('The update is done only under a condition of the same expression.');
    const name = site.freshName('value', `own_${global.name}`);
    edits.lineBefore(
      site.startOf(member),
      `${global.type}${name};`,
      lock.open,
      `${name} = ${site.writtenOf(node)};`,
      lock.close,
    );
    edits.replace(site.spanOf(node), name);
    return { title, safety: 'safe', edits: edits.build() };
  }
  if (site.stepsIn(span).some(step => site.view.suspends(step) === 'python' || site.view.suspends(step) === 'blocks'))
    throw new CannotFix(`Python code may run there, and would find \`${lock.of}\` locked.`);
  bracket(site, edits, region, lock);
  return { title, safety: 'safe', edits: edits.build() };
}
