/** The command that scans the workspace: progress that can be cancelled, results in the Problems panel, a summary. */
import { commands, ProgressLocation, Uri, window, workspace } from 'vscode';
import type { LanguageClient, WorkDoneProgressBegin, WorkDoneProgressReport } from 'vscode-languageclient/node';
import { WorkDoneProgress } from 'vscode-languageclient/node';
import { type ScanSummary, SERVER_COMMANDS } from '../../server/src/lsp/messages.ts';
import { summaryText } from './summary-text.ts';

/** `folder`: scan only below it (from the Explorer's menu); else all folders of the workspace. */
export async function scanWorkspace(client: LanguageClient, folder: unknown): Promise<void> {
  const roots = folder instanceof Uri ? [folder] : (workspace.workspaceFolders ?? []).map(entry => entry.uri);
  if (roots.length === 0) {
    void window.showInformationMessage('Open a folder first: there is nothing to scan.');
    return;
  }
  const uris = roots.map(root => client.code2ProtocolConverter.asUri(root));
  const summary = await window.withProgress(
    { location: ProgressLocation.Notification, title: 'Gilproof: scanning', cancellable: true },
    async (progress, token) => {
      const workDoneToken = `gilproof-scan-${Date.now()}`;
      const show = (value: { message?: string }): void => {
        if (value.message !== undefined) progress.report({ message: value.message });
      };
      const listener = client.onProgress(WorkDoneProgress.type, workDoneToken, value =>
        show(value as WorkDoneProgressBegin | WorkDoneProgressReport),
      );
      const params = { command: SERVER_COMMANDS.scan, arguments: uris, workDoneToken };
      try {
        return await client.sendRequest<ScanSummary | null>('workspace/executeCommand', params, token);
      } finally {
        listener.dispose();
      }
    },
  );
  if (summary === null) {
    void window.showErrorMessage('The scan failed; the log of Gilproof says why.');
    return;
  }
  void offerProblems(summary);
}

/** Not awaited: the scan is done, whether or not anybody reads the message. */
async function offerProblems(summary: ScanSummary): Promise<void> {
  const showProblems = 'Show Problems';
  const actions = summary.findings > 0 ? [showProblems] : [];
  const chosen = await window.showInformationMessage(summaryText(summary), ...actions);
  if (chosen === showProblems) await commands.executeCommand('workbench.actions.view.problems');
}
