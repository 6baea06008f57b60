/** What a key costs: one server, some files open, one character typed and deleted again in the middle of a function. */
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { QUIET } from '../../server/src/lsp/rest.ts';
import { Client } from './client.ts';

export interface Server {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

export interface Editing {
  /** Milliseconds from each edit to its diagnostics; of those after which lenses were asked for, see the next. */
  readonly times: readonly number[];
  readonly withLenses: readonly number[];
  /** From opening to the first diagnostics. */
  readonly opening: number;
  /** Milliseconds of processor time for one edit, on average; all threads of the server together. */
  readonly processor: number | null;
  /** Megabytes right after the last edit. */
  readonly memory: number | null;
  /** Megabytes once nobody has typed for a while; only when it was asked for. */
  readonly rested: number | null;
}

export interface EditingOptions {
  /**
   * Ask for lenses after every other pair of edits and look at them, as an editor does, and rest now and then, so that races are
   * looked for. Edits with and without take turns: what else goes on in the machine falls on both alike.
   */
  readonly lenses?: boolean;
  /** Look at the memory once more when the server has had time to rest. */
  readonly rest?: boolean;
}

/** An editor shows about so many lenses at once. */
const LENSES = 5;
/** So many edits without a pause, and so many milliseconds of it: longer than the server waits before it looks for races. */
const WITHOUT_PAUSE = 10;
const PAUSE = 800;
/** Longer than the server waits before it gives memory back; milliseconds. */
const REST = QUIET + 5_000;

/** Edits go round the files; `pull` servers are asked for diagnostics, others are waited for. */
export async function measureEditing(
  server: Server,
  files: readonly string[],
  edits: number,
  { lenses = false, rest = false }: EditingOptions = {},
): Promise<Editing> {
  const client = new Client(server.command, server.args, server.env);
  const documents = files.map(file => open(file));
  const published = new Map<string, () => void>();
  client.onNotification((method, params) => {
    if (method === 'textDocument/publishDiagnostics') published.get(String(params['uri']))?.();
  });
  try {
    const { capabilities } = (await client.request('initialize', {
      processId: process.pid,
      rootUri: null,
      initializationOptions: { races: true },
      capabilities: {
        textDocument: { diagnostic: { dynamicRegistration: false }, publishDiagnostics: {} },
        workspace: { configuration: true },
      },
    })) as { capabilities: Record<string, unknown> };
    client.notify('initialized', {});
    const pull = capabilities['diagnosticProvider'] !== undefined;
    const answer = (uri: string): Promise<unknown> =>
      pull
        ? client.request('textDocument/diagnostic', { textDocument: { uri } })
        : new Promise<void>(resolve => published.set(uri, resolve));
    const start = performance.now();
    for (const { uri, text } of documents) {
      client.notify('textDocument/didOpen', { textDocument: { uri, languageId: 'c', version: 1, text } });
      await answer(uri);
    }
    const opening = performance.now() - start;
    const times: number[] = [];
    const withLenses: number[] = [];
    const before = client.processor();
    for (let index = 0; index < edits; index++) {
      const document = documents[Math.floor(index / 2) % documents.length]!;
      const begin = performance.now();
      const done = pull ? null : answer(document.uri);
      change(client, document, index % 2 === 0);
      const answered = done ?? answer(document.uri);
      // An editor asks for both without waiting for either.
      const looking = lenses && (index >> 1) % 2 === 1 ? look(client, document.uri) : null;
      await answered;
      (looking === null ? times : withLenses).push(performance.now() - begin);
      await looking;
      if (lenses && index % WITHOUT_PAUSE === 0) await new Promise(resolve => setTimeout(resolve, PAUSE));
    }
    const after = client.processor();
    const processor = before === null || after === null ? null : (after - before) / edits;
    const memory = client.memory();
    if (rest) await new Promise(resolve => setTimeout(resolve, REST));
    return { times, withLenses, opening, processor, memory, rested: rest ? client.memory() : null };
  } finally {
    client.stop();
  }
}

async function look(client: Client, uri: string): Promise<void> {
  const lenses = (await client.request('textDocument/codeLens', { textDocument: { uri } })) as object[] | null;
  await Promise.all((lenses ?? []).slice(0, LENSES).map(lens => client.request('codeLens/resolve', { ...lens })));
}

interface Document {
  readonly uri: string;
  readonly text: string;
  readonly line: number;
  readonly character: number;
  version: number;
}

function open(file: string): Document {
  const text = readFileSync(file, 'utf8');
  const { line, character } = middleIdentifier(text);
  return { uri: pathToFileURL(file).href, text, line, character, version: 1 };
}

/** The end of an identifier inside a function in the middle of the text. */
export function middleIdentifier(text: string): { line: number; character: number; offset: number } {
  const lines = text.split('\n');
  for (let line = Math.floor(lines.length / 2); line < lines.length; line++) {
    const match = /^ {4,}(?:return )?[a-z_]\w{2,}/.exec(lines[line] ?? '');
    if (match === null) continue;
    const character = match[0].length;
    const offset = lines.slice(0, line).reduce((sum, one) => sum + one.length + 1, 0) + character;
    return { line, character, offset };
  }
  return { line: 0, character: 0, offset: 0 };
}

function change(client: Client, document: Document, insert: boolean): void {
  const { line, character } = document;
  const start = { line, character };
  const end = { line, character: insert ? character : character + 1 };
  client.notify('textDocument/didChange', {
    textDocument: { uri: document.uri, version: ++document.version },
    contentChanges: [{ range: { start, end }, text: insert ? 'x' : '' }],
  });
}
