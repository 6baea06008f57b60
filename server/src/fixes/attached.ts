/** Critical sections belong to an attached thread: code that a library calls back may run in one that is not, or not yet. */
import { isCApiName } from '../capi/objects.ts';
import { CannotFix } from './model.ts';
import type { FixSite } from './site.ts';

/** Run what they are given at once, in the thread that called them. */
const AT_ONCE = /^(?:qsort|bsearch|lfind|lsearch|std::)/;

/** Throws when the thread may not be attached where a section would begin. */
export function refuseForeignThread(site: FixSite, start: number): void {
  const { view } = site;
  const attaches = view.body.steps.flatMap(({ op }, step) => (op.kind === 'attach' ? [step] : []));
  if (attaches.some(step => view.spanOf(step).start < start)) return;
  const detaches = view.body.steps.findIndex(({ op }) => op.kind === 'detach');
  const [first = -1] = attaches;
  // Who attaches without having detached comes in detached.
  if (first >= 0 && (detaches < 0 || detaches > first))
    throw new CannotFix('The thread attaches only further down, and can lock no object before.');
  const library = view.surroundings.entryPoints
    .map(one => /^callback given to `(.*)`$/.exec(one)?.[1])
    .find(one => one !== undefined && !isCApiName(one) && !AT_ONCE.test(one));
  if (library !== undefined)
    throw new CannotFix(
      `\`${library}()\` has it called back, perhaps by a thread that is not attached and can lock no object.`,
    );
}
