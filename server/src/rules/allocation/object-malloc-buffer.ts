import type { Extension } from '../../analysis/extension.ts';
import type { FunctionView } from '../../analysis/view.ts';
import { OBJECT_HEAP_BUFFERS, OBJECT_INITIALISERS } from '../../capi/allocators.ts';
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
            message: `\`${name}()\` is for Python objects: the free-threaded collector takes what it finds in that heap for objects. Use PyMem_Malloc().`,
            confidence: use === 'buffer' ? 'likely' : 'possible',
          },
        );
      }
    }
  },
});

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
  return known ? 'buffer' : 'unknown';
}

const PLAIN =
  /^(?:(?:unsigned |signed )?(?:char|short|int|long|long long)|float|double|u?int\d+_t|s?size_t|Py_ssize_t|Py_UCS[124]|wchar_t|unsigned|Py_buffer)$/;
