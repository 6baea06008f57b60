/** What conditions say about a pointer being NULL, by their form. */
import { completes } from './exits.ts';
import type { FixSite } from './site.ts';

export type Nullness = 'null' | 'set' | 'unknown';

interface Verdict {
  readonly whenTrue: Nullness;
  readonly whenFalse: Nullness;
}

const NOTHING: Verdict = { whenTrue: 'unknown', whenFalse: 'unknown' };

/** `spellings`: the pointer as it is written, without white space. */
export function verdictOf(site: FixSite, condition: number, spellings: ReadonlySet<string>): Verdict {
  const { source } = site;
  const node = source.unwrap(condition);
  if (node < 0) return NOTHING;
  if (is(site, node, spellings)) return { whenTrue: 'set', whenFalse: 'null' };
  const kind = source.kind(node);
  if (kind === 'condition_clause') return verdictOf(site, source.child(node, 'value'), spellings);
  if (kind === 'unary_expression' && source.textOf(source.child(node, 'operator')) === '!') {
    const { whenTrue, whenFalse } = verdictOf(site, source.child(node, 'argument'), spellings);
    return { whenTrue: whenFalse, whenFalse: whenTrue };
  }
  if (kind !== 'binary_expression') return NOTHING;
  const operator = source.textOf(source.child(node, 'operator'));
  const [left, right] = [source.child(node, 'left'), source.child(node, 'right')];
  if (operator === '&&' || operator === '||') {
    const sides = [verdictOf(site, left, spellings), verdictOf(site, right, spellings)];
    const known = (pick: (verdict: Verdict) => Nullness): Nullness =>
      sides.map(pick).find(one => one !== 'unknown') ?? 'unknown';
    return operator === '&&'
      ? { whenTrue: known(one => one.whenTrue), whenFalse: 'unknown' }
      : { whenTrue: 'unknown', whenFalse: known(one => one.whenFalse) };
  }
  if (operator !== '==' && operator !== '!=') return NOTHING;
  const other = is(site, left, spellings) ? right : is(site, right, spellings) ? left : -1;
  if (other < 0 || !/^(?:NULL|nullptr|0)$/.test(source.textOf(source.unwrap(other)))) return NOTHING;
  return operator === '==' ? { whenTrue: 'null', whenFalse: 'set' } : { whenTrue: 'set', whenFalse: 'null' };
}

/** The code below the node asks whether the object is NULL. */
export function isTestedForNull(site: FixSite, object: string, node: number): boolean {
  const spellings = new Set([object.replace(/\s+/g, '')]);
  const says = (condition: number): boolean => {
    const { whenTrue, whenFalse } = verdictOf(site, condition, spellings);
    return whenTrue !== 'unknown' || whenFalse !== 'unknown';
  };
  const { source } = site;
  return (
    site.nodes(node, ...CONDITIONAL).some(one => says(source.child(one, 'condition'))) ||
    // `a && a->b` as a value.
    site
      .nodes(node, 'binary_expression')
      .some(one => /^(?:&&|\|\|)$/.test(source.textOf(source.child(one, 'operator'))) && says(one))
  );
}

const CONDITIONAL = ['if_statement', 'while_statement', 'do_statement', 'for_statement', 'conditional_expression'];

function is(site: FixSite, node: number, spellings: ReadonlySet<string>): boolean {
  const { source } = site;
  const inner = source.unwrap(node);
  if (source.kind(inner) === 'assignment_expression') return is(site, source.child(inner, 'left'), spellings);
  return spellings.has(source.textOf(inner).replace(/\s+/g, ''));
}

/** `if (v == NULL) return …;`: behind it there is something. */
export function leavesWhenNull(site: FixSite, node: number, name: string): boolean {
  const { source } = site;
  return (
    source.kind(node) === 'if_statement' &&
    verdictOf(site, source.child(node, 'condition'), new Set([name])).whenTrue === 'null' &&
    !completes(site, source.child(node, 'consequence'))
  );
}

/** What is known where the node begins, by the tests around it and before it, up to member `from` of the block `outside`. */
export function nullnessAt(
  site: FixSite,
  node: number,
  spellings: ReadonlySet<string>,
  outside: number,
  from: number,
): Nullness {
  const { source } = site;
  for (let at = node; at >= 0 && at !== outside; at = source.parent(at)) {
    const parent = source.parent(at);
    if (parent < 0) break;
    if (site.isList(parent)) {
      const found = afterSiblings(site, site.members(parent), at, spellings, parent === outside ? from : -1);
      if (found !== 'unknown') return found;
    }
    if (source.kind(parent) !== 'if_statement') continue;
    const verdict = verdictOf(site, source.child(parent, 'condition'), spellings);
    const field = source.fieldName(at);
    const found = field === 'consequence' ? verdict.whenTrue : field === 'alternative' ? verdict.whenFalse : 'unknown';
    if (found !== 'unknown') return found;
  }
  return 'unknown';
}

/** `if (v == NULL) return …;` before the member. */
function afterSiblings(
  site: FixSite,
  members: readonly number[],
  member: number,
  spellings: ReadonlySet<string>,
  from: number,
): Nullness {
  const { source } = site;
  for (const sibling of members.slice(Math.max(0, members.indexOf(from)))) {
    if (sibling === member) break;
    if (source.kind(sibling) !== 'if_statement' || source.child(sibling, 'alternative') >= 0) continue;
    if (completes(site, source.child(sibling, 'consequence'))) continue;
    const { whenFalse } = verdictOf(site, source.child(sibling, 'condition'), spellings);
    if (whenFalse !== 'unknown') return whenFalse;
  }
  return 'unknown';
}
