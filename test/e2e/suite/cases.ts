/** The extension inside a real extension host, on `examples/tallybook`. */
import { execFileSync } from 'node:child_process';
import {
  type CodeAction,
  type CodeLens,
  commands,
  type Hover,
  type MarkdownString,
  Selection,
  window,
  workspace,
} from 'vscode';
import {
  actionsAt,
  activated,
  check,
  closeAll,
  inFolder,
  open,
  openText,
  ours,
  positionOf,
  replace,
  ruleOf,
  rulesAt,
  until,
} from './editing.ts';
import { fixCases } from './fix-cases.ts';
import type { Case } from './runner.ts';

const BOOK = 'src/book.c';
const BORROW = 'PyList_GetItem(self->history, 0)';

export const CASES: readonly Case[] = [
  {
    name: 'opening a C file activates the extension and shows its hazards',
    async run() {
      const editor = await open(BOOK);
      await until('diagnostics of book.c', () => ours(editor.document.uri).length > 0);
      check('rules on the borrowing line', rulesAt(editor, BORROW), ['borrowed-list-item']);
    },
  },
  {
    name: 'a diagnostic links to the page of its rule, which opens without a network',
    async run() {
      const editor = await open(BOOK);
      const diagnostic = await until('the diagnostic', () => ours(editor.document.uri).find(isBorrowed));
      const { code } = diagnostic;
      if (typeof code !== 'object') throw new Error('The code has no link.');
      check('scheme', code.target.scheme, 'command');
      const [rule] = JSON.parse(decodeURIComponent(code.target.query)) as [string];
      await commands.executeCommand(code.target.path, rule);
      await until('the preview', () => activeTabLabel()?.includes('borrowed-list-item'));
    },
  },
  {
    name: 'a pair shows its other end as related information',
    async run() {
      const editor = await open(BOOK);
      const pair = await until('a pair', () => ours(editor.document.uri).find(isUpdate));
      const related = pair.relatedInformation ?? [];
      if (related.length === 0) throw new Error('No related information.');
    },
  },
  {
    name: 'a typed hazard appears, and goes when it is deleted',
    async run() {
      const editor = await openText('#include <Python.h>\n\nstatic long calls;\n');
      await until('the server to have read it', async () => (await actionsAt(editor, 'calls')).length === 0);
      check('before', ours(editor.document.uri).length, 0);
      const method = [
        'static PyObject *count(PyObject *self, PyObject *ignored) {',
        '    calls++;',
        '    return PyLong_FromLong(calls);',
        '}',
        'static PyMethodDef methods[] = {{"count", count, METH_NOARGS, NULL}, {NULL}};',
        'static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "m", NULL, 0, methods};',
        'PyMODINIT_FUNC PyInit_m(void) { return PyModuleDef_Init(&module); }',
        '',
      ].join('\n');
      await replace(editor, 'static long calls;\n', `static long calls;\n${method}`);
      await until('the new hazard', () => rulesAt(editor, 'calls++').includes('global-counter'));
      await replace(editor, '    calls++;\n', '');
      await until('the hazard to go', () =>
        ours(editor.document.uri).every(entry => ruleOf(entry) !== 'global-counter'),
      );
    },
  },
  {
    name: 'a quick fix takes its diagnostic away',
    async run() {
      const editor = await open(BOOK);
      await until('the diagnostic', () => rulesAt(editor, BORROW).includes('borrowed-list-item'));
      const fix = (await actionsAt(editor, BORROW)).find(
        action => action.isPreferred === true && action.edit !== undefined,
      );
      if (fix === undefined) throw new Error('No preferred fix is offered.');
      await apply(fix);
      await until('the diagnostic to go', () => ours(editor.document.uri).every(entry => !isBorrowed(entry)));
    },
  },
  ...fixCases(async file => {
    const editor = await open(file);
    await until('diagnostics', () => ours(editor.document.uri).length > 0);
    return editor;
  }),
  {
    name: 'a lens leads to the race of its function, and goes when it is switched off',
    async run() {
      const editor = await open(BOOK);
      const lenses = () =>
        commands.executeCommand<CodeLens[]>('vscode.executeCodeLensProvider', editor.document.uri, 50);
      const line = positionOf(editor, 'Book_first(').line - 1;
      const lens = await until('the lens', async () =>
        (await lenses()).find(({ range, command }) => range.start.line === line && /steps/.test(command?.title ?? '')),
      );
      const { command, arguments: given } = lens.command ?? {};
      check('the command', command, 'gilproof.showRace');
      await commands.executeCommand('gilproof.showRace', ...(given ?? []));
      await until('the view', () => activeTabLabel()?.includes('Book_first'));
      const settings = workspace.getConfiguration('gilproof', editor.document.uri);
      await settings.update('codeLens', false, false);
      await until('no lens', async () => (await lenses()).length === 0);
      await settings.update('codeLens', undefined, false);
      await workspace.fs.delete(inFolder('.vscode'), { recursive: true });
    },
  },
  {
    name: 'the race at the cursor is shown by its command',
    async run() {
      const editor = await open(BOOK);
      await until('the diagnostic', () => rulesAt(editor, BORROW).includes('borrowed-list-item'));
      const at = positionOf(editor, BORROW);
      editor.selection = new Selection(at, at);
      await commands.executeCommand('gilproof.showRace');
      await until('the view', () => activeTabLabel()?.includes('Book_first'));
    },
  },
  {
    name: 'where nothing is reported, no view is left open',
    async run() {
      const editor = await open(BOOK);
      await until('diagnostics', () => ours(editor.document.uri).length > 0);
      editor.selection = new Selection(0, 0, 0, 0);
      await commands.executeCommand('gilproof.showRace');
      check(
        'views',
        window.tabGroups.all.flatMap(group => group.tabs).some(tab => tab.label.startsWith('Race')),
        false,
      );
    },
  },
  {
    name: 'the allowance of a line takes its diagnostic away, and asks for a reason',
    async run() {
      const editor = await open(BOOK);
      await until('the diagnostic', () => rulesAt(editor, 'self->hits++').includes('object-field-rmw'));
      const allow = (await actionsAt(editor, 'self->hits++')).find(action =>
        action.title.startsWith('Allow object-field-rmw'),
      );
      if (allow === undefined) throw new Error('No allowance is offered.');
      await apply(allow);
      check('the comment', editor.document.getText().includes('// gilproof: allow(object-field-rmw) '), true);
      await until('the diagnostic to go', () => rulesAt(editor, 'self->hits++').length === 0);
    },
  },
  {
    name: 'hover tells that a reference is borrowed and what replaces it',
    async run() {
      const editor = await open(BOOK);
      const at = positionOf(editor, BORROW);
      const text = await until('the hover', async () => {
        const hovers = await commands.executeCommand<Hover[]>('vscode.executeHoverProvider', editor.document.uri, at);
        return hovers.flatMap(hover => hover.contents.map(content => (content as MarkdownString).value)).join('\n');
      });
      check('borrowed', /borrowed reference/.test(text), true);
      check('replacement', /PyList_GetItemRef/.test(text), true);
    },
  },
  {
    name: 'a scan of the workspace brings files into the Problems panel that no editor holds',
    async run() {
      await activated();
      const uri = inFolder('src/tallybook.c');
      await commands.executeCommand('gilproof.scanWorkspace');
      await until('diagnostics of a closed file', () => ours(uri).length > 0);
    },
  },
  {
    name: 'C that is not extension code is left alone',
    async run() {
      const editor = await openText('static long calls;\nvoid count(void) { calls++; }\n');
      await until('the server to have read it', async () => (await actionsAt(editor, 'calls++')).length === 0);
      check('diagnostics', ours(editor.document.uri).length, 0);
    },
  },
  {
    name: 'switched off for the folder, nothing is shown; switched on again, all is',
    async run() {
      const editor = await open(BOOK);
      const settings = workspace.getConfiguration('gilproof', editor.document.uri);
      await until('diagnostics', () => ours(editor.document.uri).length > 0);
      await settings.update('enable', false, false);
      await until('none', () => ours(editor.document.uri).length === 0);
      await settings.update('enable', undefined, false);
      await until('diagnostics again', () => ours(editor.document.uri).length > 0);
      await workspace.fs.delete(inFolder('.vscode'), { recursive: true });
    },
  },
  {
    name: 'the explanation of a line opens beside the editor',
    async run() {
      const editor = await open(BOOK);
      const at = positionOf(editor, BORROW);
      editor.selection = new Selection(at, at);
      await commands.executeCommand('gilproof.explain');
      await until('the explanation', () =>
        window.visibleTextEditors.some(
          other => other.document.uri.scheme === 'gilproof-explanation' && other.document.getText() !== '',
        ),
      );
    },
  },
  {
    name: 'a killed server comes back, and its diagnostics with it',
    async run() {
      const editor = await open(BOOK);
      await until('diagnostics', () => ours(editor.document.uri).length > 0);
      const before = serverProcesses();
      check('servers', before.length, 1);
      for (const id of before) process.kill(id, 'SIGKILL');
      await until('another server', () => {
        const now = serverProcesses();
        return now.length === 1 && now[0] !== before[0];
      });
      await until('diagnostics again', () => rulesAt(editor, BORROW).includes('borrowed-list-item'));
    },
  },
  {
    name: 'restarting the server by hand gives a new one',
    async run() {
      const editor = await open(BOOK);
      const before = await until('a server', () => serverProcesses()[0]);
      await commands.executeCommand('gilproof.restartServer');
      await until('another server', () => serverProcesses().length === 1 && serverProcesses()[0] !== before);
      await until('diagnostics', () => ours(editor.document.uri).length > 0);
    },
  },
  {
    name: 'restarting it again and again while it starts leaves one server',
    async run() {
      const editor = await open(BOOK);
      const restarts: Thenable<unknown>[] = [];
      for (const pause of [0, 1, 5, 25, 125]) {
        restarts.push(commands.executeCommand('gilproof.restartServer'));
        await new Promise(resolve => setTimeout(resolve, pause));
      }
      await Promise.all(restarts);
      await until('one server', () => serverProcesses().length === 1);
      await until('diagnostics', () => ours(editor.document.uri).length > 0);
      check('servers', serverProcesses().length, 1);
    },
  },
].map(test => ({
  name: test.name,
  async run() {
    try {
      await test.run();
    } finally {
      await closeAll();
    }
  },
}));

function isBorrowed(diagnostic: Parameters<typeof ruleOf>[0]): boolean {
  return ruleOf(diagnostic) === 'borrowed-list-item';
}

function isUpdate(diagnostic: Parameters<typeof ruleOf>[0]): boolean {
  return ruleOf(diagnostic) === 'object-field-rmw' && (diagnostic.relatedInformation ?? []).length > 0;
}

async function apply(action: CodeAction): Promise<void> {
  if (action.edit === undefined || !(await workspace.applyEdit(action.edit)))
    throw new Error(`"${action.title}" was not applied.`);
}

function activeTabLabel(): string | undefined {
  return window.tabGroups.activeTabGroup.activeTab?.label;
}

/** Process ids of the language servers that this extension host runs. */
function serverProcesses(): number[] {
  const table = execFileSync('ps', ['-eo', 'pid=,ppid=,args='], { encoding: 'utf8' });
  return table
    .split('\n')
    .map(line => /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line))
    .filter(match => match !== null && match[2] === String(process.pid) && /dist[/\\]server\.cjs/.test(match[3] ?? ''))
    .map(match => Number(match?.[1]));
}
