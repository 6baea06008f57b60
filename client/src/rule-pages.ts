/** The pages of the rules, which come with the extension and are shown as Markdown previews, without a network. */
import { commands, type Diagnostic, type ExtensionContext, languages, Uri, window, workspace } from 'vscode';

/** The link of a diagnostic: opens the page instead of its raw text. `rule` may be the server's `{rule}` placeholder. */
export function rulePageLink(rule: string): string {
  return `command:gilproof.openRuleDocumentation?%5B%22${rule}%22%5D`;
}

/** Without a rule, the one under the cursor; without that, the user picks one. */
export async function openRulePage(context: ExtensionContext, given: unknown): Promise<void> {
  const folder = Uri.joinPath(context.extensionUri, 'dist', 'rules');
  const rule = typeof given === 'string' ? given : (ruleAtCursor() ?? (await pickRule(folder)));
  if (rule === undefined) return;
  const page = Uri.joinPath(folder, `${rule}.md`);
  // The name may come from anybody's link.
  const known = /^[a-z0-9-]+$/.test(rule) && (await exists(page));
  if (known) await commands.executeCommand('markdown.showPreview', page);
  else void window.showWarningMessage(`Gilproof has no page about "${rule}".`);
}

function ruleAtCursor(): string | undefined {
  const editor = window.activeTextEditor;
  if (editor === undefined) return undefined;
  const here = languages
    .getDiagnostics(editor.document.uri)
    .filter(entry => entry.source === 'gilproof' && entry.range.contains(editor.selection.active));
  return here.map(ruleOf).find(rule => rule !== undefined);
}

function ruleOf({ code }: Diagnostic): string | undefined {
  const value = typeof code === 'object' ? code.value : code;
  return typeof value === 'string' ? value : undefined;
}

async function pickRule(folder: Uri): Promise<string | undefined> {
  const entries = await workspace.fs.readDirectory(folder).then(undefined, () => []);
  const rules = entries
    .map(([name]) => name)
    .filter(name => name.endsWith('.md') && name !== 'index.md')
    .map(name => name.slice(0, -'.md'.length));
  if (rules.length === 0) {
    void window.showWarningMessage('The pages of the rules are missing from this installation of Gilproof.');
    return undefined;
  }
  return window.showQuickPick(rules.sort(), { title: 'Gilproof: rules', placeHolder: 'Which rule?' });
}

async function exists(page: Uri): Promise<boolean> {
  return workspace.fs.stat(page).then(
    () => true,
    () => false,
  );
}
