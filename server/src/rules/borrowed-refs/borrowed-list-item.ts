import { defineRule } from '../rule.ts';
import { reportBorrowed } from '../support/borrowed.ts';
import { quote } from '../support/words.ts';

export const borrowedListItem = defineRule({
  id: 'borrowed-list-item',
  family: 'borrowed-refs',
  title: 'Item borrowed from a list that another thread can change',
  severity: 'crash',
  check(extension, report) {
    reportBorrowed(extension, report, ['PyList_GetItem', 'PyList_GET_ITEM'], (list, fix) => {
      return `Another thread can remove this item from ${quote(list)} and free it before it is used: a crash. Take a reference: ${fix}.`;
    });
  },
});
