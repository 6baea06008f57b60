import { defineRule } from '../rule.ts';
import { reportBorrowed } from '../support/borrowed.ts';
import { quote } from '../support/words.ts';

/** Attributes that Python code can rebind; globals and closure are fixed. */
const ACCESSORS = ['Defaults', 'KwDefaults', 'Annotations', 'Code', 'Module'].flatMap(what => [
  `PyFunction_Get${what}`,
  `PyFunction_GET_${what.replace('KwDefaults', 'KW_DEFAULTS').toUpperCase()}`,
]);

export const borrowedFunctionAttr = defineRule({
  id: 'borrowed-function-attr',
  family: 'borrowed-refs',
  title: 'Attribute borrowed from a function object',
  severity: 'crash',
  group: 'pedantic',
  check(extension, report) {
    reportBorrowed(extension, report, ACCESSORS, fn => {
      return `Another thread can rebind this attribute of ${quote(fn)} and free it before it is used. Use PyObject_GetAttrString().`;
    });
  },
});
