/**
 * Turns a table of C-API facts (JSON, collected from CPython's headers, documentation and sources) into the compact file that
 * the product carries. Run by hand when the facts change: `node scripts/generate-capi.ts FACTS.json`. The build never runs it.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { argv, stderr } from 'node:process';

const TARGET = new URL('../server/src/capi/generated/functions.json', import.meta.url);

interface Source {
  readonly functions: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** Columns copied as they are, under their own name, when present. */
const COPIED = ['since', 'removedIn', 'stableAbi', 'containerArg', 'container', 'outNew', 'outBorrowed'] as const;

function compact(source: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const row: Record<string, unknown> = {};
  if (source['kind'] === 'macro') row['macro'] = 1;
  for (const column of COPIED) if (source[column] !== undefined) row[column] = source[column];
  if (source['in313'] === false && source['in314'] === false) row['since'] ??= '3.15';
  if (source['inCompat'] === true) row['compat'] = 1;
  if (source['returns'] !== 'none') row['returns'] = source['returns'];
  if (source['steals'] !== undefined) row['steals'] = source['steals'];
  if (source['borrowRisk'] !== undefined && source['borrowRisk'] !== 'none') row['risk'] = source['borrowRisk'];
  // A class that nobody judged one by one or by family is a guess: it stays out, and the look-up answers `unknown`.
  if (source['suspendsFrom'] !== 'default' && source['suspendsWhy'] !== undefined) {
    row['suspends'] = source['suspendsWhy'] === 'blocks-attached' ? 'blocks' : source['suspendsWhy'];
  }
  if (source['okWhileDetached'] === true) row['detached'] = 1;
  if (source['blocksAttached'] !== undefined) row['blocksAttached'] = 1;
  if (source['bypassesLocking'] === true) row['bypasses'] = 1;
  const interior = source['interiorPointer'] as { ownerArg: number; ownerMutable: boolean } | undefined;
  if (interior !== undefined) row['interior'] = [interior.ownerArg, interior.ownerMutable ? 1 : 0];
  if (source['threadsafety315'] !== undefined) row['level'] = source['threadsafety315'];
  if (source['locking'] !== undefined) row['locking'] = source['locking'];
  const replacement = source['replacement'] as Record<string, unknown> | undefined;
  if (replacement !== undefined) {
    row['use'] = {
      name: replacement['name'],
      since: replacement['since'],
      ...(replacement['inCompat'] === true ? { compat: 1 } : {}),
      args: replacement['args'],
      shape: replacement['shape'],
    };
  }
  return row;
}

const [input] = argv.slice(2);
if (input === undefined) {
  stderr.write('usage: node scripts/generate-capi.ts FACTS.json\n');
  process.exit(2);
}
const { functions } = JSON.parse(readFileSync(input, 'utf8')) as Source;
const lines = Object.keys(functions)
  .sort()
  .map(name => `${JSON.stringify(name)}: ${JSON.stringify(compact(functions[name] ?? {}))}`);
const text = `{\n${lines.join(',\n')}\n}\n`;
writeFileSync(TARGET, text);
stderr.write(`${lines.length} names, ${(text.length / 1024).toFixed(0)} KB\n`);
