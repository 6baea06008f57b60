/** The increment behind a look-up that has become redundant now that the look-up hands out a new reference. */
import type { Edits } from './edits.ts';
import { leavesWhenNull, verdictOf } from './null-tests.ts';
import type { FixSite } from './site.ts';

/** `Py_INCREF(name);` right behind the take, or behind a test that leaves when there is nothing: it and what it adds are one. */
export function dropIncrementBehind(site: FixSite, edits: Edits, member: number, name: string): boolean {
  const { source } = site;
  const members = site.members(source.parent(member));
  const [first = -1, second = -1] = members.slice(members.indexOf(member) + 1);
  if (first < 0) return false;
  if (isIncrement(site, first, name)) return drop(site, edits, first);
  const leaves =
    leavesWhenNull(site, first, name) && site.mentions(source.child(first, 'consequence'), name).length === 0;
  if (leaves && isIncrement(site, second, name)) return drop(site, edits, second);
  return dropInBranch(site, edits, first, name);
}

function isIncrement(site: FixSite, node: number, name: string): boolean {
  return node >= 0 && new RegExp(`^Py_X?INCREF\\s*\\(\\s*${name}\\s*\\)\\s*;$`).test(site.source.textOf(node));
}

function drop(site: FixSite, edits: Edits, increment: number): true {
  edits.removeLine(site.spanOf(increment));
  return true;
}

/**
 * `if (v == NULL) { …makes one… } else { Py_INCREF(v); }`: behind it the function owns the reference either way. Where something
 * else takes the place of what was found first (`if (v == Py_None) v = other;`), it does so with a reference.
 */
function dropInBranch(site: FixSite, edits: Edits, test: number, name: string): boolean {
  const { source } = site;
  if (source.kind(test) !== 'if_statement') return false;
  const { whenTrue } = verdictOf(site, source.child(test, 'condition'), new Set([name]));
  const otherwise = source.child(test, 'alternative');
  const branch =
    whenTrue === 'set'
      ? source.child(test, 'consequence')
      : whenTrue === 'null' && otherwise >= 0
        ? (source.named(otherwise).at(-1) ?? -1)
        : -1;
  if (branch < 0) return false;
  const members = site.isList(branch) ? site.members(branch) : [branch];
  const at = members.findIndex(member => isIncrement(site, member, name));
  const replacements = members.slice(0, Math.max(at, 0)).map(member => replacementIn(site, member, name));
  if (at < 0 || replacements.includes(-1)) return false;
  for (const assignment of replacements) {
    const value = site.writtenOf(source.child(assignment, 'right'));
    edits.replace(site.spanOf(assignment), `Py_SETREF(${name}, Py_NewRef(${value}))`);
  }
  return drop(site, edits, members[at] ?? -1);
}

/** The assignment in `if (…) { v = other; }`; -1 when it is something else. */
function replacementIn(site: FixSite, member: number, name: string): number {
  const { source } = site;
  if (source.kind(member) !== 'if_statement' || source.child(member, 'alternative') >= 0) return -1;
  const body = source.child(member, 'consequence');
  const [statement = -1, ...more] = site.isList(body) ? site.members(body) : [body];
  const assignment = statement < 0 ? -1 : source.firstNamed(statement);
  const plain =
    more.length === 0 &&
    assignment >= 0 &&
    source.kind(assignment) === 'assignment_expression' &&
    source.textOf(source.child(assignment, 'left')) === name &&
    source.kind(source.child(assignment, 'right')) === 'identifier' &&
    site.body.locals.find(one => one.name === name)?.type.base === 'PyObject';
  return plain ? assignment : -1;
}
