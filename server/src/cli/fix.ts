/** `gilproof fix`: cures what can be cured without a decision, and says what could not. */
import { loadCore } from '../host/core.ts';
import { absolute, nodeHost } from '../host/node-host.ts';
import type { Core } from '../workspace/core.ts';
import { type FixedSource, fixBelow, inGroups } from '../workspace/fix-below.ts';
import { relativePath } from '../workspace/paths.ts';
import type { Host } from '../workspace/service.ts';
import { Workspace } from '../workspace/workspace.ts';
import { type Arguments, type Command, type ExitCode, flag, list, type Terminal, UsageError } from './command.ts';
import { writeAllOrNone } from './output.ts';
import { unifiedDiff } from './unified-diff.ts';

export const fix: Command = {
  name: 'fix',
  operands: 'PATH…',
  summary: 'Fix hazards in the sources below the paths',
  notes: [
    '',
    'Every fix is analysed before it is written: the hazard must be gone, and no other may have come.',
    'A file that can not be written stays as it was, and is named. So do those that a fix changed together with it;',
    'the others are written all the same.',
    'Exit code: 0 everything fixed, 1 hazards remain, 2 wrong command line or a file not written, 3 nothing could be analysed.',
  ],
  options: {
    diff: { type: 'boolean', help: 'Print what would change as a unified diff, and write nothing' },
    rule: { type: 'string', multiple: true, value: 'RULE', help: 'Fix only hazards of these rules' },
    'unsafe-fixes': { type: 'boolean', help: 'Also make fixes that leave a decision to you: read them' },
    quiet: { type: 'boolean', short: 'q', help: 'No summary' },
  },
  async run(args, terminal) {
    return await runFix(args, terminal, { core: await loadCore(), host: nodeHost, write: writeAllOrNone });
  },
};

/** What it works with; tests put their own in. */
export interface FixParts {
  readonly core: Core;
  readonly host: Host;
  /** Writes files whole: all of them, or none. */
  readonly write: (texts: ReadonlyMap<string, string>) => Promise<void>;
}

export async function runFix(args: Arguments, terminal: Terminal, { core, host, write }: FixParts): Promise<ExitCode> {
  const rules = new Set(list(args, 'rule'));
  const known = new Set(core.rules.map(rule => rule.id));
  const unknown = [...rules].find(rule => !known.has(rule));
  if (unknown !== undefined) throw new UsageError(`There is no rule '${unknown}'.`);
  if (args.positionals.length === 0) throw new UsageError('Say which files or directories to fix.');
  const paths = args.positionals.map(path => absolute(terminal.workingDirectory, path));
  for (const [i, path] of paths.entries()) {
    if ((await host.stat(path)) === null) throw new UsageError(`No such file or directory: ${args.positionals[i]}`);
  }
  const workspace = new Workspace({ host, core, folders: paths });
  const tree = await fixBelow(workspace, host, paths, {
    safety: flag(args, 'unsafe-fixes') ? 'suggested' : 'safe',
    wanted: finding => rules.size === 0 || rules.has(finding.rule),
    signal: terminal.signal,
  });
  const summary = new Summary(flag(args, 'diff'));
  const unwritten = new Set<string>();
  for (const group of flag(args, 'diff') ? [] : inGroups(tree)) {
    const problem = await problemOf(write(new Map(group.map(({ file, text }) => [file, text]))));
    if (problem === null) continue;
    const names = group.map(({ file }) => relativePath(terminal.workingDirectory, file));
    summary.addUnwritten(names.length === 1 ? problem : `${problem} (and so not ${names.join(', ')})`, names.length);
    for (const { file } of group) unwritten.add(file);
  }
  for (const source of tree.files) {
    const name = relativePath(terminal.workingDirectory, source.file);
    if (flag(args, 'diff')) terminal.out(unifiedDiff(name, source.before, source.text));
    if (!unwritten.has(source.file)) summary.add(name, source);
  }
  if (!flag(args, 'quiet') || summary.unwritten > 0) terminal.error(summary.text());
  if (summary.unwritten > 0) return 2;
  if (tree.analysed === 0) return 3;
  return summary.left > 0 ? 1 : 0;
}

/** Why it could not be written; null when it was. */
async function problemOf(writing: Promise<void>): Promise<string | null> {
  try {
    await writing;
    return null;
  } catch (error) {
    if (error instanceof UsageError) return error.message;
    throw error;
  }
}

class Summary {
  readonly #dry: boolean;
  readonly #lines: string[] = [];
  #applied = 0;
  #files = 0;
  left = 0;
  unwritten = 0;

  constructor(dry: boolean) {
    this.#dry = dry;
  }

  add(name: string, { applied, left, before, text }: FixedSource): void {
    this.#applied += applied.length;
    if (text !== before) this.#files++;
    this.left += left.length;
    for (const { fix: done } of applied) this.#lines.push(`${name}: ${done.title} (${done.rule})`);
    for (const { finding, reason } of left) {
      const line = text.slice(0, finding.span.start).split('\n').length;
      this.#lines.push(`${name}:${line}: left ${finding.rule}: ${reason}`);
    }
  }

  /** Files that stay as they were. */
  addUnwritten(problem: string, files: number): void {
    this.unwritten += files;
    this.#lines.push(problem);
  }

  text(): string {
    const verb = this.#dry ? 'would be applied' : 'applied';
    const total = `${this.#applied} ${this.#applied === 1 ? 'fix' : 'fixes'} ${verb} in ${this.#files} ${this.#files === 1 ? 'file' : 'files'}, ${this.left} ${this.left === 1 ? 'hazard' : 'hazards'} left.`;
    return `${[...this.#lines, total].join('\n')}\n`;
  }
}
