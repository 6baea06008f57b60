/**
 * What the editor server and the command line ask of the core. One implementation (`workspace.ts`); everything from the
 * outside world (files, settings, clock) comes in through `Host`, so that tests run it in memory.
 */
import type { DemonstrationRequest, FixedDemonstration } from '../demonstrate/model.ts';
import type { ParseHealth, Span } from '../program/model.ts';
import type { Finding } from '../rules/finding.ts';
import type { Level } from './settings.ts';

export interface FileStat {
  readonly size: number;
  readonly modified: number;
}

/** The world. Paths are absolute, with `/`. Every method may answer null: not there, not readable. */
export interface Host {
  readFile(path: string): Promise<string | null>;
  stat(path: string): Promise<FileStat | null>;
  /** Names in a directory, directories with a trailing `/`. */
  list(path: string): Promise<readonly string[] | null>;
}

/** A replaced range of the text before the change, in UTF-16 offsets. */
export interface TextEdit {
  readonly span: Span;
  readonly text: string;
}

/** Why a file has no findings of its own. `failed`: our own mistake; the report says what went wrong. */
export type Skipped = 'not-python' | 'generated' | 'binary' | 'too-large' | 'unreadable' | 'excluded' | 'failed';

/** A finding with the level that the settings give it. */
export interface ReportedFinding extends Finding {
  readonly level: Exclude<Level, 'off'>;
}

/** Something to say about a file that is no hazard: a wrong setting, a suppression that suppresses nothing. */
export interface Notice {
  readonly code: 'settings' | 'unused-suppression' | 'suppression-without-reason' | 'unknown-suppression';
  readonly level: 'warning' | 'information' | 'hint';
  readonly span: Span;
  readonly message: string;
}

export interface SuppressedFinding {
  readonly finding: ReportedFinding;
  readonly reason: string;
  readonly by: 'comment' | 'baseline' | 'config';
}

export interface FileReport {
  readonly file: string;
  /** By place. */
  readonly findings: readonly ReportedFinding[];
  readonly suppressed: readonly SuppressedFinding[];
  readonly notices: readonly Notice[];
  /** Those that were read, in the order of the text. */
  readonly functions: readonly FunctionPlace[];
  readonly health: ParseHealth | null;
  readonly skipped: Skipped | null;
  /** Which tool wrote a `generated` file, when its banner says so. */
  readonly generator?: string;
  /** What went wrong in a `failed` file. */
  readonly failure?: string;
}

/** Edits of one file: not overlapping, sorted by start. */
export interface FileEdits {
  readonly file: string;
  readonly edits: readonly TextEdit[];
}

/** Whether a fix keeps the meaning but for synchronisation (`safe`), or a decision is the maintainer's (`suggested`). */
export type FixSafety = 'safe' | 'suggested';

export interface Fix {
  /** Says what it does: "Lock `self` around the update of `hits`". */
  readonly title: string;
  readonly safety: FixSafety;
  readonly rule: string;
  /** The finding's file first. What stands in other files belongs to it: all of it is made, or nothing. */
  readonly edits: readonly FileEdits[];
}

/** A fix that can't be offered, with the reason that the menu shows. */
export interface Refusal {
  readonly title: string;
  readonly rule: string;
  readonly reason: string;
}

export interface AppliedFix {
  readonly fix: Fix;
  /** Where it was in the text that the fixes before left. */
  readonly finding: ReportedFinding;
}

export interface LeftFinding {
  readonly finding: ReportedFinding;
  /** Why nothing was done. */
  readonly reason: string;
}

export interface FixedFile {
  readonly text: string;
  /** Other files of the extension that its fixes changed. */
  readonly others: readonly { readonly file: string; readonly text: string }[];
  readonly applied: readonly AppliedFix[];
  readonly left: readonly LeftFinding[];
}

export interface FixAllOptions {
  /** `suggested` takes those too that leave a decision to the maintainer. */
  readonly safety: FixSafety;
  /** Whether a finding is to be fixed at all. */
  readonly wanted: (finding: ReportedFinding) => boolean;
  readonly signal?: Signal;
}

/** A finding as a Python test. */
export interface Reproducer {
  /** `test_race_book_get.py`. */
  readonly name: string;
  readonly text: string;
  /** What has to be filled in by hand before it can run; empty when nothing has. */
  readonly missing: readonly string[];
}

export interface HoverText {
  readonly span: Span;
  readonly markdown: string;
}

export interface Signal {
  readonly aborted: boolean;
}

/** How much somebody waits for an answer. */
export interface Errand {
  /** Nobody looks yet: whatever somebody waits for goes first. */
  readonly patient?: boolean;
  readonly signal?: Signal;
}

/** Where a function stands: offsets of its start, its `{` and behind its `}`. */
export interface FunctionPlace {
  readonly start: number;
  readonly block: number;
  readonly end: number;
}

export interface AnalysisService {
  /** A document that an editor holds: its text wins over the file's until it is closed. */
  open(file: string, text: string): void;
  /** The document's text from now on. Texts are long: give the string that is kept anyway. */
  edit(file: string, text: string): void;
  close(file: string): void;
  /** A file changed on disk, appeared or went; settings files included. */
  changed(file: string): void;
  /** The editor's or the command line's own settings changed. */
  settingsChanged(): void;
  /** Rejects when the analysis fails by a mistake of ours: an editor logs it and goes on; a scan reports such a file as `failed`. */
  diagnose(file: string, signal?: Signal): Promise<FileReport>;
  /** All source files below the paths, one report at a time, in path order. */
  scan(paths: readonly string[], signal?: Signal): AsyncIterable<FileReport>;
  /** `most`: how many ways to cure it are looked for; each one costs an analysis. */
  fixes(
    file: string,
    finding: Finding,
    most?: number,
  ): Promise<{ readonly offered: readonly Fix[]; readonly refused: readonly Refusal[] }>;
  /** Everything in a file that can be fixed, one fix after the other. Null: the file is not analysed. Nothing is written. */
  fixAll(file: string, options: FixAllOptions): Promise<FixedFile | null>;
  /** The race of a finding, played: see `demonstrate/model.ts`. Computed when asked for; never part of `diagnose`. */
  demonstrate(
    file: string,
    finding: Finding,
    request?: DemonstrationRequest,
    errand?: Errand,
  ): Promise<FixedDemonstration>;
  /** A Python test that races a finding's function on the real module. `schedule`: how it fails, in words, a line each. */
  reproduce(file: string, finding: Finding, schedule?: readonly string[]): Promise<Reproducer>;
  hover(file: string, offset: number): Promise<HoverText | null>;
  /** What the analysis believes at an offset, as plain text (`gilproof explain FILE:LINE`). */
  explain(file: string, offset: number): Promise<string>;
}
