/** A library with hidden state of the whole process: one static mutex around all of its calls in the file. */
import { isMutex } from '../analysis/lock-state.ts';
import { PROCESS_WIDE_CALLS } from '../capi/process-libraries.ts';
import { libraryCalls } from '../rules/support/libraries.ts';
import { bracket } from './bracket.ts';
import { Edits } from './edits.ts';
import { mutex } from './locks.ts';
import { attempt, CannotFix, type Proposed, type Technique } from './model.ts';
import { regionAround, spanOfRegion } from './region.ts';
import type { FixSite } from './site.ts';
import { behindIncludes } from './versions.ts';

export const lockLibrary: Technique = site => {
  const name = /^\w+/.exec(site.finding.subject)?.[0] ?? 'the library';
  const title = `Lock a mutex around \`${name}()\` and its like`;
  return [attempt(title, () => rewrite(site, title))];
};

function rewrite(site: FixSite, title: string): Proposed {
  const calls = libraryCalls(site.extension, PROCESS_WIDE_CALLS);
  const [step = -1] = site.finding.site.steps;
  const found = calls.find(call => call.function === site.view && call.step === step);
  if (found === undefined)
    throw new CannotFix('The library is one that settings name: lock the mutex that it belongs to.');
  const same = calls.filter(call => call.library === found.library);
  const elsewhere = same.find(call => call.function.unit.file !== site.view.unit.file);
  if (elsewhere !== undefined)
    throw new CannotFix(`\`${elsewhere.name}()\` is called in other files too: they have to share one mutex.`);
  if (
    same.some(call => call.function.locksAt(call.step).some(isMutex)) &&
    !site.text.includes(`static PyMutex ${nameOf(found.library.library)};`)
  )
    throw new CannotFix('Other calls of the library hold a lock of the project: take the same one here.');
  const edits = new Edits(site.text);
  const name = nameOf(found.library.library);
  if (!new RegExp(`\\b${name}\\b`).test(site.text)) {
    const at = behindIncludes(site.text);
    if (at === null) throw new CannotFix('There is no place for a mutex behind the includes.');
    edits.insert(at, `\n\nstatic PyMutex ${name};`);
  }
  for (const call of same.filter(one => one.function === site.view)) lockCall(site, edits, call.step, name);
  return { title, safety: 'safe', edits: edits.build() };
}

/** `the FFTW planner` → `fftw_planner_mutex`. */
function nameOf(library: string): string {
  return `${library.replace(/^the /, '').toLowerCase().replace(/\W+/g, '_')}_mutex`;
}

function lockCall(site: FixSite, edits: Edits, step: number, name: string): void {
  const { source } = site;
  const call = site.callOfStep(step);
  if (call < 0) throw new CannotFix('The call is made by a macro.');
  const lock = mutex(name);
  const member = site.memberOf(call);
  const condition = source.kind(member) === 'if_statement' ? source.child(member, 'condition') : -1;
  if (condition >= 0 && site.startOf(call) < site.endOf(condition))
    return takeOut(site, edits, call, member, condition, lock);
  const region = regionAround(site, [call]);
  const runsPython = site.stepsIn(spanOfRegion(site, region)).some(one => site.view.suspends(one) === 'python');
  if (runsPython) throw new CannotFix(`Python code may run there, and would find \`${name}\` locked.`);
  bracket(site, edits, region, lock);
}

/** `if (call(…))`: the result goes into a variable before the test. */
function takeOut(
  site: FixSite,
  edits: Edits,
  call: number,
  member: number,
  condition: number,
  { open, close }: { readonly open: string; readonly close: string },
): void {
  const { source } = site;
  const before = site.written({ start: site.startOf(condition), end: site.startOf(call) });
  const holder = source.parent(call);
  const status = /^(?:parenthesized_expression|unary_expression|binary_expression|condition_clause)$/.test(
    source.kind(holder),
  );
  const assigned = /^[\s(]*(\w+)\s*=\s*$/.exec(before)?.[1];
  if (assigned !== undefined) {
    edits.lineBefore(site.startOf(member), open, `${assigned} = ${site.writtenOf(call)};`, close);
    edits.replace(site.spanOf(holder), assigned);
    return;
  }
  if (!status || !/^[\s(!]*$/.test(before))
    throw new CannotFix('The library is called in the middle of a larger expression.');
  const name = site.freshName('status', 'outcome');
  edits.lineBefore(site.startOf(member), `int ${name};`, open, `${name} = ${site.writtenOf(call)};`, close);
  edits.replace(site.spanOf(call), name);
}
