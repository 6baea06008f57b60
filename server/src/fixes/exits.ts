/** Ways out of a stretch of code: returns, macros that return, and jumps to the outside. */
import type { Span } from '../program/model.ts';
import { CannotFix } from './model.ts';
import type { FixSite } from './site.ts';

export interface Exit {
  /** The statement. */
  readonly node: number;
  readonly span: Span;
  readonly kind: 'return' | 'jump';
  /** What is returned as written; null for jumps and `return;`. */
  readonly value: string | null;
  /** The node of the value, when it was written as one. */
  readonly valueNode: number;
}

/** What macros that return hand out, as an expression that gives a new reference. */
const RETURN_MACROS: ReadonlyMap<string, string> = new Map([
  ['Py_RETURN_NONE', 'Py_NewRef(Py_None)'],
  ['Py_RETURN_TRUE', 'Py_NewRef(Py_True)'],
  ['Py_RETURN_FALSE', 'Py_NewRef(Py_False)'],
  ['Py_RETURN_NOTIMPLEMENTED', 'Py_NewRef(Py_NotImplemented)'],
  ['Py_RETURN_NAN', 'PyFloat_FromDouble(Py_NAN)'],
]);

/** In document order. Throws when control leaves in a way that can't be rewritten. */
export function exitsOf(site: FixSite, region: Span): Exit[] {
  const { source, view } = site;
  const inside = (span: Span): boolean => region.start <= span.start && span.end <= region.end;
  const out: Exit[] = [];
  const add = (node: number, kind: Exit['kind'], value: string | null, valueNode = -1): void => {
    out.push({ node, span: site.spanOf(node), kind, value, valueNode });
  };
  for (const node of site.nodes(
    site.block,
    'return_statement',
    'goto_statement',
    'break_statement',
    'continue_statement',
  )) {
    if (!inside(site.spanOf(node))) continue;
    const kind = source.kind(node);
    if (kind === 'return_statement') {
      const value = source.firstNamed(node);
      add(node, 'return', value < 0 ? null : site.writtenOf(value), value);
    } else if (kind === 'goto_statement') {
      const label = source.textOf(source.child(node, 'label'));
      const target = labelOf(site, label);
      if (target < 0 || !inside(site.spanOf(target))) add(node, 'jump', null);
    } else if (!inside(site.spanOf(jumpTarget(site, node, kind)))) add(node, 'jump', null);
  }
  view.body.steps.forEach((step, index) => {
    if (step.op.kind !== 'return' || step.macro === undefined || !inside(view.absolute(step.statement))) return;
    const name = /\w+/.exec(site.written(view.spanOf(index)))?.[0] ?? step.macro;
    const value = RETURN_MACROS.get(name) ?? RETURN_MACROS.get(step.macro);
    if (value === undefined) throw new CannotFix(`\`${name}\` returns in a way that can't be rewritten.`);
    const node = statementAt(site, view.absolute(step.statement));
    if (!out.some(exit => exit.node === node)) add(node, 'return', value);
  });
  return out.sort((a, b) => a.span.start - b.span.start);
}

function statementAt(site: FixSite, span: Span): number {
  for (const node of site.ancestors(site.nodeAt(span))) {
    if (site.source.kind(node).endsWith('_statement')) return node;
  }
  throw new CannotFix('A macro that returns does not stand on its own.');
}

export function labelOf(site: FixSite, name: string): number {
  return (
    site
      .nodes(site.block, 'labeled_statement')
      .find(node => site.source.textOf(site.source.child(node, 'label')) === name) ?? -1
  );
}

/** Names of the labels in a stretch of the function: control may come there from elsewhere. */
export function labelsBetween(site: FixSite, start: number, end: number): string[] {
  return site
    .nodes(site.block, 'labeled_statement')
    .filter(node => start <= site.startOf(node) && site.startOf(node) <= end)
    .map(node => site.source.textOf(site.source.child(node, 'label')));
}

export function gotosTo(site: FixSite, label: string): number[] {
  return site
    .nodes(site.block, 'goto_statement')
    .filter(node => site.source.textOf(site.source.child(node, 'label')) === label);
}

const LOOPS = new Set(['while_statement', 'do_statement', 'for_statement', 'for_range_loop']);

/** The loop or switch that a `break` or `continue` is about. */
function jumpTarget(site: FixSite, node: number, kind: string): number {
  for (const ancestor of site.ancestors(node)) {
    const name = site.source.kind(ancestor);
    if (LOOPS.has(name) || (kind === 'break_statement' && name === 'switch_statement')) return ancestor;
  }
  return site.block;
}

/** Control can come out at the end of the statement, as far as its form says. */
export function completes(site: FixSite, node: number): boolean {
  const { source } = site;
  switch (source.kind(node)) {
    case 'return_statement':
    case 'goto_statement':
    case 'break_statement':
    case 'continue_statement':
    case 'throw_statement':
      return false;
    case 'compound_statement': {
      const last = site.members(node).at(-1);
      return last === undefined || completes(site, last);
    }
    case 'else_clause':
    case 'labeled_statement': {
      const inner = source.named(node).at(-1);
      return inner === undefined || completes(site, inner);
    }
    case 'if_statement': {
      const otherwise = source.child(node, 'alternative');
      return otherwise < 0 || completes(site, source.child(node, 'consequence')) || completes(site, otherwise);
    }
    case 'expression_statement':
      return !site.body.steps.some(
        step =>
          step.op.kind === 'return' &&
          step.macro !== undefined &&
          site.view.absolute(step.statement).start === site.startOf(node),
      );
    default:
      return true;
  }
}

/** One step of indentation in this function. */
export function indentUnit(site: FixSite): string {
  const first = site.members(site.block)[0];
  const start = first === undefined ? -1 : site.text.lastIndexOf('\n', site.startOf(first)) + 1;
  const white = first === undefined ? '' : site.text.slice(start, site.startOf(first));
  return /^[ \t]+$/.test(white) ? white : '    ';
}
