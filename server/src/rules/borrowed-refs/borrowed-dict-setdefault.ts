import { defineRule } from '../rule.ts';
import { reportBorrowed } from '../support/borrowed.ts';
import { quote } from '../support/words.ts';

export const borrowedDictSetdefault = defineRule({
  id: 'borrowed-dict-setdefault',
  family: 'borrowed-refs',
  title: 'Value borrowed from PyDict_SetDefault',
  severity: 'crash',
  check(extension, report) {
    reportBorrowed(extension, report, ['PyDict_SetDefault'], (dict, fix) => {
      return `Another thread can replace this value in ${quote(dict)} and free it before it is used: a crash. Take a reference: ${fix}.`;
    });
  },
});
