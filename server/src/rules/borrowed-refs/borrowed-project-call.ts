import { defineRule } from '../rule.ts';
import { reportBorrowed, reportLent } from '../support/borrowed.ts';
import { quote } from '../support/words.ts';

/** The functions are named by the setting `borrowing`: their results are borrowed from their first argument, or from anybody. */
export const borrowedProjectCall = defineRule({
  id: 'borrowed-project-call',
  family: 'borrowed-refs',
  title: "Reference borrowed through a function of the project's own",
  severity: 'crash',
  check(extension, report) {
    const { borrowing = [] } = extension.options;
    const isGivenOwner = (name: string): boolean =>
      extension.callsTo(name).some(({ function: view, step }) => {
        const op = view.op(step);
        return op?.kind === 'call' && op.args.length > 0;
      });
    reportBorrowed(extension, report, borrowing.filter(isGivenOwner), (owner, _, name) => {
      return `Another thread can drop what \`${name}()\` lends from ${quote(owner)} before it is used: a crash. Let it return a new reference.`;
    });
    reportLent(
      extension,
      report,
      borrowing.filter(name => !isGivenOwner(name)),
      name => ({
        subject: `${name}()`,
        message: `Another thread can drop what \`${name}()\` lends before it is used: a crash. Let it return a new reference.`,
      }),
    );
  },
});
