/** What is asked of a race target that comes from outside: an argument of a command, a saved state. No `vscode` here. */
import type { RaceTarget } from '../../server/src/lsp/race-messages.ts';

export function isTarget(value: unknown): value is RaceTarget {
  if (typeof value !== 'object' || value === null) return false;
  const { uri, line, character, rule, message } = value as Record<string, unknown>;
  const text = (part: unknown): boolean => part === undefined || typeof part === 'string';
  return typeof uri === 'string' && isPlace(line) && isPlace(character) && text(rule) && text(message);
}

function isPlace(value: unknown): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0;
}
