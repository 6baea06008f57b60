/**
 * What the analysis believes at one place, as text: the tool with which a wrong finding is understood. It asks the same
 * questions as the rules, and says their answers.
 */
import type { FunctionUnit, Span } from '../program/model.ts';
import { type Access, changesNothing } from './accesses.ts';
import type { Extension } from './extension.ts';
import { CALLERS_LOCK } from './locks.ts';
import { keepApart } from './once-flags.ts';
import type { FunctionView } from './view.ts';

export interface ExplainedText {
  /** Text of a file of the extension, or null. */
  text(file: string): string | null;
}

/** Accesses of one datum that are listed; the rest is counted. */
const MOST_ACCESSES = 12;

/** `offset`: anywhere in the line that is asked about. */
export function explainAt(extension: Extension, file: string, offset: number, texts: ExplainedText): string {
  const text = texts.text(file) ?? '';
  const start = text.lastIndexOf('\n', offset - 1) + 1;
  const newline = text.indexOf('\n', offset);
  const line: Span = { start, end: newline < 0 ? text.length : newline };
  const place = (path: string, at: number): string => `${path}:${lineOf(texts.text(path) ?? '', at)}`;
  const head = `${place(file, start)}: ${text.slice(line.start, line.end).trim()}`;
  const view = extension.functions.find(one => one.unit.file === file && contains(one.function.function, line));
  if (!view) return `${head}\n\n${outside(extension, file, line)}\n`;
  const parts = [head, '', ...describeFunction(view, place)];
  const steps = view.body.steps.flatMap((step, index) =>
    overlaps(view.absolute(step.span), line) && step.op.kind !== 'join' && step.op.kind !== 'entry' ? [index] : [],
  );
  parts.push('', ...describeLocks(view, steps, place));
  if (steps.length === 0) parts.push('', 'No step of the function stands in this line.');
  for (const step of steps) parts.push(...describeStep(extension, view, step, place));
  return `${parts.join('\n')}\n`;
}

type PlaceOf = (file: string, offset: number) => string;

function outside(extension: Extension, file: string, line: Span): string {
  const unit = extension.units.find(one => one.file === file);
  const gilOnly = unit?.functions.find(fn => contains(fn, line) && fn.build?.only === 'gil');
  if (gilOnly)
    return `${gilOnly.body.name} exists in builds with the GIL only (${gilOnly.build?.text}): it is not analysed.`;
  const table = unit?.tables.find(one => overlaps(one.span, line));
  if (table) {
    const entries = table.entries.filter(entry => overlaps(entry.span, line));
    const names = (entries.length > 0 ? entries : table.entries).map(
      entry => `${entry.slot} = ${entry.target ?? entry.detail}`,
    );
    return `In the table ${table.name} (${table.kind}): ${names.join(', ')}.`;
  }
  if (unit?.notRead.some(part => overlaps(part.span, line)))
    return 'This text could not be read: nothing is known about it.';
  return 'Outside every function that is analysed.';
}

function describeFunction(view: FunctionView, place: PlaceOf): string[] {
  const { contexts, entryPoints, parameters, detached } = view.surroundings;
  const out = [`Function ${view.name} (${place(view.unit.file, view.function.function.start)})`];
  out.push(`  runs as: ${[...contexts].join(', ') || 'nothing known'}`);
  if (contexts.has('unreached') && contexts.size === 1) out.push('  no entry point of the extension reaches it');
  if (entryPoints.length > 0) out.push(`  entered by: ${entryPoints.join('; ')}`);
  out.push(`  several threads at once: ${view.isConcurrent ? 'yes' : 'no'}`);
  if (detached) out.push('  every caller has detached its thread state');
  for (const [index, parameter] of parameters.entries()) {
    const name = view.body.locals[index]?.name ?? `argument ${index + 1}`;
    out.push(`  ${name}: ${parameter.role}${parameter.exclusive ? ', not known to other threads' : ''}`);
  }
  if (view.semantics.origins.hit.size > 0) {
    out.push(`  bounds reached, what lies beyond is unknown: ${[...view.semantics.origins.hit].sort().join(', ')}`);
  }
  if (view.body.unread.length > 0) out.push(`  ${view.body.unread.length} part(s) of it could not be read`);
  return out;
}

function describeLocks(view: FunctionView, steps: readonly number[], place: PlaceOf): string[] {
  const first = steps[0];
  if (first === undefined) return [];
  const detached = view.detachedAt(first) ? ['Thread state: detached'] : [];
  const locks = view.locksAt(first);
  if (locks.length === 0) return ['Locks held: none', ...detached];
  return [
    'Locks held:',
    ...locks.map(lock => {
      const on = lock.path === CALLERS_LOCK ? "the caller's" : namePath(view, lock.path);
      const where =
        lock.step < 0
          ? `on entry, by ${lock.by}`
          : `by ${lock.by} at ${place(view.unit.file, view.spanOf(lock.step).start)}`;
      return `  ${on} (${lock.kind}), ${where}`;
    }),
    ...detached,
  ];
}

function describeStep(extension: Extension, view: FunctionView, step: number, place: PlaceOf): string[] {
  const op = view.op(step);
  if (!op) return [];
  const out: string[] = [];
  if (op.kind === 'call') {
    const name = op.callee.name ?? 'a function pointer';
    out.push('', `call of ${name}: ${SUSPENDS[view.suspends(step)]}`);
    for (const argument of op.args) {
      if (argument.kind === 'int' || argument.kind === 'string' || argument.kind === 'null') continue;
      out.push(
        `  ${view.render(argument)}: ${view.ownership(argument, step)}${view.isExclusive(argument, step) ? ' (only this thread has it)' : ''}`,
      );
    }
  }
  const access = extension.accesses.at(view, step);
  if (access) out.push('', ...describeAccess(extension, access, place));
  if (!view.isReachable(step)) out.push('', 'No way through the function leads here.');
  return out;
}

function describeAccess(extension: Extension, access: Access, place: PlaceOf): string[] {
  const { function: view, step } = access;
  const out = [
    `${access.kind} of ${view.renderPlaceOf(step)} (${access.key.replace(/^=/, 'global ')})${access.atomic ? ', atomic' : ''}`,
  ];
  out.push(`  locks: ${locksOf(access)}`);
  if (!access.concurrent) out.push('  no other thread can be here with the same object');
  const at = (other: Access): string =>
    `${other.kind} in ${other.function.name} at ${place(other.function.unit.file, other.function.spanOf(other.step).start)}, locks: ${locksOf(other)}`;
  const conflicts = extension.accesses.conflicts(access);
  if (conflicts.length > 0) {
    out.push('  races with:', ...conflicts.slice(0, MOST_ACCESSES).map(other => `    ${at(other)}`));
    if (conflicts.length > MOST_ACCESSES) out.push(`    and ${conflicts.length - MOST_ACCESSES} more`);
  } else out.push('  races with nothing');
  const others = extension.accesses.of(access.key).filter(other => other !== access && !conflicts.includes(other));
  if (others.length > 0) {
    out.push('  other accesses:');
    for (const other of others.slice(0, MOST_ACCESSES)) out.push(`    ${at(other)}; ${whyNot(access, other)}`);
    if (others.length > MOST_ACCESSES) out.push(`    and ${others.length - MOST_ACCESSES} more`);
  }
  return out;
}

/** Why two accesses don't race. */
function whyNot(a: Access, b: Access): string {
  if (!b.concurrent) return 'its object is not known to other threads';
  if (!a.concurrent) return 'this object is not known to other threads';
  if (a.kind === 'read' && b.kind === 'read') return 'both only read';
  if (changesNothing(a) && changesNothing(b)) return 'what is written is what was there';
  if (a.atomic && b.atomic) return 'both are atomic';
  if (a.function.isSignalOnly && b.function.isSignalOnly) return 'the GIL never kept handlers of signals apart';
  return keepApart(a.flags, b.flags) ? 'a flag keeps one of them out' : 'a lock in common';
}

function locksOf(access: Access): string {
  const locks = [...access.locks].map(name => (name === '*' ? "the caller's" : name));
  const flags = [...access.flags].map(
    name => `flag ${name.replace(/\?$/, ' (seen raised)').replace(/!$/, ' (to be raised)')}`,
  );
  return locks.length + flags.length === 0 ? 'none' : [...locks, ...flags].join(', ');
}

const SUSPENDS: Readonly<Record<ReturnType<FunctionView['suspends']>, string>> = {
  no: 'does not suspend critical sections',
  python: 'may run Python code and suspend critical sections',
  blocks: 'may block or detach, and suspend critical sections',
  lock: 'takes a lock, and may suspend critical sections when it has to wait',
  unknown: 'what it does to critical sections is not known',
};

/** `p0->dict` as the function writes it: `self->dict`. */
function namePath(view: FunctionView, path: string): string {
  return path
    .replace(/^p(\d+)/, (whole, index: string) => view.body.locals[Number(index)]?.name || whole)
    .replace(/^=/, '');
}

function contains(unit: FunctionUnit, line: Span): boolean {
  return overlaps({ start: unit.start, end: unit.start + unit.body.length }, line);
}

function overlaps(a: Span, b: Span): boolean {
  return a.start <= b.end && b.start <= Math.max(a.end, a.start + 1) - 1;
}

function lineOf(text: string, offset: number): number {
  let line = 1;
  for (let at = text.indexOf('\n'); at >= 0 && at < offset; at = text.indexOf('\n', at + 1)) line++;
  return line;
}
