/** The real layers behind `Core`: reader, lowering, analysis and rules in one row. */
import { explainAt } from '../analysis/explain.ts';
import { type AnalysisOptions, Extension } from '../analysis/extension.ts';
import { Lineage } from '../analysis/lineage.ts';
import type { Declarations } from '../program/declared.ts';
import type { ReadFragment } from '../program/environment.ts';
import { lowerFile } from '../program/lower.ts';
import type { MacroDefinition } from '../program/model.ts';
import { reproducer } from '../reproducer/reproducer.ts';
import { checkExtension, runRules } from '../rules/check.ts';
import type { Finding } from '../rules/finding.ts';
import { RULES } from '../rules/registry.ts';
import { kindOfFile } from '../syntax/language.ts';
import type { Language, SyntaxFile } from '../syntax/model.ts';
import type { Deadline, Parser } from '../syntax/parser.ts';
import { createReader, type ReadOptions } from '../syntax/reader.ts';
import type { Core, CoreSettings, ReadFile, ReadRequest } from './core.ts';
import { demonstrateWithFix, type Surroundings } from './demonstrations.ts';
import { offerFixes } from './fixes.ts';
import { hoverAt } from './hover.ts';
import { isHeader } from './paths.ts';

export interface CoreParts {
  readonly parser: Parser;
  /** A fresh deadline for each text that is read. */
  readonly deadline: () => Deadline;
  /** A fresh one for each function or declaration in it: see `ReadOptions.itemDeadline`. */
  readonly itemDeadline: () => Deadline;
}

/** A menu shows this many ways to do the same. */
const MOST_OFFERED = 3;

/** Extensions that are kept analysed. */
const MOST_RECENT = 3;

interface Analysed {
  readonly extension: Extension;
  readonly findings: readonly Finding[];
}

/** A read text with what the next reading of it starts from. */
interface KeptFile extends ReadFile {
  readonly syntax: SyntaxFile;
  readonly headers: readonly ReadFile[];
  /** Stands for the file through all of its texts. */
  readonly origin: object;
}

function isKept(file: ReadFile): file is KeptFile {
  return 'syntax' in file;
}

export function createCore({ parser, deadline, itemDeadline }: CoreParts): Core {
  const reader = createReader(parser);

  // What lowering knows of headers and macros is kept with these very objects, so the same ones are given each time.
  const fragments = new Map<string, ReadFragment>();
  function fragmentOf(language: Language, template: boolean, target: CoreSettings['target']): ReadFragment {
    const key = `${language} ${template} ${target}`;
    let fragment = fragments.get(key);
    if (!fragment) {
      fragment = part => reader.read('macro', part, { language, template, target, deadline: deadline() });
      fragments.set(key, fragment);
    }
    return fragment;
  }
  const locks = new WeakMap<CoreSettings['lockMacros'], readonly Declarations[]>();
  function locksOf(lockMacros: CoreSettings['lockMacros']): readonly Declarations[] {
    let declared = locks.get(lockMacros);
    if (!declared) {
      declared = Object.keys(lockMacros).length === 0 ? [] : [declaredLocks(lockMacros)];
      locks.set(lockMacros, declared);
    }
    return declared;
  }

  function read({ file, text, headers, settings, before }: ReadRequest): KeptFile {
    const { language, template } = kindOfFile(file, text);
    const options: ReadOptions = {
      language,
      template,
      target: settings.target,
      headerMacros: headers.map(header => header.unit.macros),
      deadline: deadline(),
      itemDeadline,
    };
    const known = before !== null && isKept(before) && before.syntax.language === language ? before : null;
    const syntax = known === null ? reader.read(file, text, options) : reader.reread(known.syntax, text, options);
    const unit = lowerFile(syntax, {
      headers: [...headers.map(header => header.unit), ...locksOf(settings.lockMacros)],
      fragment: fragmentOf(language, template, settings.target),
    });
    return { text, unit, syntax, headers, origin: known?.origin ?? {} };
  }

  let last: { readonly from: readonly ReadFile[]; readonly texts: string; readonly files: readonly ReadFile[] } | null =
    null;
  /** The texts that were looked at last are often those that come next: a fix is tried, then made. */
  const edited: Core['edited'] = (files, texts, settings) => {
    const key = JSON.stringify([...texts]);
    const isLast =
      last?.texts === key && last.from.length === files.length && last.from.every((f, i) => f === files[i]);
    if (last === null || !isLast) last = { from: files, texts: key, files: withTexts(files, texts, settings) };
    return last.files;
  };

  function withTexts(
    files: readonly ReadFile[],
    texts: ReadonlyMap<string, string>,
    settings: CoreSettings,
  ): readonly ReadFile[] {
    const done = new Map<string, ReadFile>();
    const renewed = (file: ReadFile): ReadFile => {
      const path = file.unit.file;
      const known = done.get(path);
      if (known !== undefined) return known;
      // Headers include one another in circles: for those in one, the header is as it was.
      done.set(path, file);
      const before = isKept(file) ? file.headers : [];
      const headers = before.map(renewed);
      const text = texts.get(path) ?? file.text;
      const sameHeaders = headers.every((header, i) => header === before[i]);
      const same = sameHeaders && text === file.text;
      const now = same ? file : read({ file: path, text, headers, settings, before: sameHeaders ? file : null });
      done.set(path, now);
      return now;
    };
    return files.map(renewed);
  }

  const lineages = new WeakMap<object, Lineage>();
  /** An extension goes on as long as its first source does. Headers may belong to several. */
  function lineageOf(files: readonly ReadFile[]): Lineage {
    const first = files.find(file => !isHeader(file.unit.file)) ?? files[0];
    if (first === undefined || !isKept(first)) return new Lineage();
    let lineage = lineages.get(first.origin);
    if (lineage === undefined) lineages.set(first.origin, (lineage = new Lineage()));
    return lineage;
  }

  /** What was looked at last, the newest first: a text that fixes are tried for, and what they made of it. */
  const recent: { readonly files: readonly ReadFile[]; readonly settings: string; readonly of: Analysed }[] = [];
  function analysed(files: readonly ReadFile[], settings: CoreSettings): Analysed | undefined {
    const key = JSON.stringify(settings);
    const at = recent.findIndex(
      one =>
        one.settings === key && one.files.length === files.length && one.files.every((file, i) => file === files[i]),
    );
    const [known] = at < 0 ? [] : recent.splice(at, 1);
    if (known !== undefined) recent.unshift(known);
    return known?.of;
  }
  function analyse(files: readonly ReadFile[], settings: CoreSettings): Analysed {
    const known = analysed(files, settings);
    if (known) return known;
    const extension = new Extension(
      files.map(file => file.unit),
      optionsOf(settings),
      lineageOf(files),
    );
    const of = { extension, findings: runRules(extension, RULES) };
    recent.unshift({ files, settings: JSON.stringify(settings), of });
    recent.length = Math.min(recent.length, MOST_RECENT);
    return of;
  }

  const offers: Core['fixes'] = (files, finding, settings, most = MOST_OFFERED) => {
    const file = files.find(entry => entry.unit.file === finding.file);
    if (file === undefined || !isKept(file)) return { offered: [], refused: [] };
    const { extension, findings } = analyse(files, settings);
    const present = findings.find(one => one.rule === finding.rule && one.span.start === finding.span.start);
    if (present === undefined) return { offered: [], refused: [] };
    const { target, minimumPython, compat } = settings;
    const atHand = compat === 'always' || file.unit.includes.some(name => name.includes('pythoncapi_compat'));
    const request = { extension, finding: present, syntax: file.syntax, syntaxOf: syntaxIn(files), findings };
    return offerFixes(
      { ...request, settings: { target, minimumPython, compat: atHand } },
      texts => {
        const again = edited(files, texts, settings);
        return { ...analyse(again, settings), syntaxOf: syntaxIn(again) };
      },
      most,
    );
  };

  return {
    rules: RULES,
    read(request) {
      const all = read(request);
      return request.once === true ? { text: all.text, unit: all.unit } : all;
    },
    check: (files, settings) =>
      analysed(files, settings)?.findings ??
      checkExtension(
        files.map(file => file.unit),
        optionsOf(settings),
        lineageOf(files),
      ),
    explain(files, file, offset, settings) {
      const extension = new Extension(
        files.map(entry => entry.unit),
        optionsOf(settings),
        lineageOf(files),
      );
      const texts = new Map(files.map(entry => [entry.unit.file, entry.text]));
      return explainAt(extension, file, offset, { text: path => texts.get(path) ?? null });
    },
    hover: hoverAt,
    reproduce(files, finding, settings, schedule = []) {
      const { extension } = analyse(files, settings);
      const text = files.find(entry => entry.unit.file === finding.file)?.text ?? '';
      const line = text.slice(0, finding.span.start).split('\n').length;
      return reproducer(extension, finding, { place: `${finding.file.split('/').at(-1)}:${line}`, schedule });
    },
    edited,
    fixes: offers,
    demonstrate(files, finding, settings, request, stop = () => false) {
      const surroundings: Surroundings = {
        files,
        extensionOf: sources => analyse(sources, settings).extension,
        edited: (of, texts) => edited(of, texts, settings),
        findingsOf: sources => analyse(sources, settings).findings,
        best: (sources, one) => offers(sources, one, settings, 1).offered[0],
      };
      return demonstrateWithFix(finding, request, surroundings, stop);
    },
  };
}

function syntaxIn(files: readonly ReadFile[]): (path: string) => SyntaxFile | undefined {
  return path => {
    const file = files.find(one => one.unit.file === path);
    return file !== undefined && isKept(file) ? file.syntax : undefined;
  };
}

/**
 * Lock macros that settings name, as definitions that lowering expands: all it has to know is which object is locked. A
 * function goes the same way.
 */
function declaredLocks(lockMacros: CoreSettings['lockMacros']): Declarations {
  const define = (name: string, body: string): MacroDefinition => ({
    name,
    parameters: ['object'],
    body,
    span: { start: 0, end: 0 },
  });
  const macros = Object.entries(lockMacros).flatMap(([lock, unlock]) => [
    define(lock, 'PROJECT_LOCK(object)'),
    define(unlock, 'PROJECT_UNLOCK(object)'),
  ]);
  return {
    structs: [],
    typedefs: [],
    globals: [],
    prototypes: [],
    enumerators: {},
    guards: [],
    references: [],
    macros,
  };
}

function optionsOf(settings: CoreSettings): AnalysisOptions {
  const { target, suspending, neverSuspending, borrowing, threadUnsafe } = settings;
  return { target, suspending, neverSuspending, borrowing, threadUnsafe };
}
