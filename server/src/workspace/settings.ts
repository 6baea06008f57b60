/**
 * The settings, once: what a project may write in `gilproof.toml` or `[tool.gilproof]` and what an editor may override. The
 * `contributes.configuration` of package.json, the table in the README and the validation of files are made from this table.
 */
import { CONFIDENCES, type Confidence } from '../rules/finding.ts';

/** How a finding is shown. `off` hides the rule. */
export const LEVELS = ['error', 'warning', 'information', 'hint', 'off'] as const;
export type Level = (typeof LEVELS)[number];

/** Pythons whose behaviour can be asked for, oldest first. */
export const TARGETS = ['3.13', '3.14', '3.15'] as const;
export type Target = (typeof TARGETS)[number];

const COMPAT = ['auto', 'always', 'never'] as const;

/** Everything that one file is analysed with. */
export interface Settings {
  readonly select: readonly string[];
  readonly ignore: readonly string[];
  readonly severity: Readonly<Record<string, Level>>;
  readonly perFileIgnores: Readonly<Record<string, readonly string[]>>;
  readonly confidence: Confidence;
  readonly target: Target;
  readonly minimumPython: string;
  readonly compat: (typeof COMPAT)[number];
  readonly lockMacros: Readonly<Record<string, string>>;
  readonly suspending: readonly string[];
  readonly neverSuspending: readonly string[];
  readonly borrowing: readonly string[];
  readonly threadUnsafe: readonly string[];
  readonly generated: readonly string[];
  readonly exclude: readonly string[];
  readonly includeDirectories: readonly string[];
}

/** What a value must look like. `selectors` are names of rules or families, or one of `GROUPS`. */
export type SettingType =
  | { readonly kind: 'choice'; readonly values: readonly string[] }
  | { readonly kind: 'version' }
  | { readonly kind: 'strings'; readonly of: 'selector' | 'name' | 'glob' | 'path' }
  | { readonly kind: 'table'; readonly of: 'level' | 'selectors' | 'name' };

export interface Setting<K extends keyof Settings = keyof Settings> {
  readonly key: K;
  /** As written in TOML; the editor's name is `gilproof.` and `key`. */
  readonly name: string;
  readonly type: SettingType;
  readonly value: Settings[K];
  /** One sentence of Markdown. */
  readonly description: string;
}

/** Selectors that stand for many rules. */
export const GROUPS: Readonly<Record<string, string>> = {
  default: 'the rules that are on by default',
  pedantic: 'rules about mild or unlikely hazards',
  isolation: 'rules that matter for interpreters with a GIL of their own',
  all: 'every rule',
};

function setting<K extends keyof Settings>(
  key: K,
  type: SettingType,
  value: Settings[K],
  description: string,
): Setting<K> {
  return { key, name: key.replace(/[A-Z]/g, letter => `-${letter.toLowerCase()}`), type, value, description };
}

export const SETTINGS: readonly Setting[] = [
  setting(
    'select',
    { kind: 'strings', of: 'selector' },
    ['default'],
    'Rules to run: rule ids, families, or the groups `default`, `pedantic`, `isolation`, `all`.',
  ),
  setting('ignore', { kind: 'strings', of: 'selector' }, [], 'Rules, families or groups not to run.'),
  setting(
    'severity',
    { kind: 'table', of: 'level' },
    {},
    'How findings of a rule or family are shown: `error`, `warning`, `information`, `hint` or `off`.',
  ),
  setting(
    'perFileIgnores',
    { kind: 'table', of: 'selectors' },
    {},
    'Rules, families or groups not to report in files that match a glob, by glob.',
  ),
  setting(
    'confidence',
    { kind: 'choice', values: CONFIDENCES },
    'likely',
    'The least confidence to report: `possible` shows everything, `demonstrated` only what was replayed.',
  ),
  setting('target', { kind: 'choice', values: TARGETS }, '3.14', 'The newest Python that the extension is built for.'),
  setting(
    'minimumPython',
    { kind: 'version' },
    '3.9',
    'The oldest Python that the extension is built for: fixes guard newer functions.',
  ),
  setting(
    'compat',
    { kind: 'choice', values: COMPAT },
    'auto',
    'Whether `pythoncapi_compat.h` is at hand: `auto` looks for its include.',
  ),
  setting(
    'lockMacros',
    { kind: 'table', of: 'name' },
    {},
    "The project's own lock macros or functions: what takes the lock, and what drops it.",
  ),
  setting(
    'suspending',
    { kind: 'strings', of: 'name' },
    [],
    'Functions that may run Python code or block, and so suspend critical sections.',
  ),
  setting('neverSuspending', { kind: 'strings', of: 'name' }, [], 'Functions that neither run Python code nor block.'),
  setting(
    'borrowing',
    { kind: 'strings', of: 'name' },
    [],
    'Functions of the project that return borrowed references.',
  ),
  setting(
    'threadUnsafe',
    { kind: 'strings', of: 'name' },
    [],
    'Library functions that must not run at once on one handle; `*` at the end matches the rest of a name.',
  ),
  setting('generated', { kind: 'strings', of: 'glob' }, [], 'Files that a tool wrote: recognised, and not analysed.'),
  setting('exclude', { kind: 'strings', of: 'glob' }, [], 'Files and directories that are not looked at.'),
  setting(
    'includeDirectories',
    { kind: 'strings', of: 'path' },
    [],
    'Where headers are looked for, relative to the settings file.',
  ),
];

function defaults(): Settings {
  const values: Partial<Record<keyof Settings, unknown>> = {};
  for (const entry of SETTINGS) values[entry.key] = entry.value;
  return values as Settings;
}

export const DEFAULT_SETTINGS: Settings = defaults();
