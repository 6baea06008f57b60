/**
 * The layers below as the workspace uses them: read a text, check an extension, explain a place. One implementation wires the
 * real ones (`gilproof-core.ts`); tests put a small one in its place.
 */
import type { DemonstrationRequest, FixedDemonstration } from '../demonstrate/model.ts';
import type { TranslationUnit } from '../program/model.ts';
import type { Family, Finding } from '../rules/finding.ts';
import type { Fix, HoverText, Refusal, Reproducer } from './service.ts';
import type { Settings } from './settings.ts';

/** What is known about a rule without running it. */
export interface RuleInfo {
  readonly id: string;
  readonly family: Family;
  /** One line, for lists. */
  readonly title: string;
  readonly severity: Finding['severity'];
  /** The group that switches it on: see `GROUPS` in `settings.ts`. */
  readonly group: 'default' | 'pedantic' | 'isolation';
}

/** The settings that change what is found, not what is shown. */
export type CoreSettings = Pick<
  Settings,
  'target' | 'minimumPython' | 'compat' | 'lockMacros' | 'suspending' | 'neverSuspending' | 'borrowing' | 'threadUnsafe'
>;

/** A text read. Immutable; `unit.file` is the path. */
export interface ReadFile {
  readonly unit: TranslationUnit;
  readonly text: string;
}

export interface ReadRequest {
  readonly file: string;
  readonly text: string;
  /** Headers of the extension that the file includes, directly or not: their macros and types tell how to read it. */
  readonly headers: readonly ReadFile[];
  readonly settings: CoreSettings;
  /** What the same file gave before, under the same headers and settings: unchanged functions are taken over. */
  readonly before: ReadFile | null;
  /** Nobody edits it or asks for fixes in it: what those start from is not kept. */
  readonly once?: boolean;
}

export interface Core {
  readonly rules: readonly RuleInfo[];
  read(request: ReadRequest): ReadFile;
  /** Findings of all rules in all files of one extension, most specific only, unfiltered by settings of selection. */
  check(files: readonly ReadFile[], settings: CoreSettings): readonly Finding[];
  explain(files: readonly ReadFile[], file: string, offset: number, settings: CoreSettings): string;
  hover(text: string, offset: number): HoverText | null;
  /** `most`: how many ways to cure it are looked for; each one costs an analysis. */
  fixes(files: readonly ReadFile[], finding: Finding, settings: CoreSettings, most?: number): Offers;
  /**
   * The finding's function run by threads in every order that matters, and its cure beside it. May take a second or two.
   * @throws RaceCancelled when `stop`, which it asks again and again, says so
   */
  demonstrate(
    files: readonly ReadFile[],
    finding: Finding,
    settings: CoreSettings,
    request: DemonstrationRequest,
    stop?: () => boolean,
  ): FixedDemonstration;
  /** A Python test that races it on the real module. `schedule`: how it fails, in words, a line each. */
  reproduce(
    files: readonly ReadFile[],
    finding: Finding,
    settings: CoreSettings,
    schedule?: readonly string[],
  ): Reproducer;
  /** The files of an extension with other texts of some, by path: who includes a header that changed is read anew too. */
  edited(files: readonly ReadFile[], texts: ReadonlyMap<string, string>, settings: CoreSettings): readonly ReadFile[];
}

export interface Offers {
  readonly offered: readonly Fix[];
  readonly refused: readonly Refusal[];
}
