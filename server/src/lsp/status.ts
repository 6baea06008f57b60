/** Tells a client that asked for it what the server is doing and how well the last document was read. */
import type { Connection } from 'vscode-languageserver';
import type { FileReport } from '../workspace/service.ts';
import type { GuardEvents } from './guard.ts';
import { STATUS, type Status } from './messages.ts';

/** Slower requests are worth a line in the log. Milliseconds. */
const SLOW = 500;

export class StatusReporter implements GuardEvents {
  readonly #connection: Connection;
  readonly #wanted: boolean;
  #running = 0;
  #failure: string | null = null;

  constructor(connection: Connection, wanted: boolean) {
    this.#connection = connection;
    this.#wanted = wanted;
  }

  started(): void {
    this.#running++;
    if (this.#running === 1) this.#send({});
  }

  finished(name: string, milliseconds: number, failure: string | null): void {
    this.#running--;
    if (failure !== null) this.#connection.console.error(`${name} failed: ${failure}`);
    else if (milliseconds > SLOW) this.#connection.console.info(`${name} took ${Math.round(milliseconds)} ms.`);
    this.#failure = failure === null ? null : `${name}: ${failure.split('\n')[0]}`;
    if (this.#running === 0 || failure !== null) this.#send({});
  }

  analysed(uri: string, report: FileReport): void {
    const { findings, suppressed, health, skipped, generator } = report;
    this.#send({
      document: {
        uri,
        findings: findings.length,
        suppressed: suppressed.length,
        health,
        skipped,
        ...(generator === undefined ? {} : { generator }),
      },
    });
  }

  #send(part: Pick<Status, 'document'>): void {
    if (!this.#wanted) return;
    const status: Status = { busy: this.#running > 0, failure: this.#failure, ...part };
    void this.#connection.sendNotification(STATUS, status);
  }
}
