/** Edits of the kinds that people make, drawn by chance, and what a core that has seen all of them finds beside one that has not. */
import { readdirSync, readFileSync } from 'node:fs';
import type { Core, CoreSettings, ReadFile } from '../../server/src/workspace/core.ts';
import { createCore } from '../../server/src/workspace/gilproof-core.ts';
import { DEFAULT_SETTINGS } from '../../server/src/workspace/settings.ts';
import { wasmParser } from '../syntax/helpers/parser.ts';

const never = { passed: () => false };
const parser = await wasmParser();

export function newCore(): Core {
  return createCore({ parser, deadline: () => never, itemDeadline: () => never });
}

const settings: CoreSettings = DEFAULT_SETTINGS;

/** Numbers from 0 to 1 that are the same each time for the same seed. */
export function chance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

type Change = (text: string, random: () => number) => string;

/** Offsets of identifiers inside functions. */
function somewhere(text: string, pattern: RegExp, random: () => number): RegExpExecArray | undefined {
  const all = [...text.matchAll(pattern)];
  return all[Math.floor(random() * all.length)];
}

function replaced(text: string, at: number, length: number, by: string): string {
  return text.slice(0, at) + by + text.slice(at + length);
}

const NAME = /(?<=^\s.*)\b[A-Za-z_]\w+/gm;
const LINE = /^\s+\S.*;\n/gm;
const FUNCTION = /^static [^;={]*\{\n(?:.*\n)*?\}\n/gm;

const EDITS: readonly Change[] = [
  // A key in a name, and one taken back.
  (text, random) => {
    const name = somewhere(text, NAME, random);
    return name === undefined ? text : replaced(text, name.index + name[0].length, 0, 'x');
  },
  (text, random) => {
    const name = somewhere(text, NAME, random);
    return name === undefined ? text : replaced(text, name.index + name[0].length - 1, 1, '');
  },
  // Another name of the same file in its place.
  (text, random) => {
    const name = somewhere(text, NAME, random);
    const other = somewhere(text, NAME, random);
    return name === undefined || other === undefined ? text : replaced(text, name.index, name[0].length, other[0]);
  },
  // A line gone, written twice, or elsewhere.
  (text, random) => {
    const line = somewhere(text, LINE, random);
    return line === undefined ? text : replaced(text, line.index, line[0].length, '');
  },
  (text, random) => {
    const line = somewhere(text, LINE, random);
    const other = somewhere(text, LINE, random);
    return line === undefined || other === undefined ? text : replaced(text, other.index, 0, line[0]);
  },
  // A lock around a line.
  (text, random) => {
    const line = somewhere(text, LINE, random);
    const locked = `Py_BEGIN_CRITICAL_SECTION(self);\n${line?.[0]}Py_END_CRITICAL_SECTION();\n`;
    return line === undefined ? text : replaced(text, line.index, line[0].length, locked);
  },
  // Room above everything, and a comment.
  text => `\n/* more */\n${text}`,
  // A function gone, written twice, or with another one in front.
  (text, random) => {
    const one = somewhere(text, FUNCTION, random);
    return one === undefined ? text : replaced(text, one.index, one[0].length, '');
  },
  (text, random) => {
    const one = somewhere(text, FUNCTION, random);
    const other = somewhere(text, FUNCTION, random);
    return one === undefined || other === undefined ? text : replaced(text, other.index, 0, one[0]);
  },
  (text, random) => `${text}static int added_${Math.floor(random() * 9)}(void) { return 0; }\n`,
  text => `static int first(void) { return 1; }\n${text}`,
  // Half of something.
  (text, random) => replaced(text, Math.floor(random() * text.length), 0, random() < 0.5 ? '{' : '('),
];

/** The edits one after the other, now and then all of it taken back. */
export function* edited(text: string, random: () => number, count: number): Generator<string> {
  let now = text;
  for (let index = 0; index < count; index++) {
    const edit = EDITS[Math.floor(random() * EDITS.length)]!;
    now = random() < 0.1 ? text : edit(now, random);
    yield now;
  }
}

/** A file of an extension, the others standing still. */
export class Typist {
  readonly #core = newCore();
  readonly #others: readonly ReadFile[];
  readonly #file: string;
  #read: ReadFile | null = null;

  constructor(file: string, others: Readonly<Record<string, string>> = {}) {
    this.#file = file;
    this.#others = Object.entries(others).map(([name, text]) => this.#reading(this.#core, name, text, null));
  }

  #reading(core: Core, file: string, text: string, before: ReadFile | null): ReadFile {
    return core.read({ file, text, headers: [], settings, before });
  }

  /** What is found in the text after all that came before it. */
  types(text: string): unknown {
    this.#read = this.#reading(this.#core, this.#file, text, this.#read);
    return this.#core.check([this.#read, ...this.#others], settings);
  }

  /** What is found in the text by who never saw another. */
  static opens(file: string, text: string, others: Readonly<Record<string, string>> = {}): unknown {
    const typist = new Typist(file, others);
    return typist.types(text);
  }
}

const ROOT = 'test/fixtures/rules';

/** Racy fixtures of a few rules of one family, one after the other. */
function fixtures(family: string, rules: readonly string[]): string {
  return rules
    .flatMap(rule => {
      const folder = `${ROOT}/${family}/${rule}`;
      const [name] = readdirSync(folder).filter(one => /^racy-.*\.c$/.test(one));
      return name === undefined ? [] : [readFileSync(`${folder}/${name}`, 'utf8')];
    })
    .join('\n');
}

function everyThird(family: string, first: number): string {
  return fixtures(
    family,
    readdirSync(`${ROOT}/${family}`)
      .sort()
      .filter((_, index) => index % 3 === first),
  );
}

/** Families of rules whose fixtures are typed at. */
export const FAMILIES = ['object-state', 'borrowed-refs', 'globals', 'critical-sections', 'type-slots', 'gil-api'];

/** A file of one family's fixtures beside another that stands still, after each edit: as typed, and as opened. */
export function* typedAndOpened(
  family: string,
  seed: number,
  edits: number,
): Generator<{ readonly typed: unknown; readonly opened: unknown }> {
  const other = { '/p/other.c': everyThird(family, 1) };
  const typist = new Typist('/p/one.c', other);
  for (const text of edited(everyThird(family, 0), chance(family.length * seed), edits))
    yield { typed: typist.types(text), opened: Typist.opens('/p/one.c', text, other) };
}
