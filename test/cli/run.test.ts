import { expect, test } from 'vitest';
import type { Command } from '../../server/src/cli/command.ts';
import { COMMANDS } from '../../server/src/cli/commands.ts';
import { run } from '../../server/src/cli/run.ts';
import { testTerminal } from './terminal.ts';

const echo: Command = {
  name: 'echo',
  operands: 'WORD…',
  summary: 'Say it again',
  options: {
    loud: { type: 'boolean', short: 'l', help: 'In capitals' },
    times: { type: 'string', value: 'N', help: 'How often' },
  },
  async run(args, terminal) {
    terminal.out(`${args.positionals.join(' ')} ${String(args.values['loud'] ?? false)}\n`);
    return 0;
  },
};

async function ran(...argv: string[]) {
  const terminal = testTerminal();
  const code = await run(argv, [echo], '1.2.3', terminal);
  return { code, out: terminal.written(), error: terminal.complained() };
}

test('a command gets its operands and options', async () => {
  expect(await ran('echo', 'a', '-l', 'b')).toEqual({ code: 0, out: 'a b true\n', error: '' });
});

test('help is made from the tables', async () => {
  expect((await ran('--help')).out).toContain('echo WORD…');
  expect((await ran('echo', '--help')).out).toMatch(/-l, --loud +In capitals\n +--times N +How often/);
  expect((await ran('help', 'echo')).out).toContain('--loud');
  expect((await ran('--version')).out).toBe('gilproof 1.2.3\n');
});

test('a wrong command line is a usage error with a hint', async () => {
  expect(await ran()).toMatchObject({ code: 2, out: '' });
  const near = await ran('ecko');
  expect(near.code).toBe(2);
  expect(near.error).toContain("no command 'ecko'. Did you mean 'echo'?");
  const option = await ran('echo', '--quiet');
  expect(option.code).toBe(2);
  expect(option.error).toContain("gilproof echo: Unknown option '--quiet'");
});

test('every command of the table explains itself', async () => {
  for (const command of COMMANDS) {
    const terminal = testTerminal();
    expect(await run([command.name, '--help'], COMMANDS, '0', terminal)).toBe(0);
    expect(terminal.written()).toContain(command.summary);
  }
});
