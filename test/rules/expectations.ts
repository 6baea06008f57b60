/**
 * Expectations written in the C text: under a line of code, a comment whose carets stand below the start of the flagged code
 * and name the rule that flags it.
 *
 *     PyObject *item = PyList_GetItem(self->queue, 0);
 *     //               ^^^^^^^^^^^^^^ borrowed-list-item
 *
 * `// <- rule` means the first column, where no caret can stand. `rule likely` or `rule possible` also says how sure the finding is.
 *
 * `// assuming borrowing: cache_find` gives the file the settings that a project would.
 */
import type { AnalysisOptions } from '../../server/src/analysis/extension.ts';
import type { Finding } from '../../server/src/rules/finding.ts';

/** `line:column rule`, line counted from 1, column from 0: where the expectation or the finding starts. */
export type Place = string;

const EXPECTATION = /^\s*\/\/(?:[^^]*(?<carets>\^+)|\s*<-)\s+(?<rule>[a-z0-9-]+)(?:\s+(?<sure>likely|possible))?\s*$/;

const ASSUMPTION = /^\/\/ assuming (borrowing|suspending|neverSuspending|threadUnsafe): (.+)$/gm;

/** The settings that the text asks for. */
export function assumptionsIn(text: string): AnalysisOptions {
  return Object.fromEntries([...text.matchAll(ASSUMPTION)].map(([, key = '', names = '']) => [key, names.split(', ')]));
}

interface Expected {
  readonly place: Place;
  readonly sure: string | undefined;
}

export function expectedPlaces(text: string): Place[] {
  return expectationsIn(text)
    .map(({ place }) => place)
    .sort();
}

/** The findings that say how sure they have to be, as `place confidence`, and the same of what was found there. */
export function confidences(text: string, findings: readonly Finding[]): { expected: string[]; found: string[] } {
  const said = expectationsIn(text).filter(({ sure }) => sure !== undefined);
  const asked = new Set(said.map(({ place }) => place));
  return {
    expected: said.map(({ place, sure }) => `${place} ${sure}`).sort(),
    found: findings
      .flatMap(finding => {
        const place = placeOf(text, finding);
        return asked.has(place) ? [`${place} ${finding.confidence}`] : [];
      })
      .sort(),
  };
}

function expectationsIn(text: string): Expected[] {
  const out: Expected[] = [];
  let code = 0;
  text.split('\n').forEach((line, index) => {
    const match = EXPECTATION.exec(line);
    if (match?.groups === undefined) code = index + 1;
    else {
      const place = `${code}:${Math.max(0, line.indexOf('^'))} ${match.groups['rule']}`;
      out.push({ place, sure: match.groups['sure'] });
    }
  });
  return out;
}

export function foundPlaces(text: string, findings: readonly Finding[]): Place[] {
  return findings.map(finding => placeOf(text, finding)).sort();
}

function placeOf(text: string, { span, rule }: Finding): Place {
  const before = text.slice(0, span.start).split('\n');
  return `${before.length}:${before.at(-1)?.length ?? 0} ${rule}`;
}
