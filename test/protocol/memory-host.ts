/** A file system in memory that tests can change. */
import type { Host } from '../../server/src/workspace/service.ts';

export class MemoryHost implements Host {
  readonly files: Map<string, string>;

  constructor(files: Readonly<Record<string, string>>) {
    this.files = new Map(Object.entries(files));
  }

  async readFile(path: string): Promise<string | null> {
    return this.files.get(path) ?? null;
  }

  async stat(path: string): Promise<{ size: number; modified: number } | null> {
    const text = this.files.get(path);
    return text === undefined ? null : { size: text.length, modified: 0 };
  }

  async list(path: string): Promise<readonly string[] | null> {
    const prefix = path.endsWith('/') ? path : `${path}/`;
    const names = new Set<string>();
    for (const file of this.files.keys()) {
      if (!file.startsWith(prefix)) continue;
      const rest = file.slice(prefix.length);
      const slash = rest.indexOf('/');
      names.add(slash < 0 ? rest : rest.slice(0, slash + 1));
    }
    return names.size === 0 ? null : [...names].sort();
  }
}
