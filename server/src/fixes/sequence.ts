/** `PySequence_Fast` hands out a list itself: a tuple of its items is a copy that nobody else can change. */
import { Edits } from './edits.ts';
import { indentUnit } from './exits.ts';
import { compareSize, measures } from './measured.ts';
import { attempt, CannotFix, type Proposed, type Technique } from './model.ts';
import type { FixSite } from './site.ts';

export const copyIntoTuple: Technique = site => {
  const title = 'Copy the sequence with PySequence_Tuple()';
  return [attempt(title, () => rewrite(site, title))];
};

const RENAMED: ReadonlyMap<string, string> = new Map([
  ['PySequence_Fast_GET_SIZE', 'PyTuple_GET_SIZE'],
  ['PySequence_Fast_GET_ITEM', 'PyTuple_GET_ITEM'],
]);

function rewrite(site: FixSite, title: string): Proposed {
  const { source } = site;
  const step = site.finding.site.steps[0] ?? -1;
  const call = site.callOfStep(step);
  const list = source.child(call, 'arguments');
  const [sequence = -1, message = -1] = list < 0 ? [] : source.named(list);
  if (source.textOf(source.child(call, 'function')) !== 'PySequence_Fast' || message < 0)
    throw new CannotFix('The call is part of a macro.');
  const edits = new Edits(site.text);
  edits.replace({ start: site.startOf(call), end: site.startOf(sequence) }, 'PySequence_Tuple(');
  edits.replace({ start: site.endOf(sequence), end: site.endOf(call) }, ')');
  const holder = source.parent(call);
  const left =
    source.kind(holder) === 'init_declarator'
      ? source.child(holder, 'declarator')
      : source.kind(holder) === 'assignment_expression'
        ? source.child(holder, 'left')
        : -1;
  const name = left < 0 ? undefined : /^[\s*]*(\w+)$/.exec(source.textOf(left))?.[1];
  if (name === undefined) throw new CannotFix('The sequence has no name of its own.');
  for (const mention of site.mentions(site.block, name)) {
    const outer = source.parent(source.parent(mention));
    const callee = source.kind(outer) === 'call_expression' ? source.child(outer, 'function') : -1;
    const called = callee < 0 ? '' : source.textOf(callee);
    if (called.startsWith('PyList_')) throw new CannotFix(`\`${name}\` is used as a list.`);
    const renamed = RENAMED.get(called);
    if (renamed !== undefined && onlyFilledHere(site, name)) edits.replace(site.spanOf(callee), renamed);
  }
  const member = site.memberOf(call);
  keepMessage(site, edits, member, name, site.writtenOf(message));
  for (const measure of measures(site, sequence)) compareSize(site, edits, member, name, measure);
  return { title, safety: 'safe', edits: edits.build() };
}

/** The test for failure behind it gives the error that it wants. */
function setsItself(site: FixSite, member: number): boolean {
  const members = site.members(site.source.parent(member));
  const next = members[members.indexOf(member) + 1];
  return next !== undefined && /^if\s*\([^{]*\)\s*\{?\s*PyErr_SetString\s*\(/.test(site.source.textOf(next));
}

function onlyFilledHere(site: FixSite, name: string): boolean {
  const local = site.body.locals.findIndex(one => one.name === name);
  const stores = site.body.steps.filter(
    ({ op }) =>
      op.kind === 'store' && op.place.kind === 'local' && op.place.local === local && op.value.kind !== 'null',
  );
  return stores.length === 1;
}

/** The error that callers saw stays the same. */
function keepMessage(site: FixSite, edits: Edits, member: number, name: string, message: string): void {
  if (message === '""' || site.source.kind(member) === 'if_statement' || setsItself(site, member)) return;
  edits.lineAfter(
    site.endOf(member),
    site.startOf(member),
    `if (${name} == NULL && PyErr_ExceptionMatches(PyExc_TypeError)) {`,
    `${indentUnit(site)}PyErr_SetString(PyExc_TypeError, ${message});`,
    '}',
  );
}
