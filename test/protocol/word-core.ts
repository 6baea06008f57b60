/**
 * A core that understands words instead of C, for tests of what stands above it: `HAZARD` is a crash, `COUNTER` a lost update
 * (with every other `COUNTER` of the extension as the other end), `BROKEN` makes the core throw. The race of a `HAZARD` fails when it is
 * played and that of a `COUNTER` does not; in a function with `OPAQUE` nothing can be played. The fix of `HAZARD /* SHARED` leaves
 * a decision.
 */
import type { FixedDemonstration } from '../../server/src/demonstrate/model.ts';
import type { FunctionUnit, Step } from '../../server/src/program/model.ts';
import type { Finding } from '../../server/src/rules/finding.ts';
import type { Core, ReadFile } from '../../server/src/workspace/core.ts';
import { playback } from '../webview/samples.ts';

export const wordCore: Core = {
  rules: [
    { id: 'borrowed-list-item', family: 'borrowed-refs', title: 'hazard', severity: 'crash', group: 'default' },
    { id: 'global-counter', family: 'globals', title: 'counter', severity: 'lost-update', group: 'default' },
  ],
  read({ file, text }) {
    const functions = text.match(/\(void\)/g)?.length ?? 0;
    const functionsNotRead = text.match(/UNREAD/g)?.length ?? 0;
    return {
      text,
      unit: {
        file,
        language: 'c',
        functions: functionsOf(text),
        globals: [],
        structs: [],
        tables: [],
        macros: [],
        typedefs: [],
        prototypes: [],
        enumerators: {},
        guards: [],
        references: [],
        conditional: [],
        otherwiseDefined: [],
        includes: [],
        notRead: [],
        health: {
          functions,
          functionsNotRead,
          characters: text.length,
          charactersNotRead: 0,
          unknownMacros: [],
          incomplete: false,
        },
      },
    };
  },
  check(files) {
    if (files.some(file => file.text.includes('BROKEN'))) throw new Error('The core met BROKEN.');
    return files.flatMap(file => [...hazards(file), ...counters(file, files)]);
  },
  fixes(files, finding) {
    if (finding.rule === 'global-counter') {
      const title = 'Make the counter atomic';
      return { offered: [], refused: [{ title, rule: finding.rule, reason: 'Two counters must stay equal.' }] };
    }
    const { file, span } = finding;
    const exists = files.some(entry => entry.unit.file === file && entry.text.startsWith('HAZARD', span.start));
    const declared = files.flatMap(({ unit, text }) => {
      const start = text.indexOf('UNDECLARED');
      if (start < 0 || unit.file === file) return [];
      return [{ file: unit.file, edits: [{ span: { start, end: start + 'UNDECLARED'.length }, text: 'DECLARED' }] }];
    });
    const edits = [{ file, edits: [{ span, text: 'STRONG' }] }, ...declared];
    const decided = !files.some(
      entry => entry.unit.file === file && entry.text.startsWith('HAZARD /* SHARED', span.start),
    );
    const safety = decided ? 'safe' : 'suggested';
    const fix = { title: 'Take a strong reference', safety, rule: finding.rule, edits } as const;
    return { offered: exists ? [fix] : [], refused: [] };
  },
  demonstrate: (files, finding) => race(files.find(({ unit }) => unit.file === finding.file)!, finding),
  reproduce: (_files, { subject }, _settings, schedule = []) => ({
    name: 'test_words.py',
    text: [subject, ...schedule].join('\n'),
    missing: [],
  }),
  edited: (files, texts) => files.map(file => ({ ...file, text: texts.get(file.unit.file) ?? file.text })),
  hover(text, offset) {
    const word = wordAt(text, offset);
    if (word === null || !word.text.startsWith('Py')) return null;
    return { span: word.span, markdown: `**${word.text}** returns a *borrowed* reference.` };
  },
  explain: (_files, file, offset) => `${file} at ${offset}`,
};

function hazards({ unit, text }: ReadFile): Finding[] {
  return [...text.matchAll(/HAZARD/g)].map(match => ({
    ...common(unit.file, match),
    rule: 'borrowed-list-item',
    family: 'borrowed-refs',
    severity: 'crash',
    message: 'Another thread may free this item.',
  }));
}

function counters({ unit, text }: ReadFile, files: readonly ReadFile[]): Finding[] {
  return [...text.matchAll(/COUNTER/g)].map(match => ({
    ...common(unit.file, match),
    rule: 'global-counter',
    family: 'globals',
    severity: 'lost-update',
    message: 'Two threads may lose an update.',
    related: files.flatMap(other =>
      [...other.text.matchAll(/COUNTER/g)]
        .filter(end => other.unit.file !== unit.file || end.index !== match.index)
        .map(end => ({ file: other.unit.file, span: spanOf(end), message: 'the other update' })),
    ),
  }));
}

function common(file: string, match: RegExpExecArray) {
  return {
    confidence: 'likely',
    exposure: { freeThreaded: true, perInterpreter: false, withGil: false },
    file,
    span: spanOf(match),
    subject: match[0],
    site: { file, function: 'f', steps: [] },
    related: [],
    alsoMatches: [],
  } as const;
}

function spanOf(match: RegExpExecArray): { start: number; end: number } {
  return { start: match.index, end: match.index + match[0].length };
}

function wordAt(text: string, offset: number): { text: string; span: { start: number; end: number } } | null {
  for (const match of text.matchAll(/\w+/g)) {
    const span = spanOf(match);
    if (span.start <= offset && offset <= span.end) return { text: match[0], span };
  }
  return null;
}

function functionsOf(text: string): FunctionUnit[] {
  return [...text.matchAll(/\bint \w+\(void\) (\{[^}]*\})/g)].map(match => {
    const block = { start: match[0].length - match[1]!.length, end: match[0].length };
    return {
      start: match.index,
      body: { block, length: match[0].length, steps: [] as readonly Step[] },
    } as FunctionUnit;
  });
}

const FAILS = { status: 'demonstrated', title: 'race: 2 threads, 6 steps, lost update', reason: null } as const;
const PASSES = {
  status: 'not-demonstrated',
  title: 'race: none found in 3 executions',
  reason: 'Nothing failed.',
} as const;
const OPAQUE = { status: 'not-modelled', title: 'race: not modelled', reason: 'It cannot be read.' } as const;

function race({ text, unit: { file, functions } }: ReadFile, { rule, span }: Finding): FixedDemonstration {
  const around = functions.find(({ start, body }) => start <= span.start && span.start < start + body.length);
  const opaque = around !== undefined && text.slice(around.start, around.start + around.body.length).includes('OPAQUE');
  const outcome = opaque ? OPAQUE : rule === 'global-counter' ? PASSES : FAILS;
  const edits = [{ file, edits: [{ span, text: 'STRONG' }] }];
  const fix = { title: 'Take a strong reference', safety: 'safe' as const, rule, edits };
  const made = playback(`${rule} ${span.start}`);
  return {
    ...outcome,
    failure: outcome === FAILS ? 'lost-update' : null,
    playback: opaque ? null : { ...made, sources: made.sources.map(source => ({ ...source, uri: file })) },
    harness: null,
    assumptions: [],
    omitted: [],
    fix: outcome === FAILS ? { fix, outcome: 'holds', reason: null } : null,
  };
}
