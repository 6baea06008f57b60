import type { Extension } from '../../analysis/extension.ts';
import { parameterOf } from '../../analysis/paths.ts';
import type { FunctionView } from '../../analysis/view.ts';
import {
  allocates,
  type Domain,
  frees,
  OBJECT_HEAP_BUFFERS,
  OBJECT_HEAP_FREES,
  OBJECT_INITIALISERS,
} from '../../capi/allocators.ts';
import { defineRule } from '../rule.ts';
import { typesKeeping } from '../support/memory.ts';

export const objectMallocBuffer = defineRule({
  id: 'object-malloc-buffer',
  family: 'allocation',
  title: 'Plain memory taken from the heap that is for Python objects',
  severity: 'corruption',
  local: true,
  check(extension, report) {
    for (const name of OBJECT_HEAP_BUFFERS) {
      for (const { function: view, step } of extension.callsTo(name)) {
        const use = usedAs(extension, view, step);
        if (use === 'object') continue;
        report.at(
          { function: view, steps: [step] },
          {
            subject: `${name}()`,
            message: `\`${name}()\` is for Python objects: a late reader of one that was freed there can still change its count, now your data. Use PyMem_Malloc().`,
            confidence: use === 'buffer' ? 'likely' : 'possible',
          },
        );
      }
    }
    for (const name of OBJECT_HEAP_FREES) {
      for (const { function: view, step } of extension.callsTo(name)) {
        const other = otherFree(view, step);
        if (other === null) continue;
        report.at(
          { function: view, steps: [step, other.step] },
          {
            subject: `${name}()`,
            message: `What \`${other.name}()\` frees is plain memory, but this branch says that it came from the heap of objects. Use PyMem_Malloc() and PyMem_Free() in both.`,
          },
        );
      }
    }
  },
});

/** The same parameter's memory is given back to the allocator of plain memory in another branch. */
function otherFree(view: FunctionView, step: number): { readonly name: string; readonly step: number } | null {
  const path = pointerFreed(view, step);
  if (path === null || parameterOf(path) === null) return null;
  for (const other of view.stepsOf('call')) {
    const op = view.op(other);
    const name = op?.kind === 'call' ? op.callee.name : null;
    if (name === null || other === step || !isPlain(frees(name)) || pointerFreed(view, other) !== path) continue;
    return { name, step: other };
  }
  return null;
}

function pointerFreed(view: FunctionView, step: number): string | null {
  const op = view.op(step);
  const pointer = op?.kind === 'call' ? op.args[0] : undefined;
  return pointer === undefined ? null : view.path(pointer, step);
}

function isPlain(domain: Domain | null): boolean {
  return domain === 'mem' || domain === 'raw' || domain === 'libc';
}

/** What is returned is this memory in one branch, and memory of an allocator for plain memory in another one. */
function sharesReturn(view: FunctionView, step: number): boolean {
  return view.stepsOf('return').some(at => {
    const op = view.op(at);
    if (op?.kind !== 'return' || op.value === null) return false;
    const made = view.origins(op.value, at).flatMap(origin => (origin.kind === 'call' ? [origin.step] : []));
    return made.includes(step) && made.some(one => isPlain(allocates(nameOfCall(view, one))));
  });
}

function nameOfCall(view: FunctionView, step: number): string {
  const op = view.op(step);
  return (op?.kind === 'call' ? op.callee.name : null) ?? '';
}

/** What the memory becomes, by the types that it is kept as. `void *` says nothing. */
function usedAs(extension: Extension, view: FunctionView, step: number): 'object' | 'buffer' | 'unknown' {
  const initialised = view.usesOf(step).some(use => {
    const op = view.op(use.step);
    return op?.kind === 'call' && use.argument === 0 && OBJECT_INITIALISERS.includes(op.callee.name ?? '');
  });
  if (initialised) return 'object';
  const types = typesKeeping(extension.linker, view, step).filter(type => type.base !== 'void' && type.base !== '?');
  const isObject = (base: string): boolean =>
    /^_?Py\w*Object$|^PyVarObject$/.test(base) || extension.linker.struct(base)?.isObject === true;
  if (types.some(type => type.pointers === 1 && isObject(type.base))) return 'object';
  const known = types.some(
    type => type.pointers > 1 || PLAIN.test(type.base) || extension.linker.struct(type.base) !== undefined,
  );
  return known || sharesReturn(view, step) ? 'buffer' : 'unknown';
}

const PLAIN =
  /^(?:(?:unsigned |signed )?(?:char|short|int|long|long long)|float|double|u?int\d+_t|s?size_t|Py_ssize_t|Py_UCS[124]|wchar_t|unsigned|Py_buffer)$/;
