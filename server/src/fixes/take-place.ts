/** Where the result of a look-up goes: into a variable, into a new reference, or straight into an expression. */
import { CannotFix } from './model.ts';
import type { FixSite } from './site.ts';

/** A variable that gets the result. `cast`: the type that the result is cast to; empty without one. */
export type VariableSpot =
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
    };

type Spot =
  | VariableSpot
  /** `Py_NewRef(CALL)`. */
  | { readonly kind: 'new-reference'; readonly node: number }
  | { readonly kind: 'inner' };

/** The call that the step is. Throws when a macro makes it. */
export function callAt(site: FixSite, step: number): number {
  const op = site.view.op(step);
  const call = site.callOfStep(step);
  if (call < 0 || op?.kind !== 'call') throw new CannotFix('The call is written in a way that can not be changed.');
  if (site.source.textOf(site.source.child(call, 'function')) !== op.callee.name)
    throw new CannotFix('The call is made by a macro: change the macro.');
  return call;
}

export function placeOf(site: FixSite, call: number): Spot {
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
