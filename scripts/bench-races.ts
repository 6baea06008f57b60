/**
 * `npm run bench:races -- FILE…`: what races of findings cost in the editor.
 *
 * - a click: from asking the built server for the race of a finding to the first frame of the view, on every racy fixture, once
 *   with nothing prepared but the thread, and once after the lens has looked for it
 * - a key: from an edit to its diagnostics with lenses that are looked at, and without, in turn in one server
 */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { RACE, type RaceAnswer } from '../server/src/lsp/race-messages.ts';
import type { Playback } from '../server/src/simulator/playback.ts';
import { bundleView, launch, openView } from '../test/webview/harness.ts';
import { Client } from './bench/client.ts';
import { measureEditing, type Server } from './bench/editing.ts';
import { inRoot } from './paths.ts';

/** Milliseconds. */
const CLICK = 300;
const EDITS = 200;
const ROUNDS = 3;
/** Playbacks whose first frame is timed. */
const FRAMES = 40;

const server: Server = { name: 'gilproof', command: process.execPath, args: [inRoot('dist', 'server.cjs'), '--stdio'] };
const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
const percentile = (values: readonly number[], share: number): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length * share)] ?? Number.NaN;
const ms = (value: number): string => `${value.toFixed(1)} ms`;

interface Diagnostic {
  readonly code: string;
  readonly range: { readonly start: { readonly line: number; readonly character: number } };
}

interface Click {
  readonly cold: number;
  readonly prepared: number;
  readonly answer: RaceAnswer;
}

async function clicks(files: readonly string[]): Promise<Click[]> {
  const client = new Client(server.command, server.args);
  const made: Click[] = [];
  try {
    await client.request('initialize', {
      processId: process.pid,
      rootUri: null,
      initializationOptions: { races: true },
      capabilities: { textDocument: { diagnostic: {} }, workspace: { workspaceEdit: { documentChanges: true } } },
    });
    client.notify('initialized', {});
    for (const file of files) {
      const uri = pathToFileURL(file).href;
      const text = readFileSync(file, 'utf8');
      client.notify('textDocument/didOpen', { textDocument: { uri, languageId: 'c', version: 1, text } });
      const report = await client.request('textDocument/diagnostic', { textDocument: { uri } });
      // Fixtures name the rule that they are about by their folder.
      const rule = path.basename(path.dirname(file));
      const finding = (report as { items: readonly Diagnostic[] }).items.find(({ code }) => code === rule);
      if (finding !== undefined) {
        const target = { uri, ...finding.range.start, rule: finding.code };
        const ask = async (): Promise<[number, RaceAnswer]> => {
          const start = performance.now();
          const answer = (await client.request(RACE, target)) as RaceAnswer;
          return [performance.now() - start, answer];
        };
        // The first one starts the thread.
        if (made.length === 0) await ask();
        const [cold, answer] = await ask();
        const [prepared] = await ask();
        made.push({ cold, prepared, answer });
      }
      client.notify('textDocument/didClose', { textDocument: { uri } });
    }
  } finally {
    client.stop();
  }
  return made;
}

/** Milliseconds from the playback's arrival in the page to the frame that shows it. */
async function frames(playbacks: readonly Playback[]): Promise<number[]> {
  const browser = await launch();
  try {
    const view = await openView(browser, await bundleView());
    const times: number[] = [];
    for (const playback of playbacks) {
      times.push(
        await view.page.evaluate(
          data =>
            new Promise<number>(resolve => {
              const start = performance.now();
              window.dispatchEvent(new MessageEvent('message', { data }));
              requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - start)));
            }),
          { type: 'show', playback, abilities: { exportReproducer: true, models: [] } },
        ),
      );
    }
    return times;
  } finally {
    await browser.close();
  }
}

async function benchClicks(): Promise<void> {
  const root = inRoot('test', 'fixtures', 'rules');
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter(name => /racy-[^/]*\.c$/.test(name))
    .map(name => path.join(root, name));
  const made = (await clicks(files)).filter(({ answer }) => answer.playback !== null);
  const playbacks = made.flatMap(({ answer }) => answer.playback ?? []);
  const every = Math.max(1, Math.floor(playbacks.length / FRAMES));
  const shown = await frames(playbacks.filter((_, index) => index % every === 0));
  const frame = median(shown);
  const line = (name: string, times: readonly number[]): void => {
    const total = median(times) + frame;
    const slowest = percentile(times, 0.95) + frame;
    console.log(
      `  ${name}: median ${ms(total)}, 95 of 100 within ${ms(slowest)} (target ${CLICK} ms: ${total < CLICK ? 'reached' : 'MISSED'})`,
    );
  };
  console.log(`A click, ${made.length} races of ${files.length} racy fixtures; ${ms(frame)} of it are the frame`);
  line(
    'asked for at once',
    made.map(({ cold }) => cold),
  );
  line(
    'after its lens   ',
    made.map(({ prepared }) => prepared),
  );
}

async function benchKeys(files: readonly string[]): Promise<void> {
  for (const file of files) {
    const without: number[] = [];
    const withLenses: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const measured = await measureEditing(server, [file], EDITS, { lenses: true });
      without.push(...measured.times);
      withLenses.push(...measured.withLenses);
    }
    console.log(`A key in ${path.basename(file)}, median of ${without.length}`);
    const quarter = (times: readonly number[]): string => ms(percentile(times, 0.25));
    console.log(
      `  without lenses ${ms(median(without))} (a quarter within ${quarter(without)}), with lenses ${ms(median(withLenses))} (${quarter(withLenses)})`,
    );
  }
}

await benchClicks();
const given = process.argv.slice(2);
await benchKeys(given.length > 0 ? given : [inRoot('examples', 'tallybook', 'src', 'book.c')]);
