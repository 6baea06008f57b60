/** Why a finding has no fix, where a person looks for one. */
import { type CodeAction, CodeActionKind, type Diagnostic } from 'vscode-languageserver';
import type { Refusal } from '../workspace/service.ts';
import { commandAction } from './command-action.ts';
import { WHY_NO_FIX, type WhyNoFix } from './messages.ts';
import type { Session } from './session.ts';

/**
 * The protocol's way are disabled actions. VS Code leaves those out of the menu behind its light bulb, so for a client that has
 * the command there is an entry that can be chosen instead: it says the first reason, and tells all of them when chosen.
 */
export function refusalActions(session: Session, refused: readonly Refusal[], diagnostic: Diagnostic): CodeAction[] {
  const [first] = refused;
  if (first === undefined) return [];
  if (session.client.options.refusals === true) {
    const why: WhyNoFix = { rule: first.rule, refusals: refused.map(({ title, reason }) => ({ title, reason })) };
    const title = `No fix: ${first.reason}`;
    return [commandAction({ title, command: WHY_NO_FIX, arguments: [why] }, diagnostic)];
  }
  if (!session.client.showsDisabledActions) return [];
  return refused.map(({ title, reason }) => ({
    title,
    kind: CodeActionKind.QuickFix,
    diagnostics: [diagnostic],
    disabled: { reason },
  }));
}
