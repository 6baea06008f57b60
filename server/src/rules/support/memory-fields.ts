/** Fields and globals that point to plain memory, and the code that frees, moves or follows what they point to. */
import type { Access } from '../../analysis/accesses.ts';
import type { Extension } from '../../analysis/extension.ts';
import { frees } from '../../capi/allocators.ts';
import { pathOfPlace } from './guards.ts';
import { isObjectPointer } from './references.ts';

export function isMemoryPointer(extension: Extension, { key, type }: Access): boolean {
  if (type === null || key.endsWith('[]') || type.pointers === 0 || type.callable || type.array) return false;
  return !isObjectPointer(extension, type) && !/^_?Py|^FILE$/.test(type.base);
}

const MOVES = /(?:^|_)(?:re(?:alloc(?:array)?|size)|REALLOC|RESIZE|Realloc|Resize)$|^realloc/;

/** The store puts another block in the place of one that the function frees or moves. */
export function replacesMemory({ function: view, step, kind }: Access): boolean {
  const path = kind === 'read' ? null : pathOfPlace(view, step);
  if (path === null) return false;
  return view.body.steps.some((candidate, index) => {
    if (candidate.op.kind !== 'load' || !view.isReachable(index) || pathOfPlace(view, index) !== path) return false;
    return view.usesOf(index).some(use => {
      const call = view.op(use.step);
      if (call?.kind !== 'call' || use.role !== 'argument' || use.argument !== 0 || call.callee.name === null)
        return false;
      const { name } = call.callee;
      return frees(name) !== null || MOVES.test(name);
    });
  });
}

/** What the pointer leads to is read or written, here or by a call. */
export function followsMemory({ function: view, step, kind }: Access): boolean {
  if (kind !== 'read') return false;
  return view.usesOf(step).some(use => {
    if (use.role === 'base') return true;
    const op = view.op(use.step);
    return (
      op?.kind === 'call' && use.role === 'argument' && op.callee.name !== null && !/^assert$/.test(op.callee.name)
    );
  });
}
