/**
 * Critical sections (Python/critical_section.c): locks on objects that their thread gives up whenever it blocks or detaches.
 * Only the innermost one is taken again afterwards; an outer one when the inner one ends. Nothing at all in builds with a
 * GIL; plain locks where a historical system had a lock on every object.
 */
import { field, type Local, type ThreadBuilder } from '../build/thread.ts';
import { choose, differs, type Expression, less, not } from '../machine/expression.ts';
import { atClosing } from './closing.ts';
import { HEADER, type Python } from './python.ts';

interface Section {
  /** Locked objects: one, or two in locking order. */
  readonly objects: readonly Expression[];
  /** 1 while the locks are held, 0 while the section is suspended. */
  readonly active: Local;
  readonly close: () => void;
  /** The innermost section has the object already: nothing was locked, and nothing is to be unlocked. */
  readonly skipped?: true;
}

/** Value of `Section.active` after the section's end: in code with branches other steps may stand between the two. */
const CLOSED = -1;

const stacks = new WeakMap<ThreadBuilder, Section[]>();

export function sectionsOf(t: ThreadBuilder): Section[] {
  const stack = stacks.get(t) ?? [];
  stacks.set(t, stack);
  return stack;
}

const mutex = (object: Expression) => field(object, HEADER.mutex);

/** `Py_BEGIN_CRITICAL_SECTION(object)` … `Py_END_CRITICAL_SECTION()`. */
export function criticalSection(py: Python, t: ThreadBuilder, object: Expression, body: () => void): void {
  enter(py, t, [object]);
  body();
  leaveSection(py, t);
}

/** `Py_BEGIN_CRITICAL_SECTION2(a, b)`: the lower address first; one lock when both are the same object. */
export function criticalSection2(py: Python, t: ThreadBuilder, a: Expression, b: Expression, body: () => void): void {
  enterSection(py, t, [a, b]);
  body();
  leaveSection(py, t);
}

/** The beginning alone, for code in which a section's end need not stand where its block does. One or two objects. */
export function enterSection(py: Python, t: ThreadBuilder, objects: readonly Expression[]): void {
  const [a, b] = objects;
  if (a === undefined || b === undefined) {
    enter(py, t, objects);
    return;
  }
  if (typeof a === 'number' && typeof b === 'number') {
    enter(py, t, a === b ? [a] : [Math.min(a, b), Math.max(a, b)]);
  } else {
    const first = t.temporary();
    const second = t.temporary();
    t.set(first, choose(less(a, b), a, b));
    t.set(second, choose(less(a, b), b, a));
    enter(py, t, [first, second]);
  }
}

/** What code of several branches has open: to be put back where the next branch begins. */
export function saveSections(t: ThreadBuilder): () => void {
  const stack = sectionsOf(t);
  const saved = [...stack];
  return () => {
    stack.splice(0, stack.length, ...saved);
  };
}

function enter(py: Python, t: ThreadBuilder, objects: readonly Expression[]): void {
  if (!locks(py)) return;
  const stack = sectionsOf(t);
  const innermost = stack.findLast(section => section.skipped !== true);
  if (py.skipsHeldObject && objects.length === 1 && innermost?.objects.includes(objects[0]!) === true) {
    stack.push({ ...innermost, skipped: true });
    return;
  }
  const active = t.temporary();
  // The new record has no lock yet: while it waits, what lies below it is suspended, it is not.
  for (const [i, object] of objects.entries()) {
    const same = i > 0 ? differs(object, objects[0]!) : 1;
    t.when(same, () => acquire(py, t, object, stack));
  }
  t.set(active, 1);
  stack.push({ objects, active, close: t.openSection(objects, active) });
}

/** Ends the innermost section; nothing when none is open. */
export function leaveSection(py: Python, t: ThreadBuilder): void {
  if (!locks(py)) return;
  const stack = sectionsOf(t);
  const section = stack.pop();
  if (section === undefined || section.skipped === true) return;
  atClosing(py, t, () => {
    release(t, section);
    t.set(section.active, CLOSED);
    section.close();
    resumeTop(py, t);
  });
}

/** Gives up the locks of all sections that are active, innermost first. */
export function suspendAll(py: Python, t: ThreadBuilder, stack: readonly Section[] = sectionsOf(t)): void {
  if (!py.freeThreaded) return;
  for (const section of [...stack].reverse()) {
    if (section.skipped === true) continue;
    t.when(section.active, () => {
      release(t, section, 'suspends the critical section: unlocks');
      t.set(section.active, 0);
    });
  }
}

/** Takes the innermost section again if it was suspended. */
export function resumeTop(py: Python, t: ThreadBuilder): void {
  const stack = sectionsOf(t);
  const top = stack.findLast(section => section.skipped !== true);
  if (!py.freeThreaded || top === undefined) return;
  t.when(not(top.active), () => {
    for (const [i, object] of top.objects.entries()) {
      t.when(i > 0 ? differs(object, top.objects[0]!) : 1, () =>
        t.lock(mutex(object), { label: 'resumes the critical section: locks' }),
      );
    }
    t.set(top.active, 1);
  });
}

/** A section with nothing around it just waits; else the try shows whether the outer ones must be given up. */
function acquire(py: Python, t: ThreadBuilder, object: Expression, outer: readonly Section[]): void {
  if (!py.freeThreaded || outer.length === 0) {
    t.lock(mutex(object));
    return;
  }
  const ok = t.temporary();
  t.tryLock(mutex(object), ok);
  t.when(not(ok), () => {
    suspendAll(py, t, outer);
    t.lock(mutex(object));
  });
}

function release(t: ThreadBuilder, section: Section, label?: string): void {
  const options = label === undefined ? {} : { label };
  for (const [i, object] of [...section.objects.entries()].reverse()) {
    t.when(i > 0 ? differs(object, section.objects[0]!) : 1, () => t.unlock(mutex(object), options));
  }
}

/** Systems in which an object has a lock of its own. */
function locks(py: Python): boolean {
  return py.freeThreaded || py.model === 'atomic-counts' || py.model === 'locked-counts';
}
