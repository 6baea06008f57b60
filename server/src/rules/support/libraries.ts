/** Calls of libraries that leave locking to their callers. */
import type { Call, Extension } from '../../analysis/extension.ts';
import { type LibraryCalls, matchesName } from '../../capi/process-libraries.ts';
import type { Op } from '../../program/model.ts';

export interface LibraryCall extends Call {
  readonly op: Extract<Op, { kind: 'call' }>;
  readonly library: LibraryCalls;
}

/** What the user's own settings name. */
export function ownLibrary(extension: Extension): LibraryCalls | null {
  const functions = extension.options.threadUnsafe ?? [];
  return functions.length === 0 ? null : { library: 'the library', header: /^/, functions, always: true };
}

/** Calls, from code that several threads run, of functions of those libraries whose headers the extension includes. */
export function libraryCalls(extension: Extension, libraries: readonly LibraryCalls[]): LibraryCall[] {
  const { includes } = extension;
  const present = libraries.filter(({ header }) => header.test('') || includes.some(file => header.test(file)));
  if (present.length === 0) return [];
  return extension.functions.flatMap(view => {
    if (!view.isConcurrent || view.isInitOnly) return [];
    return view.stepsOf('call').flatMap(step => {
      const op = view.op(step);
      if (op?.kind !== 'call' || op.callee.kind !== 'named') return [];
      const { name } = op.callee;
      const library = present.find(one => matchesName(name, one.functions));
      if (library === undefined || extension.linker.resolve(view.unit.file, name) !== undefined) return [];
      return [{ function: view, step, name, op, library }];
    });
  });
}
