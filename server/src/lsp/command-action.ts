/** An entry of the light bulb that runs a command of the editor and edits nothing. */
import { type CodeAction, CodeActionKind, type Command, type Diagnostic } from 'vscode-languageserver';

/**
 * A quick fix by its kind alone: the Problems panel offers no other. The empty edit tells the editor that nothing is left to ask for:
 * VS Code would resolve the action before it runs the command, and a light bulb that is renewed meanwhile takes the command away.
 */
export function commandAction(command: Command, diagnostic: Diagnostic): CodeAction {
  return { title: command.title, kind: CodeActionKind.QuickFix, diagnostics: [diagnostic], edit: {}, command };
}
