/**
 * Races of findings, played away from where the editor is answered: what is needed comes along as plain data, so that it can
 * cross to a thread, and what was read and played is kept until a text changes.
 */
import { type DemonstrationRequest, type FixedDemonstration, RaceCancelled } from '../demonstrate/model.ts';
import type { Finding } from '../rules/finding.ts';
import { Checker, type CheckRequest } from './checker.ts';
import type { Core, ReadFile } from './core.ts';
import type { Errand } from './service.ts';

export interface DemonstrationTask {
  /** The extension, and how it is read. */
  readonly check: CheckRequest;
  /** Texts that an editor holds, by file: they win over the disk. */
  readonly documents: ReadonlyMap<string, string>;
  readonly finding: Finding;
  readonly request: DemonstrationRequest;
}

export type Demonstrate = (task: DemonstrationTask, errand: Errand) => Promise<FixedDemonstration>;

interface Kept {
  readonly reads: readonly ReadFile[];
  readonly settings: string;
  readonly demonstrations: Map<string, FixedDemonstration>;
}

/** Extensions whose demonstrations are kept; a person looks at one or two at a time. */
const MOST_KEPT = 2;

export class Demonstrator {
  readonly #core: Core;
  readonly #checker: Checker;
  #documents: ReadonlyMap<string, string> = new Map();
  #kept: readonly Kept[] = [];

  constructor(core: Core, readFile: (file: string) => Promise<string | null>) {
    this.#core = core;
    this.#checker = new Checker({
      core,
      text: async file => this.#documents.get(file) ?? readFile(file),
      pause: async () => {},
    });
  }

  /**
   * One after the other: wait for an answer before asking again. `stop` is asked again and again.
   * @throws RaceCancelled
   */
  async run(
    { check, documents, finding, request }: DemonstrationTask,
    stop: () => boolean = () => false,
  ): Promise<FixedDemonstration> {
    this.#documents = documents;
    const entries = await this.#checker.read(check);
    const reads = [...(entries?.values() ?? [])].flatMap(entry => entry.read ?? []);
    const { demonstrations } = this.#keep(reads, JSON.stringify(check.settings));
    const { rule, file, span, subject } = finding;
    const key = JSON.stringify([rule, file, span, subject, request]);
    const known = demonstrations.get(key);
    if (known !== undefined) return known;
    if (stop()) throw new RaceCancelled();
    const demonstration = this.#core.demonstrate(reads, finding, check.settings, request, stop);
    demonstrations.set(key, demonstration);
    return demonstration;
  }

  /** Reading the same texts again gives the same objects. */
  #keep(reads: readonly ReadFile[], settings: string): Kept {
    const same = (one: Kept): boolean =>
      one.settings === settings && one.reads.length === reads.length && one.reads.every((read, i) => read === reads[i]);
    const kept = this.#kept.find(same) ?? { reads, settings, demonstrations: new Map() };
    this.#kept = [kept, ...this.#kept.filter(one => one !== kept)].slice(0, MOST_KEPT);
    return kept;
  }
}
