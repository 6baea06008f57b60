/** A dict asked whether it has a key, and given the key when it has not: one call does both and says which it was. */
import { Edits } from './edits.ts';
import { completes } from './exits.ts';
import { attempt, CannotFix, type Proposed, type Technique } from './model.ts';
import { bracketless } from './names.ts';
import type { FixSite } from './site.ts';
import { callAt } from './take-place.ts';

export const claimKey: Technique = site => {
  const [act = -1, check = -1] = site.finding.site.steps;
  if (calleeAt(site, act) !== 'PyDict_SetItem' || calleeAt(site, check) !== 'PyDict_Contains') return [];
  const title = 'Ask and store in one step, with PyDict_SetDefaultRef()';
  return [attempt(title, () => rewrite(site, title, act, check))];
};

function calleeAt(site: FixSite, step: number): string | null {
  const op = site.view.op(step);
  return op?.kind === 'call' ? op.callee.name : null;
}

function rewrite(site: FixSite, title: string, act: number, check: number): Proposed {
  const { source } = site;
  const [store, ask] = [callAt(site, act), callAt(site, check)];
  const [dict = -1, key = -1, value = -1] = source.named(source.child(store, 'arguments'));
  const [askedDict = -1, askedKey = -1] = source.named(source.child(ask, 'arguments'));
  if (!sameText(site, dict, askedDict) || !sameText(site, key, askedKey))
    throw new CannotFix('The two calls name the dict or the key in different ways.');
  if (!/^(?:\(PyObject \*\))?\s*\w+$/.test(source.textOf(value)))
    throw new CannotFix('What is stored is computed in between.');
  const answer = answerOf(site, ask);
  const [asks, stores] = [site.memberOf(ask), site.memberOf(store)];
  const members = site.members(source.parent(asks));
  const [from, to] = [members.indexOf(asks), members.indexOf(stores)];
  if (to < 0 || !isGuardOf(site, stores, store))
    throw new CannotFix('The key is stored in the middle of something else.');
  const between = members.slice(from + 1, to).map(member => testOf(site, member, answer));
  if (!between.some(test => BELOW.test(test)) || !between.some(test => ABOVE.test(test)))
    throw new CannotFix('Not every answer of PyDict_Contains() leads out before the key is stored.');
  const edits = new Edits(site.text);
  edits.replace(site.spanOf(source.child(ask, 'function')), 'PyDict_SetDefaultRef');
  edits.insert(site.endOf(askedKey), `, ${site.writtenOf(value)}, NULL`);
  edits.removeLine(site.spanOf(stores));
  return { title, safety: 'safe', edits: edits.build() };
}

function sameText(site: FixSite, a: number, b: number): boolean {
  return a >= 0 && b >= 0 && bracketless(site.source.textOf(a)) === bracketless(site.source.textOf(b));
}

/** The variable that gets the answer, in a statement of its own. */
function answerOf(site: FixSite, ask: number): string {
  const { source } = site;
  const holder = source.parent(ask);
  const target = { init_declarator: 'declarator', assignment_expression: 'left' }[source.kind(holder)];
  const name = target === undefined ? '' : source.textOf(source.child(holder, target));
  if (!/^\w+$/.test(name) || source.parent(holder) !== site.memberOf(ask))
    throw new CannotFix('The answer of PyDict_Contains() has no name.');
  return name;
}

/** `if (STORE < 0) return …;`: a failure that the test of the answer knows already. */
function isGuardOf(site: FixSite, member: number, store: number): boolean {
  const { source } = site;
  if (source.kind(member) !== 'if_statement' || source.child(member, 'alternative') >= 0) return false;
  const condition = source.child(member, 'condition');
  const around = bracketless(source.textOf(condition)).replace(bracketless(source.textOf(store)), '');
  return /^\((?:<0|!=0|==-1)?\)$/.test(around) && !completes(site, source.child(member, 'consequence'));
}

/** What the answer is tested for, as `?`, by an `if` that leaves. */
function testOf(site: FixSite, member: number, answer: string): string {
  const { source } = site;
  const leaves =
    source.kind(member) === 'if_statement' &&
    source.child(member, 'alternative') < 0 &&
    !completes(site, source.child(member, 'consequence'));
  if (!leaves) throw new CannotFix('Something else is done before the key is stored.');
  return bracketless(source.textOf(source.child(member, 'condition'))).replace(new RegExp(`\\b${answer}\\b`), '?');
}

/** Tests that an error meets, and that a key which is there meets. */
const BELOW = /^\(\?(?:!=0|<0|==-1)?\)$/;
const ABOVE = /^\(\?(?:!=0|>0|==1)?\)$/;
