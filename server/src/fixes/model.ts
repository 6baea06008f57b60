/**
 * What a fix is made from and what comes out: pure data and pure functions. A technique looks at one finding and proposes
 * edits, or says why it can't; whoever asks checks that the edited text has lost the finding (`offer.ts`).
 */
import type { Extension } from '../analysis/extension.ts';
import type { Finding } from '../rules/finding.ts';
import type { SyntaxFile } from '../syntax/model.ts';
import type { FileEdits, FixSafety, TextEdit } from '../workspace/service.ts';
import type { FixSite } from './site.ts';

export interface FixSettings {
  /** Newest and oldest Python that the extension is built for: `3.14`. */
  readonly target: string;
  readonly minimumPython: string;
  /** `pythoncapi_compat.h` is at hand. */
  readonly compat: boolean;
}

export interface FixRequest {
  readonly extension: Extension;
  readonly finding: Finding;
  /** The file that the finding is in, as read. */
  readonly syntax: SyntaxFile;
  /** Any file of the extension, as read. */
  readonly syntaxOf: (file: string) => SyntaxFile | undefined;
  /** All findings of the extension: some fixes make sense only when nothing else is left. */
  readonly findings: readonly Finding[];
  readonly settings: FixSettings;
}

export interface Proposed {
  readonly title: string;
  readonly safety: FixSafety;
  /** Of the finding's file: absolute, sorted, not overlapping. */
  readonly edits: readonly TextEdit[];
  /** Of other files. */
  readonly elsewhere?: readonly FileEdits[];
}

export interface Refused {
  readonly title: string;
  readonly reason: string;
}

export type Proposal = Proposed | Refused;

/** The best proposal first. A technique that has nothing to say about the finding returns an empty list. */
export type Technique = (site: FixSite) => readonly Proposal[];
/** For findings outside functions: tables and declarations. */
export type FileTechnique = (request: FixRequest) => readonly Proposal[];

export function isProposed(proposal: Proposal): proposal is Proposed {
  return 'edits' in proposal;
}

/** Thrown and caught inside of this folder only: deep in a rewrite something turned out not to be expressible. */
export class CannotFix extends Error {}

/** Runs a rewrite; what it can't do becomes a refusal under that title. */
export function attempt(title: string, rewrite: () => Proposed): Proposal {
  try {
    return rewrite();
  } catch (error) {
    if (error instanceof CannotFix) return { title, reason: error.message };
    throw error;
  }
}
