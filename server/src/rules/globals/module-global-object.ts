import { defineRule } from '../rule.ts';
import { PER_INTERPRETER, storedAtInit } from '../support/isolation.ts';
import { placeOfAccess, subjectOf } from '../support/pairs.ts';
import { quote } from '../support/words.ts';

export const moduleGlobalObject = defineRule({
  id: 'module-global-object',
  family: 'globals',
  title: 'Object of one interpreter kept in a global variable',
  severity: 'isolation',
  group: 'isolation',
  exposure: PER_INTERPRETER,
  check(extension, report) {
    for (const { access } of storedAtInit(extension)) {
      const subject = subjectOf(access);
      report.at(placeOfAccess(access), {
        subject,
        message: `Each interpreter that imports the module overwrites ${quote(subject)}, and the others go on with its object. Keep it in module state.`,
      });
    }
  },
});
