/** Findings that a project has accepted for now, so that only new ones are shown. A file that a person can read and merge. */
import type { FindingKey } from './fingerprint.ts';

export interface BaselineEntry extends FindingKey {
  /** Relative to the baseline's own directory, with `/`. */
  readonly file: string;
  /** How many findings have this key. */
  readonly count: number;
}

const VERSION = 1;

export function writeBaseline(entries: readonly { readonly file: string; readonly key: FindingKey }[]): string {
  const merged = new Map<string, BaselineEntry>();
  for (const { file, key } of entries) {
    const id = idOf(file, key);
    merged.set(id, { file, ...key, count: (merged.get(id)?.count ?? 0) + 1 });
  }
  // One entry a line keeps merges and reviews readable.
  const lines = [...merged.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, entry]) => JSON.stringify(entry));
  return `{"version":${VERSION},"findings":[${lines.length === 0 ? '' : `\n${lines.join(',\n')}\n`}]}\n`;
}

/** A message instead of entries when the text is not a baseline. */
export function readBaseline(text: string): BaselineEntry[] | string {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch {
    return 'not JSON';
  }
  if (typeof data !== 'object' || data === null || !('version' in data) || !('findings' in data))
    return 'not a baseline';
  if (data.version !== VERSION) return `version ${String(data.version)} is not known here`;
  if (!Array.isArray(data.findings)) return 'not a baseline';
  const entries: BaselineEntry[] = [];
  for (const entry of data.findings as unknown[]) {
    if (!isEntry(entry)) return 'an entry lacks file, rule, function, text or count';
    entries.push(entry);
  }
  return entries;
}

function isEntry(value: unknown): value is BaselineEntry {
  if (typeof value !== 'object' || value === null) return false;
  const entry = value as Partial<Record<keyof BaselineEntry, unknown>>;
  return (
    typeof entry.file === 'string' &&
    typeof entry.rule === 'string' &&
    typeof entry.function === 'string' &&
    typeof entry.text === 'string' &&
    typeof entry.count === 'number'
  );
}

/** Tells old findings from new ones; each entry covers as many as it counts. */
export class BaselineFilter {
  readonly #left = new Map<string, number>();
  readonly #entries = new Map<string, BaselineEntry>();

  constructor(entries: readonly BaselineEntry[]) {
    for (const entry of entries) {
      const id = idOf(entry.file, entry);
      this.#left.set(id, (this.#left.get(id) ?? 0) + entry.count);
      this.#entries.set(id, entry);
    }
  }

  /** True once for each counted occurrence. */
  covers(file: string, key: FindingKey): boolean {
    const id = idOf(file, key);
    const left = this.#left.get(id) ?? 0;
    if (left === 0) return false;
    this.#left.set(id, left - 1);
    return true;
  }

  /** Entries that matched less often than they say, with how many are gone. Ask when all files have been seen. */
  stale(): readonly BaselineEntry[] {
    const stale: BaselineEntry[] = [];
    for (const [id, count] of this.#left) {
      const entry = this.#entries.get(id);
      if (entry && count > 0) stale.push({ ...entry, count });
    }
    return stale;
  }
}

function idOf(file: string, key: FindingKey): string {
  return `${file}\n${key.rule}\n${key.function}\n${key.text}`;
}
