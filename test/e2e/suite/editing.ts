/** What a test does in the editor, and how it waits: until something is so, never for a time. */
import {
  type CodeAction,
  commands,
  type Diagnostic,
  extensions,
  languages,
  type Position,
  Range,
  type TextEditor,
  Uri,
  WorkspaceEdit,
  window,
  workspace,
} from 'vscode';

/** Milliseconds; a machine that does other things as well needs its time. */
const PATIENCE = 60_000;

/** Asks until the answer is truthy; fails with what was last seen. */
export async function until<T>(what: string, ask: () => T | Promise<T>): Promise<NonNullable<T>> {
  const end = Date.now() + PATIENCE;
  for (;;) {
    const answer = await ask();
    if (answer) return answer;
    if (Date.now() > end) throw new Error(`Waited in vain: ${what}`);
    await new Promise(resolve => setTimeout(resolve, 50));
  }
}

export function check(what: string, actual: unknown, expected: unknown): void {
  const [a, e] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (a !== e) throw new Error(`${what}\n  expected ${e}\n  actual   ${a}`);
}

export async function activated(): Promise<void> {
  const extension = extensions.getExtension('gilproof.gilproof');
  if (extension === undefined) throw new Error('The extension is not installed.');
  await extension.activate();
}

/** A file of the folder that is open. */
export function inFolder(file: string): Uri {
  const folder = workspace.workspaceFolders?.[0];
  if (folder === undefined) throw new Error('No folder is open.');
  return Uri.joinPath(folder.uri, file);
}

export async function open(file: string): Promise<TextEditor> {
  return window.showTextDocument(await workspace.openTextDocument(inFolder(file)));
}

/** A C file without a name. */
export async function openText(content: string): Promise<TextEditor> {
  return window.showTextDocument(await workspace.openTextDocument({ language: 'c', content }));
}

export function ours(uri: Uri): Diagnostic[] {
  return languages.getDiagnostics(uri).filter(diagnostic => diagnostic.source === 'gilproof');
}

export function ruleOf({ code }: Diagnostic): unknown {
  return typeof code === 'object' ? code.value : code;
}

/** Rules of the diagnostics on the line that has `text`, sorted. */
export function rulesAt(editor: TextEditor, text: string): unknown[] {
  const line = lineOf(editor, text);
  const here = ours(editor.document.uri).filter(diagnostic => diagnostic.range.start.line === line);
  return here.map(ruleOf).sort((a, b) => (String(a) < String(b) ? -1 : 1));
}

export function lineOf(editor: TextEditor, text: string): number {
  return positionOf(editor, text).line;
}

export function positionOf(editor: TextEditor, text: string): Position {
  const offset = editor.document.getText().indexOf(text);
  if (offset < 0) throw new Error(`"${text}" is not in ${editor.document.uri.path}`);
  return editor.document.positionAt(offset);
}

export async function replace(editor: TextEditor, before: string, after: string): Promise<void> {
  const start = positionOf(editor, before);
  const end = editor.document.positionAt(editor.document.offsetAt(start) + before.length);
  const edit = new WorkspaceEdit();
  edit.replace(editor.document.uri, new Range(start, end), after);
  if (!(await workspace.applyEdit(edit))) throw new Error(`Could not write "${after}".`);
}

/** The whole text of the document. */
export async function write(editor: TextEditor, text: string): Promise<void> {
  const { document } = editor;
  const edit = new WorkspaceEdit();
  edit.replace(document.uri, new Range(document.positionAt(0), document.positionAt(document.getText().length)), text);
  if (!(await workspace.applyEdit(edit))) throw new Error('Could not write the text.');
}

/** The menu of the light bulb at the start of `text`, edits resolved. */
export async function actionsAt(editor: TextEditor, text: string): Promise<CodeAction[]> {
  const at = positionOf(editor, text);
  return commands.executeCommand<CodeAction[]>(
    'vscode.executeCodeActionProvider',
    editor.document.uri,
    new Range(at, at),
    'quickfix',
    20,
  );
}

export async function closeAll(): Promise<void> {
  await commands.executeCommand('workbench.action.files.revert');
  await commands.executeCommand('workbench.action.closeAllEditors');
}
