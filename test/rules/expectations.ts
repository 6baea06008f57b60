/**
 * Expectations written in the C text: under a line of code, a comment whose carets stand below the start of the flagged code
 * and name the rule that flags it.
 *
 *     PyObject *item = PyList_GetItem(self->queue, 0);
 *     //               ^^^^^^^^^^^^^^ borrowed-list-item
 *
 * `// <- rule` means the first column, where no caret can stand.
 */
import type { Finding } from '../../server/src/rules/finding.ts';

/** `line:column rule`, line counted from 1, column from 0: where the expectation or the finding starts. */
export type Place = string;

const EXPECTATION = /^\s*\/\/(?:[^^]*(?<carets>\^+)|\s*<-)\s+(?<rule>[a-z0-9-]+)\s*$/;

export function expectedPlaces(text: string): Place[] {
  const out: Place[] = [];
  let code = 0;
  text.split('\n').forEach((line, index) => {
    const match = EXPECTATION.exec(line);
    if (match?.groups === undefined) code = index + 1;
    else out.push(`${code}:${Math.max(0, line.indexOf('^'))} ${match.groups['rule']}`);
  });
  return out.sort();
}

export function foundPlaces(text: string, findings: readonly Finding[]): Place[] {
  return findings
    .map(({ span, rule }) => {
      const before = text.slice(0, span.start).split('\n');
      return `${before.length}:${before.at(-1)?.length ?? 0} ${rule}`;
    })
    .sort();
}
