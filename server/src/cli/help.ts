/** Help made from the tables of commands and options, so that it can't be out of date. */
import type { Command } from './command.ts';

const WIDTH = 30;

export function helpText(commands: readonly Command[], version: string): string {
  return [
    `gilproof ${version}: finds the races of Python C extensions that run without the GIL`,
    '',
    'Usage: gilproof COMMAND …',
    '',
    ...commands.map(command => row(`${command.name} ${command.operands}`, command.summary)),
    '',
    row('COMMAND --help', 'Options of a command'),
    row('--version', 'Print the version'),
    '',
  ].join('\n');
}

export function commandHelp(command: Command): string {
  return [
    `Usage: gilproof ${command.name} ${command.operands}`,
    '',
    command.summary,
    ...(command.notes ?? []),
    '',
    ...Object.entries(command.options).map(([name, option]) => {
      const short = option.short === undefined ? '' : `-${option.short}, `;
      const value = option.type === 'string' ? ` ${option.value ?? 'VALUE'}` : '';
      return row(`${short}--${name}${value}${option.multiple ? ' …' : ''}`, option.help);
    }),
    '',
  ].join('\n');
}

function row(left: string, right: string): string {
  return left.length >= WIDTH ? `  ${left}\n  ${' '.repeat(WIDTH)}${right}` : `  ${left.padEnd(WIDTH)}${right}`;
}
