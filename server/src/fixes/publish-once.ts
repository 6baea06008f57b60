/**
 * A static that is filled on first use: what is built goes into a local first, and one thread publishes it under a mutex. The
 * mutex is never held while something is built, so that imports and Python code can't deadlock on it.
 */
import type { Access } from '../analysis/accesses.ts';
import { Edits } from './edits.ts';
import { completes, indentUnit } from './exits.ts';
import { declaredGlobal, flaggedGlobal, mutexBeside } from './globals.ts';
import { attempt, CannotFix, type Proposed, type Technique } from './model.ts';
import { verdictOf } from './null-tests.ts';
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
  return [attempt(`Publish \`${access.name}\` once, under a mutex`, () => rewrite(site, access))];
};

function rewrite(site: FixSite, access: Access): Proposed {
  const { source } = site;
  const global = declaredGlobal(site, access);
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
  const takesAway = site.extension.accesses
    .of(access.key)
    .some(one => one.kind !== 'read' && one.concurrent && (one.function !== site.view || one.step !== access.step));
  const edits = new Edits(site.text);
  const lock = mutexBeside(site, edits, access, global);
  const unit = indentUnit(site);
  const name = site.freshName('created', 'fresh');
  const indent = edits.indentAt(site.startOf(member));
  const block = source.parent(member);
  const members = site.members(block);
  const check = members[members.indexOf(member) + 1];
  const spellings = new Set([global.name]);
  const tested =
    check !== undefined &&
    source.kind(check) === 'if_statement' &&
    source.child(check, 'alternative') < 0 &&
    verdictOf(site, source.child(check, 'condition'), spellings).whenTrue === 'null' &&
    !completes(site, source.child(check, 'consequence'));
  const publish = [
    lock.open,
    `if (${global.name} == NULL) {`,
    `${unit}${global.name} = ${name};`,
    `${unit}${name} = NULL;`,
    '}',
    lock.close,
    `Py_XDECREF(${name});`,
  ];
  edits.replace({ start: site.startOf(member), end: site.startOf(value) }, `${global.type}${name} = `);
  if (tested) {
    for (const mention of site.mentions(source.child(check, 'condition'), global.name))
      edits.replace(site.spanOf(mention), name);
    edits.lineAfter(site.endOf(check), site.startOf(member), ...publish);
  } else {
    // A failure here does not matter when another thread has succeeded meanwhile.
    const forgive = [`if (${name} == NULL && ${global.name} != NULL) {`, `${unit}PyErr_Clear();`, '}'];
    const lines = [...publish.slice(0, -1), ...forgive, ...publish.slice(-1)];
    edits.insert(edits.behindComment(site.endOf(member)), lines.map(line => `\n${indent}${line}`).join(''));
  }
  const title = `Publish \`${global.name}\` once, under \`${lock.of}\``;
  return { title, safety: takesAway ? 'suggested' : 'safe', edits: edits.build() };
}
