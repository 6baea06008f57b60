/** Texts of files: an editor's document wins over the disk; what was read from disk is kept until it is said to have changed. */
import type { Host } from './service.ts';

export class Texts {
  readonly #host: Host;
  readonly #documents = new Map<string, string>();
  readonly #disk = new Map<string, Promise<string | null>>();

  constructor(host: Host) {
    this.#host = host;
  }

  open(file: string, text: string): void {
    this.#documents.set(file, text);
  }

  /** Of a document that is open. */
  edit(file: string, text: string): void {
    if (this.#documents.has(file)) this.#documents.set(file, text);
  }

  close(file: string): void {
    this.#documents.delete(file);
    this.#disk.delete(file);
  }

  /** The file changed on disk. */
  changed(file: string): void {
    this.#disk.delete(file);
  }

  isOpen(file: string): boolean {
    return this.#documents.has(file);
  }

  /** Those of the files that an editor holds, with their texts. */
  documents(files: readonly string[]): ReadonlyMap<string, string> {
    return new Map(
      files.flatMap(file => {
        const text = this.#documents.get(file);
        return text === undefined ? [] : [[file, text] as const];
      }),
    );
  }

  async read(file: string): Promise<string | null> {
    const known = this.#known(file);
    if (known !== undefined) return known;
    const text = this.#host.readFile(file);
    this.#disk.set(file, text);
    return text;
  }

  /** For one look: a whole project's texts are too much to keep. */
  async glance(file: string): Promise<string | null> {
    return this.#known(file) ?? this.#host.readFile(file);
  }

  #known(file: string): string | Promise<string | null> | undefined {
    return this.#documents.get(file) ?? this.#disk.get(file);
  }

  /** Texts of closed files are let go of (after a scan). */
  dropDisk(): void {
    this.#disk.clear();
  }
}
