import { defineRule } from '../rule.ts';
import { reportBorrowed } from '../support/borrowed.ts';
import { quote } from '../support/words.ts';

const LOOKUPS = [
  'PyDict_GetItem',
  'PyDict_GetItemWithError',
  'PyDict_GetItemString',
  '_PyDict_GetItem_KnownHash',
  '_PyDict_GetItemStringWithError',
  '_PyDict_GetItemWithError',
  '_PyDict_GetItemIdWithError',
];

export const borrowedDictItem = defineRule({
  id: 'borrowed-dict-item',
  family: 'borrowed-refs',
  title: 'Value borrowed from a dict that another thread can change',
  severity: 'crash',
  check(extension, report) {
    reportBorrowed(extension, report, LOOKUPS, (dict, fix) => {
      return `Another thread can delete this value from ${quote(dict)} and free it before it is used: a crash. Take a reference: ${fix}.`;
    });
  },
});
