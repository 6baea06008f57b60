/** Values of one object that a function reads as one thing while another function changes them one after the other. */

import type { Access } from '../../analysis/accesses.ts';
import type { Use } from '../../analysis/definitions.ts';
import type { Extension } from '../../analysis/extension.ts';
import { parameterOf } from '../../analysis/paths.ts';
import type { FunctionView } from '../../analysis/view.ts';

export interface MixedRead {
  readonly first: Access;
  readonly second: Access;
  /** The store of the second value in the function that changes both. */
  readonly writer: Access;
}

/**
 * The first such pair of reads in the function: they meet in one operation, or go together into a function of the extension when
 * they are running state (`self->length += n`). `isPlain`: values that the rule is about.
 */
export function mixedReads(
  extension: Extension,
  view: FunctionView,
  isPlain: (access: Access) => boolean,
): MixedRead | null {
  const own = extension.accesses.ofFunction(view);
  // Who changes one of them itself is told so.
  const changed = new Set(own.flatMap(one => (one.kind === 'read' ? [] : [one.key])));
  const reads = own.filter(
    one =>
      one.kind === 'read' &&
      one.concurrent &&
      one.locks.size === 0 &&
      isPlain(one) &&
      isOfObject(extension, one) &&
      !changed.has(one.key),
  );
  for (const [at, first] of reads.entries()) {
    const writers = writersOf(extension, first);
    if (writers.size === 0) continue;
    for (const second of reads.slice(at + 1)) {
      if (second.key === first.key || second.base !== first.base || second.struct !== first.struct) continue;
      const meeting = meetingOf(view, first.step, second.step);
      if (meeting === null) continue;
      for (const writer of extension.accesses.conflicts(second)) {
        if (writer.kind === 'read' || writer.function === view || writer.locks.size > 0) continue;
        if (writers.has(writer.function) && (meeting === 'operation' || writer.kind === 'update'))
          return { first, second, writer };
      }
    }
  }
  return null;
}

/** A field of a Python object that the function was given, not of something deep inside. */
function isOfObject(extension: Extension, { base, struct, key }: Access): boolean {
  if (struct === null || key.endsWith('[]') || base === null || parameterOf(base) === null) return false;
  return extension.linker.struct(struct)?.isObject === true;
}

function writersOf(extension: Extension, read: Access): ReadonlySet<FunctionView> {
  return new Set(
    extension.accesses
      .conflicts(read)
      .flatMap(one => (one.kind === 'read' || one.locks.size > 0 ? [] : [one.function])),
  );
}

/** Where both values go at once; null when they never do. */
function meetingOf(view: FunctionView, first: number, second: number): 'operation' | 'call' | null {
  const uses = view.usesOf(first);
  let call = false;
  for (const use of view.usesOf(second)) {
    for (const mine of uses) {
      if (mine.step !== use.step) continue;
      if (isOperand(mine) && isOperand(use)) return 'operation';
      call ||=
        mine.role === 'argument' && use.role === 'argument' && view.semantics.callee(use.step)?.kind === 'project';
    }
  }
  return call ? 'call' : null;
}

function isOperand({ role }: Use): boolean {
  return role === 'operand' || role === 'test' || role === 'index' || role === 'base';
}
