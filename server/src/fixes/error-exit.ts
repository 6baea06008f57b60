/** A way out for a failure that the original code could not have: what the function holds by then is released first. */
import { definitionsOf } from '../analysis/definitions.ts';
import { apiFact } from '../capi/facts.ts';
import { resultKind } from '../capi/objects.ts';
import { isNull } from '../program/values.ts';
import { CannotFix } from './model.ts';
import { verdictOf } from './null-tests.ts';
import type { FixSite } from './site.ts';

const NOT_HERE = 'A failure needs an exit here';

/**
 * Statements that leave the function with its error value, for a place just before or behind the member: those of a failure
 * nearby when there is one, else what can be told from what the function holds.
 */
export function errorExit(site: FixSite, member: number): string[] {
  const [step = -1] = site.stepsIn(site.spanOf(member));
  if (step < 0) throw new CannotFix(`${NOT_HERE}, and the place could not be found.`);
  const nearby = likeNearby(site, member);
  if (nearby !== null) return nearby;
  if (site.nodes(site.block, 'goto_statement').length > 0)
    throw new CannotFix(`${NOT_HERE}, and it is not clear which label to go to.`);
  const { locks } = site.view.semantics;
  if (locks.heldAt(step).length > 0 || locks.detachedAt(step))
    throw new CannotFix(`${NOT_HERE}, and a lock is held that it would have to drop.`);
  const { base, pointers } = site.body.returnType;
  if (pointers === 0 && base !== 'int') throw new CannotFix(`${NOT_HERE}, and the function has no way to tell of one.`);
  return [
    ...heldObjects(site, member, step).map(name => `Py_XDECREF(${name});`),
    pointers > 0 ? 'return NULL;' : 'return -1;',
  ];
}

const FAILED = /<\s*0\s*\)?$|==\s*(?:NULL|-\s*1)\s*\)?$|^\(*\s*!\s*\w+\s*\)?$/;
const CLEANUP = /^(?:Py_X?DECREF|Py_CLEAR)\s*\(\s*(\w+)\s*\)\s*;$/;

/** What a failure nearby does that only releases and leaves: the next one in the same block, then in the blocks around it. */
function likeNearby(site: FixSite, member: number): string[] | null {
  const { source } = site;
  const span = site.spanOf(member);
  const outcome = { undoes: false };
  const inLoop = /^(?:while|for|do)_/.test(source.kind(member))
    ? firstExit(site, site.nodes(member, 'if_statement'), span.start, outcome)
    : null;
  if (inLoop !== null) return inLoop;
  for (const block of site.ancestors(source.parent(member))) {
    if (!site.isList(block)) continue;
    const later = site
      .nodes(block, 'if_statement')
      .filter(node => site.startOf(node) >= span.end && source.parent(node) === block);
    const found = firstExit(site, later, span.start, outcome);
    if (found !== null) return found;
    // What belongs to the block alone would be forgotten by an exit of the blocks around it.
    if (outcome.undoes || ownsSomething(site, block, span.start)) break;
  }
  if (outcome.undoes) throw new CannotFix(`${NOT_HERE}, and failures nearby do more than release.`);
  return null;
}

function firstExit(
  site: FixSite,
  candidates: readonly number[],
  start: number,
  outcome: { undoes: boolean },
): string[] | null {
  const { source } = site;
  for (const node of candidates) {
    const consequence = source.child(node, 'consequence');
    if (source.child(node, 'alternative') >= 0) continue;
    const lines = (site.isList(consequence) ? site.members(consequence) : [consequence]).map(one => source.textOf(one));
    const last = lines.at(-1) ?? '';
    const failed = FAILED.test(plainCondition(source.textOf(source.child(node, 'condition'))));
    const raises = lines.some(line => /^\w*(?:PyErr_|[Ee]rror|raise)\w*\s*\(/.test(line));
    if ((!failed && !raises) || testsHeld(site, source.child(node, 'condition'), start)) continue;
    if (!/^(?:goto\s+\w+|return(?:\s+(?:NULL|-1))?)\s*;$/.test(last)) continue;
    const before = lines.slice(0, -1).filter(line => !/^\w*(?:PyErr_|[Ee]rror|raise)\w*\s*\(/.test(line));
    const released = before.map(line => CLEANUP.exec(line)?.[1]);
    if (released.includes(undefined)) outcome.undoes = true;
    else if (released.every(name => name !== undefined && isKnownBefore(site, name, start))) return [...before, last];
  }
  return null;
}

/** `(UNLIKELY(x < 0))` is `(x < 0)`. */
function plainCondition(text: string): string {
  return text.replace(/\b\w*(?:LIKELY|likely)\s*\(/g, '(').replace(/\)+$/, ')');
}

/** A pointer declared in the block before the place. */
function ownsSomething(site: FixSite, block: number, offset: number): boolean {
  if (block === site.block) return true;
  const span = site.spanOf(block);
  return site.body.locals.some(local => {
    const { start } = site.view.absolute(local.span);
    return !local.parameter && local.type.pointers > 0 && span.start < start && start < offset;
  });
}

/** `if (x == NULL) goto done;` for an `x` that is held at the place: that exit has no `x` to release, ours would. */
function testsHeld(site: FixSite, condition: number, offset: number): boolean {
  const tested = new Set(
    site
      .nodes(condition, 'identifier')
      .map(node => site.source.textOf(node))
      .filter(name => verdictOf(site, condition, new Set([name])).whenTrue === 'null'),
  );
  return site.body.steps.some(({ op }, step) => {
    if (op.kind !== 'store' || op.place.kind !== 'local' || isNull(op.value)) return false;
    const local = site.body.locals[op.place.local];
    return (
      local !== undefined && local.type.pointers > 0 && tested.has(local.name) && site.view.spanOf(step).start < offset
    );
  });
}

/** Declared before the place: what comes later has nothing to release yet. */
function isKnownBefore(site: FixSite, name: string, offset: number): boolean {
  const local = site.body.locals.find(one => one.name === name);
  return local !== undefined && site.view.absolute(local.span).start < offset;
}

/** Locals that own a reference there. Throws when the function holds something else, or may or may not own. */
function heldObjects(site: FixSite, member: number, step: number): string[] {
  const definitions = definitionsOf(site.body);
  const rest = site.text.slice(site.endOf(member), site.endOf(site.block));
  const out: string[] = [];
  site.body.locals.forEach((local, index) => {
    if (local.parameter || local.name === '' || local.type.pointers === 0) return;
    const before = definitions
      .at(step, index)
      .filter(one => one.step >= 0 && site.view.spanOf(one.step).start < site.startOf(member));
    const kinds = new Set(before.map(one => ownership(site, one.step, one.kind, index)));
    kinds.delete('nothing');
    if (kinds.size === 0 || !new RegExp(`\\b${local.name}\\b`).test(rest)) return;
    if (kinds.size > 1 || kinds.has('unclear'))
      throw new CannotFix(`${NOT_HERE}, which may have to release \`${local.name}\`.`);
    if (kinds.has('reference')) out.push(local.name);
  });
  if (/\b(?:\w*[Ff]ree|\w*Release\w*|\w*[Uu]nlock\w*|Py_LeaveRecursiveCall|PyMem_\w+)\b/.test(rest))
    throw new CannotFix(`${NOT_HERE}, which has to release memory too.`);
  return out;
}

function ownership(
  site: FixSite,
  step: number,
  kind: string,
  local: number,
): 'reference' | 'nothing' | 'borrowed' | 'unclear' {
  const op = site.view.op(step);
  if (kind === 'out') {
    const name = op?.kind === 'call' ? op.callee.name : null;
    if (name !== null && /^_?PyArg_/.test(name)) return 'borrowed';
    return 'unclear';
  }
  if (op?.kind !== 'store') return 'unclear';
  if (isNull(op.value)) return 'nothing';
  const kinds = site.view.origins({ kind: 'local', local }, step + 1).map(origin => {
    if (origin.kind !== 'call') return 'borrowed' as const;
    const call = site.view.op(origin.step);
    const name = call?.kind === 'call' ? call.callee.name : null;
    if (name === null) return 'unclear' as const;
    if (resultKind(name) === 'memory') return 'unclear' as const;
    const returns = apiFact(name)?.returns;
    return returns === 'new'
      ? ('reference' as const)
      : returns === 'borrowed'
        ? ('borrowed' as const)
        : ('unclear' as const);
  });
  const distinct = [...new Set(kinds)];
  return distinct.length === 1 ? (distinct[0] ?? 'unclear') : 'unclear';
}
