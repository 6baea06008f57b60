/** What every command of the command line is: a row of the table in `commands.ts`, one file each. */
import type { ParseArgsOptionsConfig } from 'node:util';

/** 0: nothing found. 1: findings. 2: the command line was wrong. 3: nothing could be analysed. */
export type ExitCode = 0 | 1 | 2 | 3;

interface Option {
  readonly type: 'string' | 'boolean';
  readonly multiple?: boolean;
  readonly short?: string;
  /** Name of the value in the help: `FILE`. */
  readonly value?: string;
  readonly help: string;
}

export type Options = Readonly<Record<string, Option>>;

/** Values as `parseArgs` gives them; `strings` and the like below read them with their type. */
export interface Arguments {
  readonly values: Readonly<Record<string, string | boolean | readonly (string | boolean)[] | undefined>>;
  readonly positionals: readonly string[];
}

/** The terminal, injected so that commands can be run in tests. */
export interface Terminal {
  out(text: string): void;
  error(text: string): void;
  /** Escape codes may be written to `out`. */
  readonly colour: boolean;
  /** A line of progress may be drawn on `error` and drawn over. */
  readonly progress: boolean;
  /** Absolute, with `/`. */
  readonly workingDirectory: string;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
}

export interface Command {
  readonly name: string;
  /** What follows the name: `PATH…`. */
  readonly operands: string;
  /** One line, for the list of commands. */
  readonly summary: string;
  /** More lines for the command's own help. */
  readonly notes?: readonly string[];
  readonly options: Options;
  run(args: Arguments, terminal: Terminal): Promise<ExitCode>;
}

/** The command line is wrong: the message is printed, and the exit code is 2. */
export class UsageError extends Error {}

export function string(args: Arguments, name: string): string | undefined {
  const value = args.values[name];
  return typeof value === 'string' ? value : undefined;
}

/** All values of an option that may be repeated; commas separate values too. */
export function list(args: Arguments, name: string): string[] {
  const value = args.values[name];
  const values = Array.isArray(value) ? value : [value];
  return values.flatMap(entry => (typeof entry === 'string' ? entry.split(',') : [])).filter(entry => entry !== '');
}

export function flag(args: Arguments, name: string): boolean {
  return args.values[name] === true;
}

export function choice<T extends string>(args: Arguments, name: string, values: readonly T[]): T | undefined {
  const value = string(args, name);
  if (value === undefined) return undefined;
  const found = values.find(candidate => candidate === value);
  if (found === undefined) throw new UsageError(`--${name} must be one of ${values.join(', ')}, not '${value}'.`);
  return found;
}

export function parseOptions(options: Options): ParseArgsOptionsConfig {
  return Object.fromEntries(
    Object.entries(options).map(([name, { type, multiple, short }]) => [
      name,
      { type, ...(multiple === undefined ? {} : { multiple }), ...(short === undefined ? {} : { short }) },
    ]),
  );
}
