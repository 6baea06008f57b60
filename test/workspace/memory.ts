/** A world in memory: files by path, and a small core that finds the word `HAZARD` in functions. */
import type { FunctionUnit, ParseHealth, TranslationUnit } from '../../server/src/program/model.ts';
import type { Finding } from '../../server/src/rules/finding.ts';
import type { Core, ReadFile, ReadRequest, RuleInfo } from '../../server/src/workspace/core.ts';
import type { FileReport, Host } from '../../server/src/workspace/service.ts';
import { Workspace, type WorkspaceOptions } from '../../server/src/workspace/workspace.ts';

export const PYTHON = '#include <Python.h>\n';

/** Counts what was asked of it, so that tests can say that nothing was read twice. */
export interface MemoryHost extends Host {
  readonly files: Map<string, string>;
  readonly reads: string[];
}

export function memoryHost(files: Readonly<Record<string, string>>): MemoryHost {
  const texts = new Map(Object.entries(files));
  const reads: string[] = [];
  return {
    files: texts,
    reads,
    async readFile(path) {
      reads.push(path);
      return texts.get(path) ?? null;
    },
    async stat(path) {
      const text = texts.get(path);
      if (text !== undefined) return { size: text.length, modified: 0 };
      return [...texts.keys()].some(file => file.startsWith(`${path}/`)) ? { size: 0, modified: 0 } : null;
    },
    async list(path) {
      const top = path === '/' ? '/' : `${path}/`;
      const names = new Set<string>();
      for (const file of texts.keys()) {
        if (!file.startsWith(top)) continue;
        const rest = file.slice(top.length);
        const slash = rest.indexOf('/');
        names.add(slash < 0 ? rest : rest.slice(0, slash + 1));
      }
      return names.size === 0 ? null : [...names];
    },
  };
}

export const RULES: readonly RuleInfo[] = [
  { id: 'borrowed-list-item', family: 'borrowed-refs', title: 'A borrowed item', severity: 'crash', group: 'default' },
  { id: 'global-counter', family: 'globals', title: 'A counter', severity: 'lost-update', group: 'default' },
  { id: 'fine-point', family: 'globals', title: 'A fine point', severity: 'info', group: 'pedantic' },
];

export interface FakeCore extends Core {
  /** Files in the order in which they were read. */
  readonly readFiles: string[];
  /** Files of each check. */
  readonly checks: string[][];
}

/** Finds `HAZARD`, `COUNTER` and `FINE` as findings of the three rules; throws where a text says `EXPLODE`. */
export function fakeCore(): FakeCore {
  const read: string[] = [];
  const checks: string[][] = [];
  const words = ['HAZARD', 'COUNTER', 'FINE'];
  return {
    rules: RULES,
    readFiles: read,
    checks,
    read({ file, text }: ReadRequest): ReadFile {
      read.push(file);
      if (text.includes('EXPLODE_ON_READ')) throw new Error('exploded while reading');
      return { text, unit: unitOf(file, text) };
    },
    check(files): readonly Finding[] {
      checks.push(files.map(entry => entry.unit.file));
      if (files.some(entry => entry.text.includes('EXPLODE_ON_CHECK'))) throw new Error('exploded while checking');
      return files.flatMap(entry =>
        words.flatMap((word, i) =>
          [...entry.text.matchAll(new RegExp(`\\b${word}\\b`, 'g'))].map(match =>
            findingOf(entry, i, match.index, word),
          ),
        ),
      );
    },
    explain: (files, file, offset) => `${file} at ${offset} with ${files.length} files`,
    hover: () => null,
    fixes: () => ({ offered: [], refused: [] }),
    demonstrate: () => ({
      status: 'not-modelled',
      title: 'race: not modelled',
      reason: 'Words do not run.',
      failure: null,
      playback: null,
      harness: null,
      assumptions: [],
      omitted: [],
      fix: null,
    }),
    reproduce: () => ({ name: 'test_words.py', text: '', missing: [] }),
    edited: (files, texts) => files.map(file => ({ ...file, text: texts.get(file.unit.file) ?? file.text })),
  };
}

function findingOf(entry: ReadFile, rule: number, start: number, word: string): Finding {
  const { id, family, severity } = RULES[rule]!;
  const inside = entry.unit.functions.find(unit => unit.start <= start && start < unit.start + unit.body.length);
  return {
    rule: id,
    family,
    severity,
    confidence: word === 'FINE' ? 'possible' : 'likely',
    exposure: { freeThreaded: true, perInterpreter: false, withGil: false },
    file: entry.unit.file,
    span: { start, end: start + word.length },
    message: `Another thread may change ${word}.`,
    subject: word,
    site: { file: entry.unit.file, function: inside?.body.name ?? null, steps: [] },
    related: [],
    alsoMatches: [],
  };
}

const FUNCTION = /^[\w *]*?(\w+)\([^)]*\)\s*\{[\s\S]*?^\}/gm;

function unitOf(file: string, text: string): TranslationUnit {
  const functions = [...text.matchAll(FUNCTION)].map(match => {
    const block = { start: match[0].indexOf('{'), end: match[0].length };
    const body = { name: match[1] ?? '', length: match[0].length, block, steps: [] };
    // The workspace looks at nothing else of a function.
    return { start: match.index, body } as unknown as FunctionUnit;
  });
  const health: ParseHealth = {
    functions: functions.length,
    functionsNotRead: 0,
    characters: text.length,
    charactersNotRead: 0,
    unknownMacros: [],
    incomplete: false,
  };
  return { file, functions, health, includes: [], macros: [] } as unknown as TranslationUnit;
}

export interface World {
  readonly host: MemoryHost;
  readonly core: FakeCore;
  readonly workspace: Workspace;
}

export function world(files: Readonly<Record<string, string>>, options: Partial<WorkspaceOptions> = {}): World {
  const host = memoryHost(files);
  const core = fakeCore();
  return { host, core, workspace: new Workspace({ host, core, ...options }) };
}

/** `path:rule` of each finding, and `path:why` of what was not analysed. */
export async function scanAll({ workspace }: World, ...paths: string[]): Promise<string[]> {
  const seen: string[] = [];
  for await (const report of workspace.scan(paths)) seen.push(...lines(report));
  return seen;
}

export function lines(report: FileReport): string[] {
  if (report.skipped !== null) return [`${report.file}: ${report.skipped}`];
  const found = report.findings.map(entry => `${report.file}: ${entry.level} ${entry.rule}`);
  const notices = report.notices.map(entry => `${report.file}: ${entry.code}: ${entry.message}`);
  const suppressed = report.suppressed.map(
    ({ finding, by, reason }) => `${report.file}: ${finding.rule} by ${by} (${reason})`,
  );
  const all = [...found, ...suppressed, ...notices];
  return all.length === 0 ? [`${report.file}: nothing`] : all;
}
