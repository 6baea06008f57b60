/** The editor's values checked against the table of settings; what is wrong is left out and said in the log. */
import { type Vocabulary, validate } from '../workspace/configuration.ts';
import { SETTINGS, type Settings } from '../workspace/settings.ts';

export interface CheckedValues {
  readonly values: Partial<Settings>;
  readonly problems: readonly string[];
}

/** `given`: by the editor's names, which are the keys of `Settings`. */
export function checkEditorValues(given: Readonly<Record<string, unknown>>, vocabulary: Vocabulary): CheckedValues {
  const named = Object.entries(given).map(([key, value]) => [nameOf(key), value] as const);
  const { values, notices } = validate(Object.fromEntries(named), vocabulary, () => ({ start: 0, end: 0 }));
  return { values, problems: notices.map(notice => notice.message) };
}

function nameOf(key: string): string {
  return SETTINGS.find(setting => setting.key === key)?.name ?? key;
}
