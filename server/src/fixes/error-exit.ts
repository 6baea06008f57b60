/** A way out for a failure that the original code could not have: what the function holds by then is released first. */
import { definitionsOf } from '../analysis/definitions.ts';
import { isNull } from '../analysis/values.ts';
import { apiFact } from '../capi/facts.ts';
import { resultKind } from '../capi/objects.ts';
import { CannotFix } from './model.ts';
import type { FixSite } from './site.ts';

const NOT_HERE = 'A failure needs an exit here';

/** Statements that leave the function with its error value, for a place just before or behind the member. */
export function errorExit(site: FixSite, member: number): string[] {
  const [step = -1] = site.stepsIn(site.spanOf(member));
  if (step < 0) throw new CannotFix(`${NOT_HERE}, and the place could not be found.`);
  const own = site.view.semantics.locks.heldAt(step);
  if (own.length > 0 || site.view.semantics.locks.detachedAt(step))
    throw new CannotFix(`${NOT_HERE}, and a lock is held that it would have to drop.`);
  const { base, pointers } = site.body.returnType;
  if (pointers === 0 && base !== 'int') throw new CannotFix(`${NOT_HERE}, and the function has no way to tell of one.`);
  return [
    ...heldObjects(site, member, step).map(name => `Py_XDECREF(${name});`),
    pointers > 0 ? 'return NULL;' : 'return -1;',
  ];
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
  if (/\b(?:\w*[Ff]ree|PyBuffer_Release|PyMem_\w+)\b/.test(rest))
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
