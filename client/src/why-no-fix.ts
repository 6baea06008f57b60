/** What the menu of the light bulb has no room for: everything that was tried for a finding, and why it can't be done. */
import { type ExtensionContext, window } from 'vscode';
import type { WhyNoFix } from '../../server/src/lsp/messages.ts';
import { openRulePage } from './rule-pages.ts';

/** `given` comes with a command, so from anybody: what is no answer of our server does nothing. */
export async function sayWhyNoFix(context: ExtensionContext, given: unknown): Promise<void> {
  if (!isWhy(given)) return;
  const page = 'Open the Page of the Rule';
  const reasons = given.refusals.map(({ title, reason }) => `${title}: ${reason}`);
  const chosen = await window.showInformationMessage(`No fix for ${given.rule}. ${reasons.join(' ')}`, page);
  if (chosen === page) await openRulePage(context, given.rule);
}

function isWhy(given: unknown): given is WhyNoFix {
  if (typeof given !== 'object' || given === null) return false;
  const { rule, refusals } = given as Partial<Record<keyof WhyNoFix, unknown>>;
  return typeof rule === 'string' && Array.isArray(refusals) && refusals.every(isRefusal);
}

function isRefusal(given: unknown): boolean {
  if (typeof given !== 'object' || given === null) return false;
  const { title, reason } = given as Record<string, unknown>;
  return typeof title === 'string' && typeof reason === 'string';
}
