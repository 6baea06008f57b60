/** As much of a language client as measuring needs: starts a server on stdio, speaks JSON-RPC to it, and reads its memory. */
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';

type Params = Readonly<Record<string, unknown>>;

export class Client {
  readonly #server: ChildProcess;
  readonly #waiting = new Map<number, (result: unknown) => void>();
  readonly #listeners: ((method: string, params: Params) => void)[] = [];
  #buffer = Buffer.alloc(0);
  #next = 1;

  constructor(command: string, args: readonly string[], env: Readonly<Record<string, string>> = {}) {
    this.#server = spawn(command, args, { stdio: ['pipe', 'pipe', 'ignore'], env: { ...process.env, ...env } });
    this.#server.stdout!.on('data', (chunk: Buffer) => {
      this.#buffer = Buffer.concat([this.#buffer, chunk]);
      this.#read();
    });
  }

  request(method: string, params: Params): Promise<unknown> {
    const id = this.#next++;
    this.#send({ id, method, params });
    return new Promise(resolve => this.#waiting.set(id, resolve));
  }

  notify(method: string, params: Params): void {
    this.#send({ method, params });
  }

  onNotification(listener: (method: string, params: Params) => void): void {
    this.#listeners.push(listener);
  }

  /** Resident memory of the server in megabytes; null where the system does not say. */
  memory(): number | null {
    try {
      const status = readFileSync(`/proc/${this.#server.pid}/status`, 'utf8');
      return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? Number.NaN) / 1024;
    } catch {
      return null;
    }
  }

  /** Processor time that the server has taken so far, in milliseconds (in steps of ten); null where the system does not say. */
  processor(): number | null {
    try {
      const [, fields = ''] = readFileSync(`/proc/${this.#server.pid}/stat`, 'utf8').split(') ');
      const [user, system] = fields.split(' ').slice(11, 13);
      return (Number(user) + Number(system)) * 10;
    } catch {
      return null;
    }
  }

  stop(): void {
    this.#server.kill('SIGKILL');
  }

  #send(message: Params): void {
    const text = JSON.stringify({ jsonrpc: '2.0', ...message });
    this.#server.stdin!.write(`Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`);
  }

  #read(): void {
    for (;;) {
      const end = this.#buffer.indexOf('\r\n\r\n');
      const length = Number(/Content-Length: (\d+)/i.exec(this.#buffer.toString('latin1', 0, Math.max(0, end)))?.[1]);
      if (end < 0 || this.#buffer.length < end + 4 + length) return;
      const message = JSON.parse(this.#buffer.toString('utf8', end + 4, end + 4 + length)) as {
        id?: number;
        method?: string;
        params?: Params;
        result?: unknown;
      };
      this.#buffer = this.#buffer.subarray(end + 4 + length);
      if (message.method === undefined) {
        const resolve = this.#waiting.get(message.id ?? 0);
        this.#waiting.delete(message.id ?? 0);
        resolve?.(message.result);
      } else if (message.id === undefined) {
        for (const listener of this.#listeners) listener(message.method, message.params ?? {});
      } else this.#answer(message.id, message.method, message.params ?? {});
    }
  }

  /** What servers ask for: settings are the defaults, everything else is agreed to. */
  #answer(id: number, method: string, params: Params): void {
    const items = params['items'];
    const result = method === 'workspace/configuration' && Array.isArray(items) ? items.map(() => null) : null;
    this.#send({ id, result });
  }
}
