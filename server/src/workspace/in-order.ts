/** A scan's extensions checked side by side, and their files handed out in path order as soon as all before them are done. */
import type { CheckedFile } from './checker.ts';
import type { Extension } from './extensions.ts';
import { comparePaths } from './paths.ts';
import type { Grouping } from './project.ts';
import type { Skip } from './recognise.ts';

export interface InOrder {
  readonly file: string;
  /** The file is part of no extension. */
  readonly skip: Skip | null;
  /** What each of its extensions says of it. */
  readonly checked: readonly CheckedFile[];
}

/** `check` is called for at most `parallel` extensions at once. */
export async function* checkInOrder(
  grouping: Grouping,
  wanted: ReadonlySet<string>,
  parallel: number,
  check: (extension: Extension) => Promise<readonly CheckedFile[]>,
): AsyncIterable<InOrder> {
  const todo = grouping.extensions.filter(extension => extension.files.some(file => wanted.has(file)));
  const started = new Map<Extension, Promise<readonly CheckedFile[]>>();
  const running = new Set<Promise<unknown>>();
  let next = 0;
  const fill = (): void => {
    for (; next < todo.length && running.size < parallel; next++) {
      const extension = todo[next];
      if (!extension) continue;
      const result = check(extension).catch((error: unknown) => failed(extension, error));
      started.set(extension, result);
      running.add(result);
      void result.then(() => {
        running.delete(result);
        fill();
      });
    }
  };
  for (const file of [...wanted].sort(comparePaths)) {
    const checked: CheckedFile[] = [];
    for (const extension of grouping.of.get(file) ?? []) {
      fill();
      while (!started.has(extension)) await Promise.race(running);
      checked.push(...((await started.get(extension)) ?? []).filter(entry => entry.file === file));
    }
    yield { file, skip: grouping.of.has(file) ? null : (grouping.skipped.get(file) ?? null), checked };
  }
}

/** A thread that died takes its extension with it, and no other. */
function failed({ files }: Extension, error: unknown): CheckedFile[] {
  const failure = error instanceof Error ? error.message : String(error);
  return files.map(file => ({
    file,
    skipped: 'failed',
    generator: null,
    failure,
    health: null,
    findings: [],
    functions: [],
  }));
}
