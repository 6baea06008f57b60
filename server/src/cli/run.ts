/** One command line run: the command found, its options parsed, its failures turned into a message and an exit code. */
import { parseArgs } from 'node:util';
import { nearestName } from '../workspace/nearest.ts';
import { type Command, type ExitCode, parseOptions, type Terminal, UsageError } from './command.ts';
import { commandHelp, helpText } from './help.ts';

export async function run(
  argv: readonly string[],
  commands: readonly Command[],
  version: string,
  terminal: Terminal,
): Promise<ExitCode> {
  const [name, ...rest] = argv;
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    const asked = commands.find(command => command.name === rest[0]);
    const text = asked ? commandHelp(asked) : helpText(commands, version);
    if (name === undefined) terminal.error(text);
    else terminal.out(text);
    return name === undefined ? 2 : 0;
  }
  if (name === '--version' || name === '-V') {
    terminal.out(`gilproof ${version}\n`);
    return 0;
  }
  const command = commands.find(candidate => candidate.name === name);
  if (!command) {
    const near = nearestName(
      name,
      commands.map(candidate => candidate.name),
    );
    terminal.error(`gilproof: no command '${name}'.${near === null ? '' : ` Did you mean '${near}'?`}\n`);
    terminal.error(helpText(commands, version));
    return 2;
  }
  try {
    const options = { ...parseOptions(command.options), help: { type: 'boolean', short: 'h' } as const };
    const { values, positionals } = parseArgs({ args: [...rest], options, allowPositionals: true, strict: true });
    if (values['help'] === true) {
      terminal.out(commandHelp(command));
      return 0;
    }
    return await command.run({ values, positionals }, terminal);
  } catch (error) {
    if (!(error instanceof UsageError) && !isParseError(error)) throw error;
    terminal.error(`gilproof ${command.name}: ${error.message}\n`);
    terminal.error(`Try 'gilproof ${command.name} --help'.\n`);
    return 2;
  }
}

function isParseError(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS');
}
