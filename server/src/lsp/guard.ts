/**
 * The one wrapper around every request: honours cancellation, measures, and turns an error inside us into a log entry and
 * an empty answer. A linter that crashes takes the editor's other diagnostics with it.
 */
import { type CancellationToken, LSPErrorCodes, ResponseError } from 'vscode-languageserver';
import type { Signal } from '../workspace/service.ts';

export interface GuardEvents {
  started(): void;
  /** `failure`: what went wrong inside; null when the request was answered or cancelled. */
  finished(name: string, milliseconds: number, failure: string | null): void;
}

/** An error answer without data. */
type Refused = ResponseError<never>;

export type Guard = <P, R>(
  name: string,
  empty: R,
  run: (params: P, signal: Signal) => Promise<R>,
) => (params: P, token: CancellationToken) => Promise<R | Refused>;

export function createGuard(now: () => number, events: GuardEvents): Guard {
  return (name, empty, run) => async (params, token) => {
    // Lets what is already in the pipe through first: most often the cancellation of this very request.
    await nextTurn();
    if (token.isCancellationRequested) return cancelled();
    const started = now();
    let failure: string | null = null;
    events.started();
    try {
      const result = await run(params, signalOf(token));
      return token.isCancellationRequested ? cancelled() : result;
    } catch (error) {
      if (error instanceof ResponseError) return error as Refused;
      if (error instanceof DocumentChanged) return new ResponseError(LSPErrorCodes.ContentModified, error.message);
      if (token.isCancellationRequested) return cancelled();
      failure = error instanceof Error ? (error.stack ?? error.message) : String(error);
      return empty;
    } finally {
      events.finished(name, now() - started, failure);
    }
  };
}

export function signalOf(token: CancellationToken): Signal {
  return {
    get aborted() {
      return token.isCancellationRequested;
    },
  };
}

/** The document changed under the request: spans of its answer would point elsewhere. The client asks again. */
export class DocumentChanged extends Error {
  constructor() {
    super('The document changed meanwhile.');
  }
}

function cancelled(): Refused {
  return new ResponseError(LSPErrorCodes.RequestCancelled, 'Cancelled.');
}

/** Lets others have their turn who wait for what was just found out. */
export function nextTurn(): Promise<void> {
  return new Promise(resolve => setImmediate(resolve));
}
