import { defineRule } from '../rule.ts';
import { isForOneInterpreter, PER_INTERPRETER } from '../support/isolation.ts';
import { nameOfType } from '../support/type-objects.ts';
import { quote } from '../support/words.ts';

export const staticType = defineRule({
  id: 'static-type',
  family: 'globals',
  title: 'Static type shared by all interpreters',
  severity: 'isolation',
  group: 'isolation',
  exposure: PER_INTERPRETER,
  check(extension, report) {
    if (isForOneInterpreter(extension)) return;
    const seen = new Set<string>();
    for (const { function: view, step } of ['PyType_Ready', 'PyModule_AddType'].flatMap(name =>
      extension.callsTo(name),
    )) {
      const op = view.op(step);
      const type =
        op?.kind === 'call' ? op.args.find(arg => arg.kind === 'address' && arg.place.kind === 'global') : undefined;
      if (type?.kind !== 'address' || type.place.kind !== 'global') continue;
      const key = view.global(type.place.name)?.key;
      if (key === undefined || seen.has(key)) continue;
      seen.add(key);
      const subject = nameOfType(view, type);
      report.at(
        { function: view, steps: [step] },
        {
          subject,
          message: `All interpreters share the static type ${quote(subject)}, which cannot reach module state. Make it with PyType_FromModuleAndSpec().`,
        },
      );
    }
  },
});
