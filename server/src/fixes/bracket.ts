/**
 * Puts a stretch of statements between an opening and a closing line. What leaves the stretch in between becomes a result
 * variable and a single end, and what is declared in it for later moves out when the two lines open a scope.
 */

import { refuseForeignThread } from './attached.ts';
import { hoist, hoistable } from './declarations.ts';
import type { Edits } from './edits.ts';
import { type Exit, exitsOf, indentUnit, labelOf } from './exits.ts';
import { CannotFix } from './model.ts';
import { guardOf } from './object-guard.ts';
import { balanced, type Region, spanOfRegion, tailFrom } from './region.ts';
import type { FixSite } from './site.ts';

export interface Brackets {
  readonly open: string;
  readonly close: string;
  /** The lines open and close a C scope. */
  readonly scope: boolean;
  /** C++: the object that a guard locks in place of the two lines, which an exception would part. */
  readonly guarded?: string;
}

/** Brackets the region, or from its start to the end of the function when control leaves it in between. */
export function bracket(site: FixSite, edits: Edits, region: Region, brackets: Brackets): void {
  if (brackets.scope) refuseDetached(site, spanOfRegion(site, region));
  if (brackets.guarded !== undefined) return guard(site, edits, region, brackets.guarded);
  if (site.isCpp) refuseExceptions(site, spanOfRegion(site, region));
  const exits = exitsOf(site, spanOfRegion(site, region));
  if (exits.length > 0 || (brackets.scope && !hoistable(site, region))) {
    bracketTail(site, edits, closedRegion(site, region) ?? tailFrom(site, region), brackets);
    return;
  }
  const span = spanOfRegion(site, region);
  refuseJumpsInto(site, region);
  const hoisted = brackets.scope ? hoist(site, edits, region) : [];
  edits.lineBefore(span.start, ...hoisted, brackets.open);
  edits.lineAfter(span.end, span.start, brackets.close);
}

/** A guard in a scope of its own, or until the end of the block when hardly anything follows. */
function guard(site: FixSite, edits: Edits, region: Region, object: string): void {
  const span = spanOfRegion(site, region);
  refuseJumpsInto(site, region);
  const rest = site.members(region.block).slice(region.last + 1);
  const open =
    rest.length === 0 || (rest.length === 1 && /^(?:return|Py_RETURN_\w+)\b/.test(site.source.textOf(rest[0] ?? -1)));
  const line = guardOf(site, edits, object);
  if (!open && hoistable(site, region)) {
    const unit = indentUnit(site);
    edits.lineBefore(span.start, ...hoist(site, edits, region), '{', unit + line);
    edits.indent(span, unit);
    edits.lineAfter(span.end, span.start, '}');
    return;
  }
  if (site.nodes(site.block, 'goto_statement').length > 0)
    throw new CannotFix('A jump would lead past the guard, which C++ forbids.');
  edits.lineBefore(span.start, line);
}

/** Critical sections belong to an attached thread, and end where it detaches. */
function refuseDetached(site: FixSite, span: { readonly start: number; readonly end: number }): void {
  refuseForeignThread(site, span.start);
  const [first] = site.stepsIn(span);
  if (first !== undefined && site.view.detachedAt(first))
    throw new CannotFix('The thread is detached there, and can lock no object.');
}

/** A mutex stays locked when an exception passes its end. */
function refuseExceptions(site: FixSite, span: { readonly start: number; readonly end: number }): void {
  const thrower = site.stepsIn(span).find(step => {
    const op = site.view.op(step);
    return op?.kind === 'call' && !/^_?Py|^(?:mem|str)\w+$|^(?:malloc|free|calloc|realloc)$/.test(op.callee.name ?? '');
  });
  const op = thrower === undefined ? undefined : site.view.op(thrower);
  if (op?.kind === 'call')
    throw new CannotFix(
      `\`${op.callee.name ?? 'A call'}\` may throw an exception, which would leave the lock held: use a guard.`,
    );
}

/** The region grown to the end of the nearest block around it that ends in a `return`: nothing of the function comes behind. */
function closedRegion(site: FixSite, region: Region): Region | null {
  const from = site.members(region.block)[region.first] ?? -1;
  let inner = from;
  for (const node of site.ancestors(from)) {
    if (node === site.block) return null;
    if (site.isList(node)) {
      const members = site.members(node);
      const grown = { block: node, first: members.indexOf(inner), last: members.length - 1 };
      const last = members.at(-1) ?? -1;
      const exits = exitsOf(site, spanOfRegion(site, grown));
      if (exits.at(-1)?.node === last && exits.every(exit => exit.kind === 'return')) return balanced(site, grown);
    }
    inner = node;
  }
  return null;
}

/** Control goes no further behind the region: it reaches to the end of the function, or of a block that ends in a `return`. */
export function bracketTail(site: FixSite, edits: Edits, region: Region, brackets: Brackets): void {
  const span = spanOfRegion(site, region);
  const exits = exitsOf(site, span);
  if (exits.some(exit => exit.kind === 'jump')) throw new CannotFix('A jump leaves the code that has to be locked.');
  refuseJumpsInto(site, region);
  let last = site.members(region.block)[region.last] ?? -1;
  while (site.source.kind(last) === 'labeled_statement') last = site.source.named(last).at(-1) ?? -1;
  const early = exits.filter(exit => !isAtEnd(site, exit.node, last));
  if (early.length > 0 && site.isCpp)
    throw new CannotFix(
      'The code that has to be locked is left in several places, and C++ forbids to jump to its end.',
    );
  const name = site.returnsNothing ? null : site.freshName('result', 'outcome', 'value');
  const label = site.freshName('done', 'unlock');
  const declaration = name === null ? [] : [`${site.returnType}${name};`];
  edits.lineBefore(span.start, ...declaration, brackets.open);
  for (const exit of exits) leave(site, edits, exit, name, early.includes(exit) ? `goto ${label};` : null);
  const indent = edits.indentAt(span.start);
  const labels = early.length > 0 ? [`\n${labelIndent(site, indent)}${label}:;`] : [];
  const after = [brackets.close, ...(name === null ? [] : [`return ${name};`])].map(line => `\n${indent}${line}`);
  edits.insert(edits.behindComment(span.end), [...labels, ...after].join(''));
}

/** Nothing of the last statement runs behind the node. */
function isAtEnd(site: FixSite, node: number, last: number): boolean {
  const { source } = site;
  for (let at = node; at !== last; at = source.parent(at)) {
    const parent = source.parent(at);
    if (parent < 0) return false;
    const ends = site.isList(parent)
      ? site.members(parent).at(-1) === at
      : /^(?:if_statement|else_clause|labeled_statement)$/.test(source.kind(parent));
    if (!ends) return false;
  }
  return true;
}

/** `return E;` becomes `result = E;`, and a jump to the end when more code follows. */
function leave(site: FixSite, edits: Edits, exit: Exit, name: string | null, jump: string | null): void {
  const { span, value, valueNode, node } = exit;
  const lines = site.isInSequence(node) || jump === null;
  const assigns = name !== null && value !== null;
  const outer = edits.indentAt(lines ? span.start : site.startOf(site.source.parent(node)));
  const inner = lines ? outer : outer + indentUnit(site);
  const braces = !lines && assigns && jump !== null;
  if (braces) openBrace(site, edits, node, inner);
  if (!assigns && jump === null && site.isList(site.source.parent(node)))
    edits.replace({ start: site.text.slice(0, span.start).trimEnd().length, end: span.end }, '');
  else if (!assigns) edits.replace(span, jump ?? ';');
  else {
    const head = valueNode >= 0 ? { start: span.start, end: site.startOf(valueNode) } : span;
    edits.replace(head, valueNode >= 0 ? `${name} = ` : `${name} = ${value};`);
    if (jump !== null) edits.insert(edits.behindComment(span.end), `\n${inner}${jump}`);
  }
  if (braces) edits.insert(edits.behindComment(span.end), `\n${outer}}`);
}

/** ` {` behind what stands before a statement without braces. */
export function openBrace(site: FixSite, edits: Edits, node: number, inner: string): void {
  const start = site.startOf(node);
  const before = site.text.slice(0, start).trimEnd().length;
  const code = behindCode(site.text, before);
  // The comment above the statement keeps its place.
  if (code < before) return edits.insert(code, ' {');
  const line = site.text.slice(site.text.lastIndexOf('\n', before - 1) + 1, before);
  if (line.includes('//')) throw new CannotFix('A comment stands where braces are needed.');
  edits.replace({ start: before, end: start }, ` {\n${inner}`);
}

/** Where code ends before the offset, comments between slashes and asterisks left out. */
function behindCode(text: string, before: number): number {
  let end = before;
  while (text.slice(0, end).endsWith('*/')) end = text.slice(0, text.lastIndexOf('/*', end)).trimEnd().length;
  return end;
}

/** Like other labels of the function, else at the start of the line. */
function labelIndent(site: FixSite, indent: string): string {
  const [other] = site.nodes(site.block, 'labeled_statement');
  if (other === undefined) return '';
  const start = site.startOf(other);
  const own = site.text.slice(site.text.lastIndexOf('\n', start - 1) + 1, start);
  return /^[ \t]*$/.test(own) ? own : indent;
}

function refuseJumpsInto(site: FixSite, region: Region): void {
  const span = spanOfRegion(site, region);
  const inside = (node: number): boolean => span.start <= site.startOf(node) && site.endOf(node) <= span.end;
  for (const node of site.nodes(site.block, 'goto_statement')) {
    const target = labelOf(site, site.source.textOf(site.source.child(node, 'label')));
    if (!inside(node) && target >= 0 && inside(target))
      throw new CannotFix('A jump from elsewhere leads into the code that has to be locked.');
  }
}
