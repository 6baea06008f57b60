/**
 * How truly we read a corpus: compares the functions that Universal Ctags sees with ours, and prints what remains unread.
 * `node scripts/health.ts [--list] DIR…`
 */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { wasmFiles } from '../server/src/host/wasm-files.ts';
import { errorSpans, functionName, functionNodes, parseHealth } from '../server/src/syntax/health.ts';
import { kindOfFile } from '../server/src/syntax/language.ts';
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
  const language = (file: string) => (kindOfFile(file, readFileSync(file, 'utf8')).language === 'cpp' ? 'C++' : 'C');
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
  /** Its name, and the macros in its head: Ctags calls `DECODER(gb2312) {` by the macro. */
  readonly names: readonly string[];
  readonly start: number;
  readonly end: number;
  /** Lines of its start, of the beginning of its body, and of its end. */
  readonly from: number;
  readonly head: number;
  readonly to: number;
}

function definitionsOf(file: SyntaxFile, lines: Lines): Definition[] {
  const uses = [...file.lens.uses.values()];
  return file.items.flatMap(item =>
    functionNodes(item.tree).map(node => {
      const text = item.text.slice(item.tree.startOffset[node], item.tree.endOffset[node]);
      const start = item.start + item.tree.startOffset[node]!;
      const head = start + text.search(/\{|$/);
      const macros = uses.filter(({ span }) => start <= span.start && span.start <= head).map(use => use.name);
      const end = start + text.length;
      return {
        names: [plainName(functionName(item.tree, item.text, node)), ...macros],
        start,
        end,
        from: lines.at(start),
        head: lines.at(head),
        to: lines.at(end),
      };
    }),
  );
}

/** Line numbers from 1. */
class Lines {
  readonly #starts = [0];

  constructor(text: string) {
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) this.#starts.push(at + 1);
  }

  startOf(line: number): number {
    return this.#starts[line - 1] ?? 0;
  }

  at(offset: number): number {
    let low = 0;
    let high = this.#starts.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (this.#starts[middle]! <= offset) low = middle;
      else high = middle;
    }
    return low + 1;
  }
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
  const lines = new Lines(original);
  const health = parseHealth(file);
  tally.files++;
  tally.characters += health.characters;
  tally.functions += health.functions;
  const definitions = definitionsOf(file, lines);
  for (const { name, line } of tags) {
    // Lambdas.
    if (name.startsWith('__anon')) continue;
    const plain = plainName(name);
    const own = definitions.some(
      ({ names, from, head }) =>
        from - 1 <= line &&
        line <= head + 1 &&
        names.some(known => known === plain || (path.endsWith('.src') && known.endsWith(plain))),
    );
    const offset = lines.startOf(line);
    if (own) tally.tags++;
    else if (inactive.some(({ span }) => span.start <= offset && offset < span.end)) {
      tally.otherBuild++;
      say(`${path}:${line}: ${name} is code of another build`);
    } else if (isMacroCall(original, offset, name)) tally.macroCalls++;
    else {
      tally.tags++;
      const around = definitions.find(({ from, to }) => from < line && line < to);
      if (around === undefined) tally.lost++;
      else tally.merged++;
      say(`${path}:${line}: lost ${name}${around === undefined ? '' : `, inside of ${around.names[0]}`}`);
    }
  }
  for (const item of file.items) {
    for (const span of errorSpans(item)) {
      tally.errors++;
      tally.errorCharacters += span.end - span.start;
      const text = original.slice(span.start, Math.min(span.end, span.start + 70)).replace(/\s+/g, ' ');
      say(`${path}:${lines.at(span.start)}: not read, ${span.end - span.start} characters: ${text}`);
    }
  }
  for (const match of file.lens.text.matchAll(CRITICAL_SECTION)) {
    tally.criticalSections++;
    if (definitions.some(({ start, end }) => start <= match.index && match.index < end)) continue;
    tally.criticalSectionsOutside++;
    say(`${path}:${lines.at(match.index)}: ${match[0]} outside of a function`);
  }
}

/** Without scopes, template arguments and spaces: `A::f<int>` is `f`. */
function plainName(name: string): string {
  const plain = name.includes('operator') ? name : name.replace(/<[^()]*>$/s, '');
  return plain.replace(/^.*::\s*(?=[\w~]+$|operator)/s, '').replace(/\s+/g, '');
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
    const read = reader.read(path, text, kindOfFile(path, text));
    measure(path, read, tags.get(path) ?? [], tally, line => list && console.log(line));
  }
  report(root, tally);
  for (const key of Object.keys(total) as (keyof Tally)[]) total[key] += tally[key];
}
if (roots.length > 1) report('all', total);
reader.dispose();
