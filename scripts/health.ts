/**
 * How truly we read a corpus: compares the functions that Universal Ctags sees with ours, and prints what remains unread.
 * `node scripts/health.ts [--list] DIR…`
 */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { wasmFiles } from '../server/src/host/wasm-files.ts';
import { errorSpans, functionName, functionNodes, parseHealth } from '../server/src/syntax/health.ts';
import type { SyntaxFile } from '../server/src/syntax/model.ts';
import { createReader } from '../server/src/syntax/reader.ts';
import { createWasmParser } from '../server/src/syntax/wasm.ts';

const SOURCE = /\.(?:c|h|cpp|cc|cxx|hpp|c\.src|h\.src)$/;
const CRITICAL_SECTION = /\b\w*(?:BEGIN|END)_CRITICAL_SECTION\w*/g;

interface Tag {
  readonly name: string;
  readonly line: number;
}

interface Tally {
  files: number;
  characters: number;
  functions: number;
  tags: number;
  otherBuild: number;
  /** Calls of macros at file scope, without a body, that Ctags takes for functions. */
  macroCalls: number;
  lost: number;
  merged: number;
  errors: number;
  errorCharacters: number;
  criticalSections: number;
  criticalSectionsOutside: number;
}

const newTally = (): Tally => ({
  files: 0,
  characters: 0,
  functions: 0,
  tags: 0,
  otherBuild: 0,
  macroCalls: 0,
  lost: 0,
  merged: 0,
  errors: 0,
  errorCharacters: 0,
  criticalSections: 0,
  criticalSectionsOutside: 0,
});

function sources(path: string): string[] {
  if (statSync(path).isFile()) return [path];
  return readdirSync(path, { recursive: true, encoding: 'utf8' })
    .filter(name => SOURCE.test(name))
    .map(name => join(path, name))
    .filter(name => statSync(name).isFile())
    .sort();
}

/** Functions by file, as Ctags sees them (it leaves `#if 0` out by itself). */
function tagsOf(files: readonly string[]): Map<string, Tag[]> {
  const language = (file: string) => (/\.(?:cpp|cc|cxx|hpp)$/.test(file) ? 'C++' : 'C');
  const out = new Map<string, Tag[]>();
  for (const chosen of ['C', 'C++']) {
    const input = files.filter(file => language(file) === chosen).join('\n');
    if (input === '') continue;
    const json = execFileSync(
      'ctags',
      [
        '--output-format=json',
        '--fields=+n',
        `--language-force=${chosen}`,
        `--kinds-${chosen}=f`,
        '-f',
        '-',
        '-L',
        '-',
      ],
      { input, encoding: 'utf8', maxBuffer: 1 << 28 },
    );
    for (const line of json.split('\n')) {
      if (line === '') continue;
      const tag = JSON.parse(line) as { name: string; path: string; line: number };
      const list = out.get(tag.path) ?? [];
      list.push({ name: tag.name, line: tag.line });
      out.set(tag.path, list);
    }
  }
  return out;
}

interface Definition {
  readonly name: string;
  readonly start: number;
  /** Where the body begins. */
  readonly head: number;
  readonly end: number;
}

function definitionsOf(file: SyntaxFile): Definition[] {
  return file.items.flatMap(item =>
    functionNodes(item.tree).map(node => ({
      name: functionName(item.tree, item.text, node),
      start: item.start + item.tree.startOffset[node]!,
      head: item.start + item.tree.startOffset[node]! + item.text.slice(item.tree.startOffset[node]).search(/\{|$/),
      end: item.start + item.tree.endOffset[node]!,
    })),
  );
}

const parser = await createWasmParser(await wasmFiles(import.meta.filename), { languages: ['c', 'cpp'] });
const reader = createReader(parser);

function measure(
  path: string,
  file: SyntaxFile,
  tags: readonly Tag[],
  tally: Tally,
  say: (line: string) => void,
): void {
  const { original, inactive } = file.lens;
  const lines = [0];
  for (let at = original.indexOf('\n'); at >= 0; at = original.indexOf('\n', at + 1)) lines.push(at + 1);
  const lineOf = (offset: number): number => {
    let low = 0;
    let high = lines.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (lines[middle]! <= offset) low = middle;
      else high = middle;
    }
    return low + 1;
  };
  const health = parseHealth(file);
  tally.files++;
  tally.characters += health.characters;
  tally.functions += health.functions;
  const definitions = definitionsOf(file);
  const names = new Set(definitions.map(definition => definition.name.replace(/^.*::\s*/, '')));
  // `DECODER(gb2312) {` and `SRE(match)(…) {`: Ctags calls the function by the macro that makes its name.
  for (const use of file.lens.uses.values())
    if (definitions.some(({ start, head }) => start <= use.span.start && use.span.start <= head)) names.add(use.name);
  const placed: Tag[] = [];
  for (const tag of tags) {
    const offset = lines[tag.line - 1] ?? 0;
    if (names.has(tag.name.replace(/@(\w+)@/g, '_$1_'))) {
      tally.tags++;
      placed.push(tag);
    } else if (inactive.some(({ span }) => span.start <= offset && offset < span.end)) tally.otherBuild++;
    else if (isMacroCall(original, offset, tag.name)) tally.macroCalls++;
    else {
      tally.tags++;
      tally.lost++;
      say(`${path}:${tag.line}: lost ${tag.name}`);
    }
  }
  for (const definition of definitions) {
    const from = lineOf(definition.start);
    const to = lineOf(definition.end);
    const inside = placed.filter(
      tag =>
        tag.line > from + 3 && tag.line < to && !definition.name.endsWith(tag.name) && !isOwn(definitions, tag, lineOf),
    );
    tally.merged += inside.length;
    for (const tag of inside) say(`${path}:${tag.line}: merged ${tag.name} into ${definition.name}`);
  }
  for (const item of file.items) {
    for (const span of errorSpans(item)) {
      tally.errors++;
      tally.errorCharacters += span.end - span.start;
      const text = original.slice(span.start, Math.min(span.end, span.start + 70)).replace(/\s+/g, ' ');
      say(`${path}:${lineOf(span.start)}: not read, ${span.end - span.start} characters: ${text}`);
    }
  }
  for (const match of file.lens.text.matchAll(CRITICAL_SECTION)) {
    tally.criticalSections++;
    if (definitions.some(({ start, end }) => start <= match.index && match.index < end)) continue;
    tally.criticalSectionsOutside++;
    say(`${path}:${lineOf(match.index)}: ${match[0]} outside of a function`);
  }
}

/** `NAME(…)` that is followed by no body. */
function isMacroCall(text: string, line: number, name: string): boolean {
  const at = text.indexOf(name, line);
  let depth = 0;
  for (let i = at + name.length; i < text.length; i++) {
    if (text[i] === '(') depth++;
    else if (text[i] === ')' && --depth === 0)
      return !/^(?:\s|\/\*[^]*?\*\/)*(?:[\w\s]*\{)/.test(text.slice(i + 1, i + 2000));
    else if (depth === 0 && !/\s/.test(text[i]!)) return false;
  }
  return false;
}

/** A function of its own that begins about where the tag stands. */
function isOwn(definitions: readonly Definition[], tag: Tag, lineOf: (offset: number) => number): boolean {
  return definitions.some(({ name, start }) => name.endsWith(tag.name) && Math.abs(lineOf(start) - tag.line) <= 6);
}

function percent(part: number, whole: number): string {
  return whole === 0 ? '-' : `${((100 * part) / whole).toFixed(3)} %`;
}

function report(name: string, tally: Tally): void {
  console.log(
    [
      `${name}: ${tally.files} files, ${tally.characters} characters, ${tally.functions} functions (Ctags: ${tally.tags}, and ${tally.otherBuild} in code of other builds, ${tally.macroCalls} macro calls)`,
      `  functions lost ${tally.lost}, merged ${tally.merged}: ${percent(tally.lost + tally.merged, tally.tags)}`,
      `  ERROR spans ${tally.errors}: ${percent(tally.errorCharacters, tally.characters)} of the text`,
      `  critical-section macros outside of functions ${tally.criticalSectionsOutside} of ${tally.criticalSections}: ${percent(tally.criticalSectionsOutside, tally.criticalSections)}`,
    ].join('\n'),
  );
}

const list = process.argv.includes('--list');
const total = newTally();
const roots = process.argv.slice(2).filter(argument => !argument.startsWith('--'));
if (roots.length === 0) {
  console.error('usage: node scripts/health.ts [--list] DIR…');
  process.exit(2);
}
for (const root of roots) {
  const files = sources(root);
  const tags = tagsOf(files);
  const tally = newTally();
  for (const path of files) {
    const text = readFileSync(path, 'utf8');
    if (text.startsWith('/* Generated by Cython')) continue;
    const language = /\.(?:cpp|cc|cxx|hpp)$/.test(path) ? 'cpp' : 'c';
    const read = reader.read(path, text, { language, template: path.endsWith('.src') });
    measure(path, read, tags.get(path) ?? [], tally, line => list && console.log(line));
  }
  report(root, tally);
  for (const key of Object.keys(total) as (keyof Tally)[]) total[key] += tally[key];
}
if (roots.length > 1) report('all', total);
reader.dispose();
