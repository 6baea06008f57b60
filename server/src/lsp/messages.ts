/** What our server and our client say to each other beyond the standard protocol: names and plain data, no protocol classes. */
import type { ParseHealth } from '../program/model.ts';
import type { Skipped } from '../workspace/service.ts';

/** Commands of the server (`workspace/executeCommand`); the editor's own commands have other names. */
export const SERVER_COMMANDS = {
  /** Arguments: URIs of files or folders, none for all workspace folders. Reports progress; answers a `ScanSummary`. */
  scan: 'gilproof.server.scan',
  /** Arguments: document URI, zero-based line, UTF-16 character. Answers what the analysis believes there, as plain text. */
  explain: 'gilproof.server.explain',
} as const;

/** Command of the client that code actions name, with a `WhyNoFix`. */
export const WHY_NO_FIX = 'gilproof.whyNoFix';

export interface WhyNoFix {
  readonly rule: string;
  /** What was tried and why it can't be done; at least one. */
  readonly refusals: readonly { readonly title: string; readonly reason: string }[];
}

/** Notification from the server, sent only to clients that asked for it with `Options.status`. */
export const STATUS = 'gilproof/status';

/** What a client may pass as `initializationOptions`. Every part may be missing. */
export interface Options {
  /** Where a diagnostic's link leads; `{rule}` is replaced by the rule's id. Without it, the page's file. */
  readonly rulePage?: string;
  readonly status?: boolean;
  /** The client has the command `gilproof.showRace` and a view for playbacks: lenses and code actions lead there. */
  readonly races?: boolean;
  /** The client has the command `gilproof.whyNoFix`: code actions lead there in place of disabled ones. */
  readonly refusals?: boolean;
  /** For clients without `workspace/configuration`: the editor's settings. */
  readonly settings?: unknown;
}

export interface Status {
  /** Requests under way that take time. */
  readonly busy: boolean;
  /** A request failed inside the server: which, and why. Null after the next that succeeded. */
  readonly failure: string | null;
  /** The document that was just analysed. */
  readonly document?: DocumentStatus;
}

export interface DocumentStatus {
  readonly uri: string;
  readonly findings: number;
  readonly suppressed: number;
  readonly health: ParseHealth | null;
  readonly skipped: Skipped | null;
  /** The tool that wrote a generated file, when known. */
  readonly generator?: string;
}

export interface ScanSummary {
  readonly files: number;
  readonly filesWithFindings: number;
  readonly findings: number;
  readonly suppressed: number;
  readonly functions: number;
  readonly functionsNotRead: number;
  readonly skipped: Readonly<Partial<Record<Skipped, number>>>;
  readonly milliseconds: number;
  /** The user stopped it: the figures are of what was done until then. */
  readonly cancelled: boolean;
}
