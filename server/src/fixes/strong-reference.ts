/** A look-up that lends a reference becomes one that hands out a new one, released on every way out. */

import { Edits } from './edits.ts';
import { errorExit } from './error-exit.ts';
import { completes, indentUnit } from './exits.ts';
import { attempt, CannotFix, type Proposal, type Proposed, type Technique } from './model.ts';
import { bracketless } from './names.ts';
import { verdictOf } from './null-tests.ts';
import { own } from './own.ts';
import type { FixSite } from './site.ts';

interface LookUp {
  /** The call that hands out a new reference. */
  readonly name: string;
  /** The result comes through a last argument `&result`. */
  readonly out: boolean;
  /** What stands before the call so that errors and misses look as they did: `if (CALL < 0) PyErr_Clear()`. */
  readonly after: 'nothing' | 'clear-error' | 'dead-is-none';
  /** The old call can't fail: the new one needs a way out. */
  readonly unchecked?: boolean;
  /** No released Python has the new call: it needs pythoncapi_compat.h. */
  readonly compat?: boolean;
}

const LOOK_UPS: ReadonlyMap<string, LookUp> = new Map<string, LookUp>([
  ['PyList_GetItem', { name: 'PyList_GetItemRef', out: false, after: 'nothing' }],
  ['PyList_GET_ITEM', { name: 'PyList_GetItemRef', out: false, after: 'nothing', unchecked: true }],
  ['PyDict_GetItemWithError', { name: 'PyDict_GetItemRef', out: true, after: 'nothing' }],
  ['_PyDict_GetItemWithError', { name: 'PyDict_GetItemRef', out: true, after: 'nothing' }],
  ['PyDict_GetItem', { name: 'PyDict_GetItemRef', out: true, after: 'clear-error' }],
  ['PyDict_GetItemString', { name: 'PyDict_GetItemStringRef', out: true, after: 'clear-error' }],
  ['_PyDict_GetItemStringWithError', { name: 'PyDict_GetItemStringRef', out: true, after: 'nothing' }],
  ['PyDict_SetDefault', { name: 'PyDict_SetDefaultRef', out: true, after: 'nothing' }],
  ['PyImport_AddModule', { name: 'PyImport_AddModuleRef', out: false, after: 'nothing' }],
  ['PyCell_GET', { name: 'PyCell_Get', out: false, after: 'nothing' }],
  ['PyEval_GetLocals', { name: 'PyEval_GetFrameLocals', out: false, after: 'nothing' }],
  ['PyEval_GetGlobals', { name: 'PyEval_GetFrameGlobals', out: false, after: 'nothing' }],
  ['PyEval_GetBuiltins', { name: 'PyEval_GetFrameBuiltins', out: false, after: 'nothing' }],
  ['PySys_GetObject', { name: 'PySys_GetOptionalAttrString', out: true, after: 'clear-error', compat: true }],
  ['PyWeakref_GetObject', { name: 'PyWeakref_GetRef', out: true, after: 'dead-is-none' }],
  ['PyWeakref_GET_OBJECT', { name: 'PyWeakref_GetRef', out: true, after: 'dead-is-none' }],
]);

export const takeStrongReference: Technique = site => {
  const step = site.finding.site.steps[0] ?? -1;
  const op = site.view.op(step);
  const name = op?.kind === 'call' ? op.callee.name : null;
  const lookUp = name === null ? undefined : LOOK_UPS.get(name);
  if (name === null || lookUp === undefined) return [];
  return [attempt(`Take a strong reference with ${lookUp.name}()`, () => rewrite(site, step, lookUp))];
};

function rewrite(site: FixSite, step: number, lookUp: LookUp): Proposed {
  const { source } = site;
  if (lookUp.compat === true && !site.settings.compat && !/^3\.(?:1[5-9]|[2-9]\d)$/.test(site.settings.minimumPython))
    throw new CannotFix(`${lookUp.name}() needs Python 3.15, or pythoncapi_compat.h.`);
  const call = callAt(site, step);
  const edits = new Edits(site.text);
  const place = placeOf(site, call);
  const list = source.child(call, 'arguments');
  const callText = (result: string): string => {
    const given = site.writtenOf(list).slice(1, -1).trim();
    return `${lookUp.name}(${given}${lookUp.out ? `, ${result}` : ''})`;
  };
  const done: Proposal = { title: `Take a strong reference with ${lookUp.name}()`, safety: 'safe', edits: [] };

  if (place.kind === 'new-reference') {
    const named = lookUp.out ? intoNamed(site, edits, place.node, callText, lookUp) : false;
    if (named) return { ...done, edits: edits.build() };
    if (lookUp.out) return { ...done, edits: throughLocal(site, edits, place.node, callText, lookUp, true) };
    edits.replace(site.spanOf(place.node), callText(''));
    if (lookUp.unchecked) throw new CannotFix('The item may be gone by then: that needs an error exit here.');
    return { ...done, edits: edits.build() };
  }
  if (place.kind === 'inner') return { ...done, edits: throughLocal(site, edits, call, callText, lookUp, false) };

  const { member, name, cast } = place;
  const block = source.parent(member);
  const index = site.members(block).indexOf(member);
  const result = cast === '' ? `&${name}` : `(PyObject **)&${name}`;
  const unit = indentUnit(site);
  const inCondition = source.kind(member) === 'if_statement';
  if (!lookUp.out && !inCondition) edits.replace(site.spanOf(source.child(call, 'function')), lookUp.name);
  else if (!lookUp.out) edits.replace(site.spanOf(source.child(call, 'function')), lookUp.name);
  else if (place.kind === 'declared') {
    const head = site.written({ start: site.startOf(member), end: site.endOf(place.declarator) });
    const indent = edits.indentAt(site.startOf(member));
    edits.replace(
      { start: site.startOf(member), end: site.endOf(member) },
      `${head};\n${indent}${taken(callText(result), name, lookUp, unit).join(`\n${indent}`)}`,
    );
  } else if (inCondition) {
    edits.lineBefore(
      site.startOf(member),
      ...taken(callText(result), name, lookUp, edits.indentAt(site.startOf(member))),
    );
    edits.replace(site.spanOf(place.whole), name);
  } else {
    const indent = edits.indentAt(site.startOf(member));
    edits.replace(site.spanOf(member), taken(callText(result), name, lookUp, unit).join(`\n${indent}`));
  }
  const uses = site.mentions(site.scopeOf(call, name), name).filter(node => site.startOf(node) > site.endOf(call));
  if (lookUp.unchecked) addWayOut(site, edits, member, name, uses);
  const increment = inCondition ? -1 : incrementBehind(site, member, name);
  if (increment >= 0) {
    edits.removeLine(site.spanOf(increment));
    return { ...done, edits: edits.build() };
  }
  own(site, edits, {
    name,
    spellings: new Set([bracketless(name)]),
    uses: reachedUses(site, step, block, index, name, uses),
    block,
    from: inCondition ? index : index + 1,
    set: lookUp.unchecked === true,
  });
  return { ...done, edits: edits.build() };
}

/** `Py_INCREF(name);` right behind the take, or behind a test that leaves when there is nothing: it and what it adds are one. */
function incrementBehind(site: FixSite, member: number, name: string): number {
  const { source } = site;
  const members = site.members(source.parent(member));
  const [first = -1, second = -1] = members.slice(members.indexOf(member) + 1);
  const is = (node: number): boolean =>
    node >= 0 && new RegExp(`^Py_X?INCREF\\s*\\(\\s*${name}\\s*\\)\\s*;$`).test(source.textOf(node));
  if (is(first)) return first;
  const leaves =
    first >= 0 &&
    source.kind(first) === 'if_statement' &&
    source.child(first, 'alternative') < 0 &&
    verdictOf(site, source.child(first, 'condition'), new Set([name])).whenTrue === 'null' &&
    site.mentions(source.child(first, 'consequence'), name).length === 0 &&
    !completes(site, source.child(first, 'consequence'));
  if (leaves && is(second)) return second;
  return first < 0 ? -1 : incrementInBranch(site, first, name, is);
}

/** `if (v == NULL) { …makes one… } else { Py_INCREF(v); }`: behind it the function owns the reference either way. */
function incrementInBranch(site: FixSite, test: number, name: string, is: (node: number) => boolean): number {
  const { source } = site;
  if (source.kind(test) !== 'if_statement') return -1;
  const { whenTrue } = verdictOf(site, source.child(test, 'condition'), new Set([name]));
  const otherwise = source.child(test, 'alternative');
  const branch =
    whenTrue === 'set'
      ? source.child(test, 'consequence')
      : whenTrue === 'null' && otherwise >= 0
        ? source.named(otherwise).at(-1)
        : -1;
  if (branch === undefined || branch < 0) return -1;
  const [first = -1] = site.isList(branch) ? site.members(branch) : [branch];
  return is(first) ? first : -1;
}

/** The statements that fill `name`. */
function taken(call: string, name: string, { after, out }: LookUp, unit: string): string[] {
  if (!out) return [`${name} = ${call};`];
  if (after === 'clear-error') return [`if (${call} < 0) {`, `${unit}PyErr_Clear();`, '}'];
  if (after === 'dead-is-none') return [`if (${call} == 0) {`, `${unit}${name} = Py_NewRef(Py_None);`, '}'];
  return [`(void)${call};`];
}

type Spot =
  | {
      readonly kind: 'declared';
      readonly member: number;
      readonly name: string;
      readonly declarator: number;
      readonly cast: string;
    }
  | {
      readonly kind: 'assigned';
      readonly member: number;
      readonly name: string;
      readonly whole: number;
      readonly cast: string;
    }
  /** `Py_NewRef(CALL)`. */
  | { readonly kind: 'new-reference'; readonly node: number }
  | { readonly kind: 'inner' };

function callAt(site: FixSite, step: number): number {
  const span = site.view.spanOf(step);
  const op = site.view.op(step);
  const name = op?.kind === 'call' ? op.callee.name : null;
  for (const node of site.ancestors(site.nodeAt(span))) {
    if (site.source.kind(node) !== 'call_expression') continue;
    if (site.source.textOf(site.source.child(node, 'function')) === name) return node;
    throw new CannotFix('The call is made by a macro: change the macro.');
  }
  throw new CannotFix('The call is written in a way that can not be changed.');
}

function placeOf(site: FixSite, call: number): Spot {
  const { source } = site;
  let value = call;
  let parent = source.parent(value);
  let cast = '';
  while (source.kind(parent) === 'parenthesized_expression' || source.kind(parent) === 'cast_expression') {
    if (source.kind(parent) === 'cast_expression') cast = site.writtenOf(source.child(parent, 'type'));
    value = parent;
    parent = source.parent(parent);
  }
  const kind = source.kind(parent);
  if (kind === 'argument_list') {
    const outer = source.parent(parent);
    if (/^Py_X?NewRef$/.test(source.textOf(source.child(outer, 'function'))))
      return { kind: 'new-reference', node: outer };
    return { kind: 'inner' };
  }
  if (kind === 'init_declarator') {
    const declaration = source.parent(parent);
    const declarator = source.child(parent, 'declarator');
    const name = /(\w+)$/.exec(source.textOf(declarator))?.[1];
    const single = source.named(declaration).filter(node => source.fieldName(node) === 'declarator').length === 1;
    if (name === undefined || !single || !site.isList(source.parent(declaration)))
      throw new CannotFix('The reference is taken among other declarations: take it in a statement of its own first.');
    return { kind: 'declared', member: declaration, name, declarator, cast };
  }
  if (kind !== 'assignment_expression' || source.child(parent, 'right') !== value) return { kind: 'inner' };
  const left = source.child(parent, 'left');
  if (source.kind(left) !== 'identifier')
    throw new CannotFix('The borrowed reference is stored outside of the function.');
  let whole = parent;
  while (source.kind(source.parent(whole)) === 'parenthesized_expression') whole = source.parent(whole);
  const member = site.memberOf(call);
  const holder = source.kind(member);
  if (holder === 'expression_statement' && source.firstNamed(member) === parent)
    return { kind: 'assigned', member, name: source.textOf(left), whole, cast };
  if (holder === 'if_statement' && isFirstInCondition(site, member, whole))
    return { kind: 'assigned', member, name: source.textOf(left), whole, cast };
  throw new CannotFix('The reference is taken in the middle of a larger expression or statement.');
}

/** Nothing runs before it when the `if` is reached. */
function isFirstInCondition(site: FixSite, member: number, node: number): boolean {
  const condition = site.source.child(member, 'condition');
  const before = site.written({ start: site.startOf(condition), end: site.startOf(node) });
  return site.startOf(node) < site.endOf(condition) && /^[\s(!]*$/.test(before);
}

/** `PyObject *v = Py_XNewRef(CALL);`: the variable is filled directly. */
function intoNamed(
  site: FixSite,
  edits: Edits,
  node: number,
  callText: (result: string) => string,
  lookUp: LookUp,
): boolean {
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
  const lines = [...head, ...taken(callText(`&${name}`), name, lookUp, indentUnit(site))];
  edits.replace(site.spanOf(member), lines.join(`\n${indent}`));
  return true;
}

/** A value that has no name gets one: `f(PyList_GetItem(l, 0))`. */
function throughLocal(
  site: FixSite,
  edits: Edits,
  node: number,
  callText: (result: string) => string,
  lookUp: LookUp,
  keeps: boolean,
): Proposed['edits'] {
  const { source } = site;
  const member = site.memberOf(node);
  const inCondition = source.kind(member) === 'if_statement' && isAlways(site, member, node);
  if (!inCondition && !/^(?:expression_statement|return_statement|declaration)$/.test(source.kind(member)))
    throw new CannotFix('The reference is taken in a condition: give it a name in a statement of its own first.');
  const name = site.freshName('item', 'found', 'taken');
  const lines = lookUp.out
    ? [`PyObject *${name};`, ...taken(callText(`&${name}`), name, lookUp, indentUnit(site))]
    : [`PyObject *${name} = ${callText('')};`];
  if (lookUp.unchecked) {
    const exit = (inCondition ? sameFailure(site, member) : null) ?? errorExit(site, member);
    lines.push(`if (${name} == NULL) {`, ...exit.map(line => indentUnit(site) + line), '}');
  }
  edits.lineBefore(site.startOf(member), ...lines);
  edits.replace(site.spanOf(node), name);
  if (keeps) return edits.build();
  const block = source.parent(member);
  own(site, edits, {
    name,
    spellings: new Set([bracketless(source.textOf(node))]),
    uses: [node],
    block,
    from: site.members(block).indexOf(member),
    set: lookUp.unchecked === true,
  });
  return edits.build();
}

/** In the condition of the `if`, and run whenever that is reached. */
function isAlways(site: FixSite, member: number, node: number): boolean {
  const condition = site.source.child(member, 'condition');
  const before = site.written({ start: site.startOf(condition), end: site.startOf(node) });
  return site.startOf(node) < site.endOf(condition) && !/&&|\|\||\?|\+\+|--|[^=!<>]=[^=]/.test(before);
}

/** What the `if` itself does about a failure, when that is only to remember it and leave. */
function sameFailure(site: FixSite, member: number): string[] | null {
  const { source } = site;
  const consequence = source.child(member, 'consequence');
  if (!/<\s*0\s*\)*$/.test(source.textOf(source.child(member, 'condition')))) return null;
  const lines = (site.isList(consequence) ? site.members(consequence) : [consequence]).map(one => source.textOf(one));
  const simple = lines.slice(0, -1).every(line => /^\w+\s*=\s*(?:-\s*\d+|\d+|NULL)\s*;$/.test(line));
  return simple && /^(?:break|goto\s+\w+|return(?:\s+(?:NULL|-1))?)\s*;$/.test(lines.at(-1) ?? '') ? lines : null;
}

/**
 * Uses of what was taken, not of another value that the variable got later: up to a store in the same list, and behind any
 * other store only those that the value of the step reaches.
 */
function reachedUses(
  site: FixSite,
  step: number,
  block: number,
  index: number,
  name: string,
  uses: readonly number[],
): number[] {
  const stores = storesOf(site, name);
  const members = site.members(block).slice(index + 1);
  const next = members.find(member => stores.some(store => site.source.parent(store) === member));
  const limit = next === undefined ? Number.POSITIVE_INFINITY : site.startOf(next);
  const near = uses.filter(use => site.startOf(use) < limit);
  const reached = site.view.usesOf(step).map(use => site.view.spanOf(use.step));
  const start = site.view.spanOf(step).end;
  return near.filter(use => {
    const at = site.startOf(use);
    const overwritten = stores.some(store => start < site.startOf(store) && site.startOf(store) <= at);
    if (!overwritten || isInside(site, use, block)) return true;
    return reached.some(span => span.start <= at && at < span.end);
  });
}

/** Assignments to the variable that do not read it. */
function storesOf(site: FixSite, name: string): number[] {
  const { source } = site;
  return site
    .nodes(site.block, 'assignment_expression')
    .filter(
      node =>
        source.textOf(source.child(node, 'left')) === name &&
        site.mentions(source.child(node, 'right'), name).length === 0,
    );
}

function isInside(site: FixSite, node: number, block: number): boolean {
  return [...site.ancestors(node)].includes(block);
}

/** The item may be gone when it is asked for: that is an error, or the end of the loop over the list. */
function addWayOut(site: FixSite, edits: Edits, member: number, name: string, uses: readonly number[]): void {
  const { source } = site;
  const block = source.parent(member);
  const next = site.members(block)[site.members(block).indexOf(member) + 1];
  const spellings = new Set([name]);
  const guarded =
    next !== undefined &&
    source.kind(next) === 'if_statement' &&
    verdictOf(site, source.child(next, 'condition'), spellings).whenTrue === 'null' &&
    !completes(site, source.child(next, 'consequence'));
  if (guarded || uses.length === 0) return;
  const unit = indentUnit(site);
  const write = (...lines: readonly string[]): void =>
    edits.lineAfter(
      site.endOf(member),
      site.startOf(member),
      `if (${name} == NULL) {`,
      ...lines.map(line => unit + line),
      '}',
    );
  const loop = [...site.ancestors(member)].find(node => /^(?:for|while|do)_/.test(source.kind(node))) ?? -1;
  // A search goes on; what fills something by index must not leave a hole.
  if (loop >= 0 && source.kind(loop) === 'for_statement' && !fillsByIndex(site, loop))
    write('PyErr_Clear();', 'continue;');
  else write(...errorExit(site, member));
}

function fillsByIndex(site: FixSite, loop: number): boolean {
  const { source } = site;
  return (
    site
      .nodes(loop, 'assignment_expression')
      .some(node => source.kind(source.child(node, 'left')) === 'subscript_expression') ||
    site
      .nodes(loop, 'call_expression')
      .some(node => /_SET_ITEM$|_SetItem$/.test(source.textOf(source.child(node, 'function'))))
  );
}
