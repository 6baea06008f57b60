/**
 * A static that is filled on first use: what is built goes into a local first, and one thread publishes it with a compare and
 * exchange. No lock is held while something is built, so imports and Python code can't deadlock on one.
 */
import type { Access } from '../analysis/accesses.ts';
import { Edits } from './edits.ts';
import { indentUnit } from './exits.ts';
import { type DeclaredGlobal, declaredGlobal, flaggedGlobal, include } from './globals.ts';
import { attempt, CannotFix, type Proposed, type Technique } from './model.ts';
import { leavesWhenNull, nullnessAt } from './null-tests.ts';
import type { FixSite } from './site.ts';

export const publishOnce: Technique = site => {
  const access = flaggedGlobal(site);
  if (access === null)
    return [
      {
        title: 'Create it once',
        reason: 'The static is filled by a helper that gets its address: lock in the helper.',
      },
    ];
  return [attempt(`Publish \`${access.name}\` once, with a compare and exchange`, () => rewrite(site, access))];
};

/** Other code, while threads run, replaces or clears what is filled here: what was read may be gone when it is used. */
export function isTakenAway(site: FixSite, access: Access): boolean {
  return site.extension.accesses
    .of(access.key)
    .some(one => one.kind !== 'read' && one.concurrent && (one.function !== site.view || one.step !== access.step));
}

function rewrite(site: FixSite, access: Access): Proposed {
  const { source } = site;
  const global = declaredGlobal(site, access);
  if (global.variable.type.array) throw new CannotFix(`\`${global.name}\` is an array of statics.`);
  const node = site.nodeOfStep(access.step);
  const assignment = source.kind(node) === 'assignment_expression' ? node : source.parent(node);
  const member = site.memberOf(node);
  if (
    source.kind(assignment) !== 'assignment_expression' ||
    source.parent(assignment) !== member ||
    source.kind(member) !== 'expression_statement'
  )
    throw new CannotFix('The static is filled in the middle of a larger expression.');
  const value = source.child(assignment, 'right');
  if (isTakenAway(site, access))
    throw new CannotFix(`Other code replaces \`${global.name}\`: who reads it needs a reference taken under a mutex.`);
  const title = `Publish \`${global.name}\` once, with a compare and exchange`;
  const edits = new Edits(site.text);
  makeAtomic(site, edits, global);
  const unit = indentUnit(site);
  const given = source.textOf(value);
  // `cache = made;`: what was made has a name already, and a test behind it.
  const named = source.kind(value) === 'identifier' && nullnessAt(site, member, new Set([given]), -1, -1) === 'set';
  const name = named ? given : site.freshName('created', 'fresh');
  const expected = site.freshName('expected', 'missing');
  const block = source.parent(member);
  const members = site.members(block);
  const check = members[members.indexOf(member) + 1];
  const tested = check !== undefined && leavesWhenNull(site, check, global.name);
  const exchange = `${site.isCpp ? `${global.name}.compare_exchange_strong(` : `atomic_compare_exchange_strong(&${global.name}, `}${site.isCpp ? '' : '&'}${expected}, ${name})`;
  const declared = `${global.type}${expected} = NULL;`;
  if (named) {
    const lines = [declared, `if (!${exchange}) {`, `${unit}Py_DECREF(${name});`, '}'];
    edits.replace(site.spanOf(member), lines.join(`\n${edits.indentAt(site.startOf(member))}`));
    return { title, safety: 'safe', edits: edits.build() };
  }
  edits.replace({ start: site.startOf(member), end: site.startOf(value) }, `${global.type}${name} = `);
  if (tested) {
    for (const mention of site.mentions(source.child(check, 'condition'), global.name))
      edits.replace(site.spanOf(mention), name);
    const loser = [`if (!${exchange}) {`, `${unit}Py_DECREF(${name});`, '}'];
    edits.lineAfter(site.endOf(check), site.startOf(member), declared, ...loser);
  } else {
    const loser = [`if (${name} != NULL && !${exchange}) {`, `${unit}Py_DECREF(${name});`, '}'];
    // A failure here does not matter when another thread has succeeded meanwhile.
    const forgive = [`if (${name} == NULL && ${global.name} != NULL) {`, `${unit}PyErr_Clear();`, '}'];
    edits.lineAfter(site.endOf(member), site.startOf(member), declared, ...loser, ...forgive);
  }
  return { title, safety: 'safe', edits: edits.build() };
}

function makeAtomic(site: FixSite, edits: Edits, global: DeclaredGlobal): void {
  if (global.variable.type.atomic) return;
  const written = site.written(global.declaration);
  const at = global.declaration.start + written.search(new RegExp(`\\b${global.name}\\b`));
  if (site.isCpp) {
    const storage = /^(?:(?:static|extern|inline)\s+)*/.exec(written)?.[0].length ?? 0;
    edits.replace({ start: global.declaration.start + storage, end: at }, `std::atomic<${global.type.trim()}> `);
  } else edits.insert(at, '_Atomic ');
  include(site, edits, site.isCpp ? '<atomic>' : '<stdatomic.h>');
}
