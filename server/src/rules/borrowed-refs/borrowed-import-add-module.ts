import { defineRule } from '../rule.ts';
import { reportLent } from '../support/borrowed.ts';

export const borrowedImportAddModule = defineRule({
  id: 'borrowed-import-add-module',
  family: 'borrowed-refs',
  title: 'Module borrowed from sys.modules',
  severity: 'crash',
  check(extension, report) {
    reportLent(extension, report, ['PyImport_AddModule', 'PyImport_AddModuleObject'], name => ({
      subject: 'sys.modules',
      message: `Another thread can remove the module of \`${name}()\` from sys.modules and free it before it is used. Use PyImport_AddModuleRef().`,
    }));
  },
});
