/** Whether an expression is evaluated whenever its statement is reached, or only under a condition that it may need. */
import type { FixSite } from './site.ts';

/** `member`: the statement, around the node. */
export function isAlwaysEvaluated(site: FixSite, member: number, node: number): boolean {
  const { source } = site;
  for (let at = node; at !== member; at = source.parent(at)) {
    const parent = source.parent(at);
    if (parent < 0 || !passesOn(site, parent, source.fieldName(at))) return false;
  }
  return true;
}

function passesOn(site: FixSite, parent: number, field: string | null): boolean {
  const { source } = site;
  switch (source.kind(parent)) {
    case 'if_statement':
    case 'while_statement':
    case 'switch_statement':
    case 'conditional_expression':
      return field === 'condition';
    case 'for_statement':
      return field === 'initializer';
    case 'binary_expression':
      return field === 'left' || !/^(?:&&|\|\|)$/.test(source.textOf(source.child(parent, 'operator')));
    case 'compound_statement':
    case 'case_statement':
    case 'labeled_statement':
    case 'else_clause':
      return false;
    default:
      return true;
  }
}
