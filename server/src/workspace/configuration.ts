/** Settings read from a project's files, each value checked against the table; what is wrong becomes a notice in that file. */
import { parse, TomlError } from 'smol-toml';
import type { Span } from '../program/model.ts';
import { nearestName } from './nearest.ts';
import type { Notice } from './service.ts';
import { DEFAULT_SETTINGS, GROUPS, LEVELS, SETTINGS, type Setting, type Settings } from './settings.ts';

/** Names that selectors may use; from the registry of rules. */
export interface Vocabulary {
  readonly rules: Iterable<string>;
  readonly families: Iterable<string>;
}

export interface Configuration {
  /** Only what the file sets. */
  readonly values: Partial<Settings>;
  readonly notices: readonly Notice[];
}

export const SETTINGS_FILES = ['gilproof.toml', 'pyproject.toml'] as const;

export function isSettingsFile(path: string): boolean {
  return SETTINGS_FILES.some(name => path.endsWith(`/${name}`));
}

/** Null when the file has no settings of ours (a `pyproject.toml` without our table). */
export function readConfiguration(path: string, text: string, vocabulary: Vocabulary): Configuration | null {
  const table = path.endsWith('/pyproject.toml') ? 'tool.gilproof' : '';
  let document: unknown;
  try {
    document = parse(text);
  } catch (error) {
    // Somebody else's file is somebody else's to report, unless it speaks of us.
    if (table !== '' && !text.includes('tool.gilproof')) return null;
    const message = error instanceof TomlError ? (error.message.split('\n')[0] ?? '') : 'not readable';
    const offset = error instanceof TomlError ? offsetOf(text, error.line - 1, error.column - 1) : 0;
    return { values: {}, notices: [notice({ start: offset, end: offset + 1 }, message)] };
  }
  let found: unknown = document;
  for (const part of table === '' ? [] : table.split('.')) found = isTable(found) ? found[part] : undefined;
  if (found === undefined) return null;
  if (!isTable(found))
    return { values: {}, notices: [notice(locate(text, table, 'tool'), `${table} must be a table.`)] };
  return validate(found, vocabulary, (...keys) => locate(text, table, ...keys));
}

/** `where` gives the span of a key, for notices; the editor's own settings pass one that answers an empty span. */
export function validate(
  table: Readonly<Record<string, unknown>>,
  vocabulary: Vocabulary,
  where: (...keys: string[]) => Span,
): Configuration {
  const values: Partial<Record<keyof Settings, unknown>> = {};
  const notices: Notice[] = [];
  for (const [name, value] of Object.entries(table)) {
    const setting = SETTINGS.find(candidate => candidate.name === name);
    if (!setting) {
      notices.push(
        notice(
          where(name),
          `Unknown setting '${name}'.${suggestion(
            name,
            SETTINGS.map(s => s.name),
          )}`,
        ),
      );
      continue;
    }
    const problems = problemsOf(setting, value, vocabulary);
    for (const problem of problems) notices.push(notice(where(name, ...problem.keys), problem.text));
    if (problems.every(problem => !problem.fatal)) values[setting.key] = value;
  }
  return { values: values as Partial<Settings>, notices };
}

/** What an editor or the command line sets, by the keys of `Settings`. What is wrong is left out and said in words. */
export function readOverrides(
  given: Readonly<Record<string, unknown>>,
  vocabulary: Vocabulary,
): { readonly values: Partial<Settings>; readonly problems: readonly string[] } {
  const named = Object.fromEntries(
    Object.entries(given).map(([key, value]) => [SETTINGS.find(entry => entry.key === key)?.name ?? key, value]),
  );
  const { values, notices } = validate(named, vocabulary, () => ({ start: 0, end: 0 }));
  return { values, problems: notices.map(({ message }) => message) };
}

/** Nearest file first; the editor's own values last, so that they win. */
export function mergeSettings(...layers: readonly Partial<Settings>[]): Settings {
  return Object.assign({}, DEFAULT_SETTINGS, ...layers) as Settings;
}

interface Problem {
  readonly text: string;
  /** Keys below the setting that it is about. */
  readonly keys: readonly string[];
  /** The value can't be used at all. A selector that names nothing is only ignored. */
  readonly fatal: boolean;
}

function problemsOf(setting: Setting, value: unknown, vocabulary: Vocabulary): Problem[] {
  const wrong = (text: string, ...keys: string[]): Problem => ({
    text: `'${setting.name}' ${text}`,
    keys,
    fatal: true,
  });
  const type = setting.type;
  switch (type.kind) {
    case 'choice':
      if (typeof value === 'string' && type.values.includes(value)) return [];
      return [wrong(`must be one of ${type.values.join(', ')}.${suggestion(value, type.values)}`)];
    case 'version':
      return typeof value === 'string' && /^3\.\d{1,2}$/.test(value) ? [] : [wrong('must be a version such as "3.9".')];
    case 'strings':
      if (!isStrings(value)) return [wrong('must be an array of strings.')];
      return type.of === 'selector' ? value.flatMap(name => selectorProblem(name, vocabulary)) : [];
    case 'table':
      if (!isTable(value)) return [wrong('must be a table.')];
      return Object.entries(value).flatMap(([key, entry]): Problem[] => {
        if (type.of === 'selectors') {
          if (!isStrings(entry)) return [wrong(`must give an array of rules for '${key}'.`, key)];
          return entry.flatMap(name => selectorProblem(name, vocabulary, key));
        }
        if (type.of === 'name') return typeof entry === 'string' ? [] : [wrong(`must give a name for '${key}'.`, key)];
        const levels: readonly string[] = LEVELS;
        if (typeof entry !== 'string' || !levels.includes(entry))
          return [wrong(`must be one of ${levels.join(', ')} for '${key}'.${suggestion(entry, levels)}`, key)];
        return selectorProblem(key, vocabulary, key);
      });
  }
}

/** All names that select something. */
export function selectorNames(vocabulary: Vocabulary): string[] {
  return [...vocabulary.rules, ...vocabulary.families, ...Object.keys(GROUPS)];
}

function selectorProblem(name: string, vocabulary: Vocabulary, ...keys: string[]): Problem[] {
  const names = selectorNames(vocabulary);
  if (names.includes(name)) return [];
  return [{ text: `No rule or family is called '${name}'.${suggestion(name, names)}`, keys, fatal: false }];
}

function suggestion(name: unknown, candidates: readonly string[]): string {
  const nearest = typeof name === 'string' ? nearestName(name, candidates) : null;
  return nearest === null ? '' : ` Did you mean '${nearest}'?`;
}

function notice(span: Span, message: string): Notice {
  return { code: 'settings', level: 'warning', span, message };
}

function isTable(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);
}

function isStrings(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every(entry => typeof entry === 'string');
}

function offsetOf(text: string, line: number, column: number): number {
  let offset = 0;
  for (let i = 0; i < line; i++) {
    const next = text.indexOf('\n', offset);
    if (next < 0) break;
    offset = next + 1;
  }
  return Math.min(text.length, offset + Math.max(0, column));
}

/**
 * Where a key is written. The parser keeps no places, so the lines are searched: the last of `keys` that starts a line (or
 * stands in a header or an inline table) behind the header of our table.
 */
function locate(text: string, table: string, ...keys: string[]): Span {
  let from =
    table === '' ? 0 : Math.max(0, text.search(new RegExp(`^\\s*\\[\\s*${table.replace('.', '\\s*\\.\\s*')}\\b`, 'm')));
  let span: Span = { start: from, end: from + Math.max(1, (text.slice(from).split('\n')[0] ?? '').trimEnd().length) };
  for (const key of keys) {
    const escaped = key.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
    const match = new RegExp(`(^|[\\s{,.[])(["']?)(${escaped})\\2(?=\\s*[=.\\]])`, 'm').exec(text.slice(from));
    if (!match) continue;
    const start = from + match.index + (match[1] ?? '').length + (match[2] ?? '').length;
    span = { start, end: start + key.length };
    from = start;
  }
  return span;
}
