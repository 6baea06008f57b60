/** Edits of several files that belong together. */
import type { FileEdits } from '../workspace/service.ts';
import { Edits } from './edits.ts';
import { CannotFix, type FixRequest, type Proposed } from './model.ts';

export class ManyEdits {
  readonly #request: FixRequest;
  readonly #byFile = new Map<string, Edits>();

  constructor(request: FixRequest) {
    this.#request = request;
  }

  of(file: string): Edits {
    let edits = this.#byFile.get(file);
    if (edits === undefined) {
      const text = this.#request.syntaxOf(file)?.lens.original;
      if (text === undefined) throw new CannotFix('What has to change stands in a file that could not be read.');
      this.#byFile.set(file, (edits = new Edits(text)));
    }
    return edits;
  }

  build(): Pick<Proposed, 'edits' | 'elsewhere'> {
    const own = this.#request.finding.file;
    const all: FileEdits[] = [...this.#byFile].map(([file, edits]) => ({ file, edits: edits.build() }));
    return {
      edits: all.find(one => one.file === own)?.edits ?? [],
      elsewhere: all.filter(one => one.file !== own && one.edits.length > 0),
    };
  }
}
