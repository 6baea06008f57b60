/** The size of a container that others may change, asked for before its items are copied: the copy may have another one. */
import type { Edits } from './edits.ts';
import { indentUnit } from './exits.ts';
import { CannotFix } from './model.ts';
import { bracketless } from './names.ts';
import { leavesWhenNull } from './null-tests.ts';
import { isReleasedIn } from './released.ts';
import type { FixSite } from './site.ts';

/** Of what may change: texts and tuples keep theirs. */
const SIZE = /^Py(?:Sequence|Object|Mapping|List|Dict|Set)_(?:Size|Length|GET_SIZE)$/;

/** Calls that ask for the size of what the expression is, and do more with it than to compare it with 0. */
export function measures(site: FixSite, container: number): number[] {
  const { source } = site;
  const written = bracketless(source.textOf(container));
  return site.nodes(site.block, 'call_expression').filter(call => {
    if (!SIZE.test(source.textOf(source.child(call, 'function')))) return false;
    const measured = source.firstNamed(source.child(call, 'arguments'));
    if (measured < 0 || bracketless(source.textOf(measured)) !== written) return false;
    const parent = source.parent(call);
    return source.kind(parent) !== 'binary_expression' || source.textOf(source.child(parent, 'right')) !== '0';
  });
}

function unlike(site: FixSite, container: number): CannotFix {
  return new CannotFix(`The size of \`${site.writtenOf(container)}\` is asked for as well: ask the copy for it.`);
}

/**
 * `member` fills `name` with a tuple of the container's items. A size that is asked for behind it is the tuple's; one that was
 * asked for before is compared with it, and the function fails as it does without a tuple.
 */
export function compareSize(site: FixSite, edits: Edits, member: number, name: string, measure: number): void {
  const { source } = site;
  const container = source.firstNamed(source.child(measure, 'arguments'));
  const siblings = site.members(source.parent(member));
  const test = siblings[siblings.indexOf(member) + 1] ?? -1;
  if (test < 0 || !leavesWhenNull(site, test, name)) throw unlike(site, container);
  if (site.startOf(measure) > site.endOf(test)) return edits.replace(site.spanOf(measure), `PyTuple_GET_SIZE(${name})`);
  const size = keptIn(site, measure);
  if (size === null || site.startOf(measure) > site.startOf(member)) throw unlike(site, container);
  const unit = indentUnit(site);
  const lines = [
    `PyErr_SetString(PyExc_RuntimeError, "sequence changed size during iteration");`,
    ...wayOut(site, test, name),
  ];
  edits.lineAfter(
    site.endOf(test),
    site.startOf(test),
    `if (PyTuple_GET_SIZE(${name}) != ${size}) {`,
    ...lines.map(line => unit + line),
    '}',
  );
}

/** The variable that gets the size, and nothing else. */
function keptIn(site: FixSite, measure: number): string | null {
  const { source, body } = site;
  const holder = source.parent(measure);
  const kind = source.kind(holder);
  const target =
    kind === 'init_declarator'
      ? source.child(holder, 'declarator')
      : kind === 'assignment_expression'
        ? source.child(holder, 'left')
        : -1;
  if (target < 0 || source.kind(target) !== 'identifier') return null;
  const name = source.textOf(target);
  const local = body.locals.findIndex(one => one.name === name);
  const stores = body.steps.filter(
    ({ op }) => (op.kind === 'store' || op.kind === 'update') && op.place.kind === 'local' && op.place.local === local,
  );
  return stores.length === 1 ? name : null;
}

/** What the test for failure does but for its message, with the tuple let go of where that does not happen anyway. */
function wayOut(site: FixSite, test: number, name: string): string[] {
  const { source } = site;
  const consequence = source.child(test, 'consequence');
  const statements = (site.isList(consequence) ? site.members(consequence) : [consequence]).map(one =>
    site.writtenOf(one),
  );
  const lines = statements.filter(line => !line.startsWith('PyErr_'));
  if (lines.some(line => line.includes('\n'))) throw new CannotFix('A failure needs an exit here.');
  const label = /^goto\s+(\w+)/.exec(lines.at(-1) ?? '')?.[1];
  const behind = label === undefined ? '' : site.writtenOf(site.block).split(new RegExp(`\\b${label}\\s*:`))[1];
  return isReleasedIn(behind ?? '', name) ? lines : [`Py_DECREF(${name});`, ...lines];
}
