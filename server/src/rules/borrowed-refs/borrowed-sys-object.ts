import { isHeldByInterpreter } from '../../capi/sys-objects.ts';
import { defineRule } from '../rule.ts';
import { reportLent } from '../support/borrowed.ts';

export const borrowedSysObject = defineRule({
  id: 'borrowed-sys-object',
  family: 'borrowed-refs',
  title: 'Object borrowed from the sys module',
  severity: 'crash',
  check(extension, report) {
    reportLent(
      extension,
      report,
      ['PySys_GetObject', '_PySys_GetObjectId'],
      name => ({
        subject: 'sys',
        message: `Another thread can rebind what \`${name}()\` returns and free it while it is used. Take a reference: PySys_GetOptionalAttrString().`,
      }),
      ([object]) => object?.kind === 'string' && isHeldByInterpreter(object.text),
    );
  },
});
