/** A dict filled where nothing was found: `PyDict_SetDefaultRef` keeps what came first, and the loser goes on with that. */
import { apiFact } from '../capi/facts.ts';
import { Edits } from './edits.ts';
import { indentUnit } from './exits.ts';
import { attempt, CannotFix, type Proposed, type Technique } from './model.ts';
import { nullnessAt, verdictOf } from './null-tests.ts';
import { isReleasedIn } from './released.ts';
import type { FixSite } from './site.ts';

export const keepFirst: Technique = site => {
  const [step = -1] = site.finding.site.steps;
  const op = site.view.op(step);
  if (op?.kind !== 'call' || op.callee.name !== 'PyDict_SetItem') return [];
  const title = 'Keep what came first, with PyDict_SetDefaultRef()';
  return [attempt(title, () => rewrite(site, title, step))];
};

function rewrite(site: FixSite, title: string, step: number): Proposed {
  const { source } = site;
  const call = site.callOfStep(step);
  const list = call < 0 ? -1 : source.child(call, 'arguments');
  const value = list < 0 ? -1 : (source.named(list)[2] ?? -1);
  if (value < 0 || source.textOf(source.child(call, 'function')) !== 'PyDict_SetItem')
    throw new CannotFix('The call is made by a macro.');
  const name = source.textOf(value);
  const local = site.body.locals.findIndex(one => one.name === name);
  if (source.kind(value) !== 'identifier' || site.body.locals[local]?.type.pointers !== 1)
    throw new CannotFix('What is stored has no name of its own.');
  if (site.body.locals[local]?.type.base !== 'PyObject') throw new CannotFix(`\`${name}\` is not kept as a PyObject.`);
  if (!isOwned(site, local, step)) throw new CannotFix(`\`${name}\` may not be the function's own reference.`);
  const member = site.memberOf(call);
  if (!isMiss(site, call)) throw new CannotFix('What is stored may be made from what was found.');
  const edits = new Edits(site.text);
  const winner = site.freshName('winner', 'existing', 'kept');
  const unit = indentUnit(site);
  edits.lineBefore(site.startOf(member), `PyObject *${winner} = NULL;`);
  edits.replace(site.spanOf(source.child(call, 'function')), 'PyDict_SetDefaultRef');
  edits.insert(site.endOf(value), `, &${winner}`);
  const whole = statusOf(site, member, call);
  edits.lineAfter(
    site.endOf(whole),
    site.startOf(whole),
    `if (${winner} != NULL) {`,
    `${unit}Py_SETREF(${name}, ${winner});`,
    '}',
  );
  return { title, safety: 'safe', edits: edits.build() };
}

/** The statement behind which the winner takes the place: at once, before a status is tested that releases what was made. */
function statusOf(site: FixSite, member: number, call: number): number {
  const { source } = site;
  const kind = source.kind(member);
  if (kind === 'expression_statement' || kind === 'declaration') return member;
  const condition = kind === 'if_statement' ? source.child(member, 'condition') : -1;
  const tested =
    condition >= 0 && site.startOf(call) < site.endOf(condition) && source.child(member, 'alternative') < 0;
  if (!tested) throw new CannotFix('The item is stored in the middle of a larger statement.');
  return member;
}

/** The function's own new reference, whatever way it came. */
function isOwned(site: FixSite, local: number, step: number): boolean {
  const origins = site.view.origins({ kind: 'local', local }, step).filter(origin => origin.kind !== 'constant');
  return (
    origins.length > 0 &&
    origins.every(origin => {
      const op = origin.kind === 'call' ? site.view.op(origin.step) : undefined;
      const name = op?.kind === 'call' ? op.callee.name : null;
      const returns = name === null ? null : apiFact(name)?.returns;
      // Of the project's own functions the code around tells: what it releases is its own.
      return returns === 'new' || (returns === undefined && isReleased(site, local));
    })
  );
}

function isReleased(site: FixSite, local: number): boolean {
  const name = site.body.locals[local]?.name ?? '';
  return isReleasedIn(site.source.textOf(site.block), name);
}

/** Tests on the way say that the look-up found nothing. */
function isMiss(site: FixSite, call: number): boolean {
  const [, check = -1] = site.finding.site.steps;
  const op = site.view.op(check);
  if (op?.kind !== 'call') return false;
  const node = site.nodeOfStep(check);
  const statement = site.writtenOf(site.memberOf(node));
  if (/^PyDict_GetItem(?:WithError|String)?$/.test(op.callee.name ?? '')) {
    const found = /(\w+)\s*=\s*(?:\([^()]*\)\s*)?PyDict_GetItem/.exec(statement)?.[1];
    return found !== undefined && isKnownMissing(site, call, found);
  }
  if (op.callee.name === 'PyDict_GetItemRef') {
    const out = /&(\w+)\s*\)/.exec(site.writtenOf(node))?.[1];
    if (out !== undefined && isKnownMissing(site, call, out)) return true;
    const status = /^(?:int\s+)?(\w+)\s*=\s*PyDict_GetItemRef/.exec(statement)?.[1];
    if (status !== undefined && isKnownMissing(site, call, status)) return true;
    // `if (PyDict_GetItemRef(…) != 0) return …;`
    return /^if\s*\(\s*PyDict_GetItemRef\s*\([^;]*\)\s*!=\s*0\s*\)/.test(statement) && /return\b/.test(statement);
  }
  return false;
}

/** An `if` around the call found NULL, or an earlier one left with what was found. */
function isKnownMissing(site: FixSite, call: number, name: string): boolean {
  const { source } = site;
  const spellings = new Set([name]);
  let inner = call;
  for (const node of site.ancestors(call)) {
    if (source.kind(node) === 'if_statement') {
      const { whenTrue, whenFalse } = verdictOf(site, source.child(node, 'condition'), spellings);
      const field = source.fieldName(inner);
      if ((field === 'consequence' && whenTrue === 'null') || (field === 'alternative' && whenFalse === 'null'))
        return true;
    }
    inner = node;
  }
  return nullnessAt(site, call, spellings, site.block, -1) === 'null';
}
