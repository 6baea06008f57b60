/** Fixes as VS Code shows and makes them, on `examples/tallybook`. */
import { type CodeAction, commands, type Uri, workspace } from 'vscode';
import { actionsAt, check, inFolder, type open, ours, ruleOf, rulesAt, until, write } from './editing.ts';
import type { Case } from './runner.ts';

const BOOK = 'src/book.c';
const UPDATE = 'self->hits++';

type Editor = Awaited<ReturnType<typeof open>>;

/** `opened`: opens a file of the folder and waits for its diagnostics. */
export function fixCases(opened: (file: string) => Promise<Editor>): readonly Case[] {
  return [
    {
      name: 'a quick fix is undone by one undo',
      async run() {
        const editor = await opened(BOOK);
        const before = editor.document.getText();
        await apply(await actionNamed(editor, UPDATE, title => title.startsWith('Lock `self`')));
        check('changed', editor.document.getText() !== before, true);
        await until('the diagnostic to go', () => rulesAt(editor, UPDATE).length === 0);
        await commands.executeCommand('undo');
        check('the text after undo', editor.document.getText(), before);
        await until('the diagnostic again', () => rulesAt(editor, UPDATE).includes('object-field-rmw'));
      },
    },
    {
      name: 'all findings of a rule in the file are fixed at once',
      async run() {
        const editor = await opened(BOOK);
        await apply(await actionNamed(editor, UPDATE, title => title.startsWith('Fix all object-field-rmw')));
        await until('the diagnostics to go', () =>
          ours(editor.document.uri).every(entry => ruleOf(entry) !== 'object-field-rmw'),
        );
        check('others are left', ours(editor.document.uri).length > 0, true);
      },
    },
    {
      name: 'where there is no fix, the menu has an entry that says why',
      async run() {
        const editor = await opened(BOOK);
        const why = await actionNamed(editor, 'PyTuple_SET_ITEM(tuple', title => title.startsWith('No fix: '));
        // The menu of the light bulb leaves out what is disabled.
        check('disabled', why.disabled, undefined);
        check('the command', why.command?.command, 'gilproof.whyNoFix');
      },
    },
    {
      name: 'on save, what needs no decision is fixed',
      async run() {
        const editor = await opened(BOOK);
        const uri = inFolder(BOOK);
        const before = editor.document.getText();
        const settings = workspace.getConfiguration('editor', uri);
        await settings.update('codeActionsOnSave', { 'source.fixAll.gilproof': 'explicit' }, false);
        try {
          await write(editor, `${before}\n`);
          await commands.executeCommand('workbench.action.files.save');
          await until(
            'the fixes',
            () => !editor.document.isDirty && editor.document.getText().includes('PyList_GetItemRef('),
          );
          // The editor asks anew for the diagnostics of a text that changed.
          await until('what needs a decision', () =>
            rulesAt(editor, 'PyTuple_SET_ITEM(tuple').includes('tuple-mutation-shared'),
          );
        } finally {
          await settings.update('codeActionsOnSave', undefined, false);
          await write(editor, before);
          await commands.executeCommand('workbench.action.files.saveWithoutFormatting');
          // What is still being written when the editor is closed comes back fixed.
          await until('the text as it was', async () => (await textOf(uri)) === before);
          await workspace.fs.delete(inFolder('.vscode'), { recursive: true });
        }
      },
    },
  ];
}

/** As it is on the disk. */
async function textOf(uri: Uri): Promise<string> {
  return new TextDecoder().decode(await workspace.fs.readFile(uri));
}

async function actionNamed(editor: Editor, at: string, is: (title: string) => boolean): Promise<CodeAction> {
  return until('the fix in the menu', async () => (await actionsAt(editor, at)).find(({ title }) => is(title)));
}

async function apply(action: CodeAction): Promise<void> {
  if (action.edit === undefined || !(await workspace.applyEdit(action.edit)))
    throw new Error(`"${action.title}" was not applied.`);
}
