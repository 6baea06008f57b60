/** A list, dict or set of others, locked from where it is looked into to where it is changed. */
import { apiFact } from '../capi/facts.ts';
import { clearest } from './critical-section.ts';
import { Edits } from './edits.ts';
import { lockNodes } from './locked-steps.ts';
import { type LockChoice, section } from './locks.ts';
import { attempt, CannotFix, type Proposed, type Technique } from './model.ts';
import { isPythonObject, type NamedObject, named, refuseNullTests } from './objects.ts';
import type { FixSite } from './site.ts';
import { lockedWrapper } from './wrapper.ts';

/** `what`: words for the title, `it is walked over`. `whole`: every call for the same container belongs together. */
export function lockContainer(what: string, whole = false): Technique {
  return site => {
    const title = (of: string): string => `Lock \`${of}\` while ${what}`;
    return clearest([
      attempt(title(site.finding.subject), () => rewrite(site, title, whole)),
      attempt(`Lock the whole of \`${site.body.name}\``, () => {
        const container = containerOf(site);
        if (isSteady(site)) refuseKept(site);
        refuseNullTests(site, container.written, site.block);
        if (isSteady(site) && site.body.steps.some((_, step) => site.view.suspends(step) === 'python'))
          throw new CannotFix('Python code may run in the function, which suspends the lock.');
        return lockedWrapper(site, choose(site, container));
      }),
    ]);
  };
}

function rewrite(site: FixSite, title: (of: string) => string, whole: boolean): Proposed {
  const container = containerOf(site);
  if (isSteady(site)) refuseKept(site);
  const edits = new Edits(site.text);
  const steps = whole ? callsFor(site) : site.finding.site.steps;
  const nodes = steps.map(step => site.nodeOfStep(step));
  lockNodes(site, edits, choose(site, container), container, nodes, isSteady(site));
  return { title: title(container.written), safety: whole ? 'suggested' : 'safe', edits: edits.build() };
}

/** What was seen under the lock is worth nothing after it was suspended; the other rule checks that by itself. */
function isSteady(site: FixSite): boolean {
  return site.finding.rule !== 'check-then-act-container';
}

/** A pointer into the container that is stored somewhere is followed when the lock is gone. */
function refuseKept(site: FixSite): void {
  const [step = -1] = site.finding.site.steps;
  const op = site.view.op(step);
  const name = op?.kind === 'call' ? op.callee.name : null;
  if (name === null || (apiFact(name)?.interior ?? null) === null) return;
  const isKept = site.view.usesOf(step).some(use => {
    const to = site.view.op(use.step);
    return to?.kind === 'return' || (to?.kind === 'store' && use.role === 'stored' && to.place.kind !== 'local');
  });
  if (isKept) throw new CannotFix('The pointer is kept for later: keep a copy of what it leads to.');
}

/** Steps that call something for the container that the flagged step is about. */
function callsFor(site: FixSite): number[] {
  const pathAt = (step: number): string | null => {
    const op = site.view.op(step);
    const [container] = op?.kind === 'call' ? op.args : [];
    return container === undefined ? null : site.view.path(container, step);
  };
  const flagged = pathAt(site.finding.site.steps[0] ?? -1);
  return site.body.steps.flatMap((_, step) => (flagged !== null && pathAt(step) === flagged ? [step] : []));
}

function choose(site: FixSite, container: NamedObject): LockChoice {
  return { ...section(container.written, site), local: container.local };
}

/** The object whose contents the flagged step reads or changes. */
function containerOf(site: FixSite): NamedObject {
  const [step = -1] = site.finding.site.steps;
  const op = site.view.op(step);
  const value =
    op?.kind === 'call'
      ? op.args[0]
      : (op?.kind === 'load' || op?.kind === 'store' || op?.kind === 'update') && op.place.kind === 'field'
        ? op.place.base
        : undefined;
  if (value === undefined) throw new CannotFix('The container has no simple name here.');
  const container = named(site, value, step);
  if (!isPythonObject(site, container.type)) throw new CannotFix(`\`${container.written}\` is no Python object.`);
  return container;
}
