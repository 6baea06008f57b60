/**
 * What is known of an extension beyond the text of one moment: each analysis after an edit takes over from the one before it
 * whatever the edit left true. With an empty lineage everything is found out anew, and the same is found.
 */
import type { TranslationUnit } from '../program/model.ts';
import { ByFunction } from './by-function.ts';
import type { Linker } from './program.ts';
import type { Propagation } from './propagation.ts';
import { Answers } from './settled.ts';
import { Structure } from './structure.ts';
import type { Summaries } from './summarise.ts';
import { Symbols } from './symbols.ts';
import { Watch } from './watch.ts';
import type { World } from './world.ts';

export class Lineage {
  #symbols: Symbols | null = null;
  #world: World | null = null;
  #structure: Structure | null = null;
  /** Over all that is asked about the extension: one analysis at a time. */
  readonly watch = new Watch();
  /** What functions have of their own, by what was asked. */
  readonly byFunction = new ByFunction(this.watch);
  /** What was asked about all functions together. */
  readonly answers = new Answers(this.watch);
  /** What functions meant the last time. */
  summaries: Summaries | null = null;
  /** How contexts, locks and roles spread the last time. */
  propagation: Propagation | null = null;

  symbolsOf(units: readonly TranslationUnit[]): Symbols {
    if (this.#symbols?.suit(units) !== true) this.#symbols = new Symbols(units);
    return this.#symbols;
  }

  /** `fresh`, or the equal one that stood before it. */
  worldOf(fresh: World): World {
    if (this.#world?.equals(fresh) !== true) this.#world = fresh;
    return this.#world;
  }

  structureOf(linker: Linker): Structure {
    this.#structure = this.#structure?.after(linker) ?? Structure.of(linker);
    return this.#structure;
  }
}
