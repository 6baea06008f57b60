import { defineRule } from '../rule.ts';
import { PER_INTERPRETER, storedAtInit } from '../support/isolation.ts';
import { placeOfAccess, subjectOf } from '../support/pairs.ts';
import { quote } from '../support/words.ts';

export const staticExceptionObject = defineRule({
  id: 'static-exception-object',
  family: 'globals',
  title: 'Exception class of one interpreter kept in a global variable',
  severity: 'isolation',
  group: 'isolation',
  exposure: PER_INTERPRETER,
  supersedes: ['module-global-object'],
  check(extension, report) {
    for (const { access, maker } of storedAtInit(extension)) {
      if (maker?.startsWith('PyErr_NewException') !== true) continue;
      const subject = subjectOf(access);
      report.at(placeOfAccess(access), {
        subject,
        message: `Each interpreter overwrites ${quote(subject)}: the others then raise a class that their \`except\` does not catch. Keep it in module state.`,
      });
    }
  },
});
