/** A look-up that lends a reference becomes one that hands out a new one, released on every way out. */

import { isAlwaysEvaluated } from './conditional.ts';
import { Edits } from './edits.ts';
import { indentUnit } from './exits.ts';
import { LOOK_UPS, type LookUp, taken } from './look-ups.ts';
import { addWayOut, sameFailure, testFor, wayOut } from './missing-item.ts';
import { attempt, CannotFix, type Proposed, type Technique } from './model.ts';
import { bracketless } from './names.ts';
import { own } from './own.ts';
import { reachedUses } from './reached-uses.ts';
import { dropIncrementBehind } from './redundant-increment.ts';
import type { FixSite } from './site.ts';
import { callAt, placeOf, type VariableSpot } from './take-place.ts';

export const takeStrongReference: Technique = site => {
  const step = site.finding.site.steps[0] ?? -1;
  const op = site.view.op(step);
  const name = op?.kind === 'call' ? op.callee.name : null;
  const lookUp = name === null ? undefined : LOOK_UPS.get(name);
  if (name === null || lookUp === undefined) return [];
  const title = `Take a strong reference with ${lookUp.name}()`;
  return [attempt(title, () => rewrite(site, step, lookUp, title))];
};

interface Take {
  readonly site: FixSite;
  readonly edits: Edits;
  readonly lookUp: LookUp;
  /** The call that lends. */
  readonly call: number;
  readonly step: number;
}

function rewrite(site: FixSite, step: number, lookUp: LookUp, title: string): Proposed {
  if (lookUp.compat === true && !site.settings.compat && !/^3\.(?:1[5-9]|[2-9]\d)$/.test(site.settings.minimumPython))
    throw new CannotFix(`${lookUp.name}() needs Python 3.15, or pythoncapi_compat.h.`);
  const edits = new Edits(site.text);
  const take: Take = { site, edits, lookUp, step, call: callAt(site, step) };
  const place = placeOf(site, take.call);
  if (place.kind === 'new-reference') inPlaceOfNewReference(take, place.node);
  else if (place.kind === 'inner') throughLocal(take, take.call, false);
  else intoVariable(take, place);
  return { title, safety: 'safe', edits: edits.build() };
}

/** The new call; `result`: where it puts what it found, when it does not return it. */
function callText({ site, call, lookUp }: Take, result: string): string {
  const given = site.writtenOf(site.source.child(call, 'arguments')).slice(1, -1).trim();
  return `${lookUp.name}(${given}${lookUp.out ? `, ${result}` : ''})`;
}

/** `Py_NewRef(CALL)` is the call alone. */
function inPlaceOfNewReference(take: Take, node: number): void {
  const { site, edits, lookUp } = take;
  if (lookUp.out) {
    if (!intoNamed(take, node)) throughLocal(take, node, true);
    return;
  }
  if (lookUp.unchecked) throw new CannotFix('The item may be gone by then: that needs an error exit here.');
  edits.replace(site.spanOf(node), callText(take, ''));
}

/** `v = CALL;`, also where it is declared or tested: the variable owns from there on. */
function intoVariable(take: Take, place: VariableSpot): void {
  const { site, edits, lookUp, step, call } = take;
  const { source } = site;
  const { member, name, cast } = place;
  const block = source.parent(member);
  const index = site.members(block).indexOf(member);
  const inCondition = source.kind(member) === 'if_statement';
  if (lookUp.out && site.mentions(source.child(call, 'arguments'), name).length > 0)
    throw new CannotFix(`\`${name}\` is what is asked for, and gets the answer: that needs a variable of its own.`);
  if (lookUp.out) {
    const result = cast === '' ? `&${name}` : `(PyObject **)&${name}`;
    const lines = taken(callText(take, result), name, lookUp, indentUnit(site));
    if (inCondition && place.kind === 'assigned') {
      edits.lineBefore(site.startOf(member), ...lines);
      edits.replace(site.spanOf(place.whole), name);
    } else {
      if (place.kind === 'declared')
        lines.unshift(`${site.written({ start: site.startOf(member), end: site.endOf(place.declarator) })};`);
      edits.replace(site.spanOf(member), lines.join(`\n${edits.indentAt(site.startOf(member))}`));
    }
  } else edits.replace(site.spanOf(source.child(call, 'function')), lookUp.name);
  const uses = site.mentions(site.scopeOf(call, name), name).filter(node => site.startOf(node) > site.endOf(call));
  const otherwise = lookUp.unchecked === true ? addWayOut(site, edits, member, name, uses) : [];
  if (!inCondition && dropIncrementBehind(site, edits, member, name)) return;
  own(site, edits, {
    name,
    spellings: new Set([bracketless(name)]),
    uses: reachedUses(site, step, block, index, name, uses),
    block,
    from: inCondition ? index : index + 1,
    set: lookUp.unchecked === true,
    otherwise,
  });
}

/** `PyObject *v = Py_XNewRef(CALL);`: the variable is filled directly. */
function intoNamed(take: Take, node: number): boolean {
  const { site, edits, lookUp } = take;
  const { source } = site;
  const holder = source.parent(node);
  const member = source.parent(holder);
  const declared =
    source.kind(holder) === 'init_declarator' &&
    source.named(member).filter(one => source.fieldName(one) === 'declarator').length === 1;
  const assigned = source.kind(holder) === 'assignment_expression' && source.kind(member) === 'expression_statement';
  if ((!declared && !assigned) || !site.isList(source.parent(member))) return false;
  const target = source.child(holder, declared ? 'declarator' : 'left');
  const name = /^\*?\s*(\w+)$/.exec(source.textOf(target))?.[1];
  if (name === undefined || site.body.locals.find(one => one.name === name)?.type.base !== 'PyObject') return false;
  const indent = edits.indentAt(site.startOf(member));
  const head = declared ? [`${site.written({ start: site.startOf(member), end: site.endOf(target) })};`] : [];
  const lines = [...head, ...taken(callText(take, `&${name}`), name, lookUp, indentUnit(site))];
  edits.replace(site.spanOf(member), lines.join(`\n${indent}`));
  return true;
}

/** A value that has no name gets one: `f(PyList_GetItem(l, 0))`. `keeps`: somebody else releases it. */
function throughLocal(take: Take, node: number, keeps: boolean): void {
  const { site, edits, lookUp } = take;
  const { source } = site;
  const member = site.memberOf(node);
  const inCondition = source.kind(member) === 'if_statement' && isAlways(site, member, node);
  if (!inCondition && !/^(?:expression_statement|return_statement|declaration)$/.test(source.kind(member)))
    throw new CannotFix('The reference is taken in a condition: give it a name in a statement of its own first.');
  if (!isAlwaysEvaluated(site, member, node))
    throw new CannotFix('The reference is taken only under a condition of the same statement.');
  const name = site.freshName('item', 'found', 'taken');
  const lines = lookUp.out
    ? [`PyObject *${name};`, ...taken(callText(take, `&${name}`), name, lookUp, indentUnit(site))]
    : [`PyObject *${name} = ${callText(take, '')};`];
  const otherwise =
    lookUp.unchecked === true ? ((inCondition ? sameFailure(site, member) : null) ?? wayOut(site, member)) : [];
  if (otherwise.length > 0) lines.push(...testFor(site, name, otherwise));
  edits.lineBefore(site.startOf(member), ...lines);
  edits.replace(site.spanOf(node), name);
  if (keeps) return;
  const block = source.parent(member);
  own(site, edits, {
    name,
    spellings: new Set([bracketless(source.textOf(node))]),
    uses: [node],
    block,
    from: site.members(block).indexOf(member),
    set: lookUp.unchecked === true,
    otherwise,
  });
}

/** In the condition of the `if`, and run whenever that is reached. */
function isAlways(site: FixSite, member: number, node: number): boolean {
  const condition = site.source.child(member, 'condition');
  const before = site.written({ start: site.startOf(condition), end: site.startOf(node) });
  return site.startOf(node) < site.endOf(condition) && !/&&|\|\||\?|\+\+|--|[^=!<>]=[^=]/.test(before);
}
