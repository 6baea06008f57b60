/** What the client at the other end can do and asked for, read once. */
import type { InitializeParams } from 'vscode-languageserver';
import type { Options } from './messages.ts';

export interface Client {
  readonly options: Options;
  readonly pullsDiagnostics: boolean;
  readonly refreshesDiagnostics: boolean;
  readonly refreshesLenses: boolean;
  readonly relatedInformation: boolean;
  readonly answersConfiguration: boolean;
  readonly registersConfiguration: boolean;
  readonly watchesFiles: boolean;
  readonly hoverFormat: 'markdown' | 'plaintext';
  readonly resolvesEdits: boolean;
  readonly showsDisabledActions: boolean;
  readonly versionedEdits: boolean;
  readonly snippetEdits: boolean;
  /** URIs of the workspace's folders, as they were at the start. */
  readonly folders: readonly string[];
}

export function readClient(params: InitializeParams): Client {
  const { textDocument, workspace } = params.capabilities;
  const folders = params.workspaceFolders?.map(folder => folder.uri) ?? [];
  return {
    options: readOptions(params.initializationOptions),
    pullsDiagnostics: textDocument?.diagnostic !== undefined,
    refreshesDiagnostics: workspace?.diagnostics?.refreshSupport === true,
    refreshesLenses: workspace?.codeLens?.refreshSupport === true,
    relatedInformation:
      (textDocument?.diagnostic?.relatedInformation ?? textDocument?.publishDiagnostics?.relatedInformation) === true,
    answersConfiguration: workspace?.configuration === true,
    registersConfiguration: workspace?.didChangeConfiguration?.dynamicRegistration === true,
    watchesFiles: workspace?.didChangeWatchedFiles?.dynamicRegistration === true,
    hoverFormat: textDocument?.hover?.contentFormat?.includes('markdown') === true ? 'markdown' : 'plaintext',
    resolvesEdits: textDocument?.codeAction?.resolveSupport?.properties.includes('edit') === true,
    showsDisabledActions: textDocument?.codeAction?.disabledSupport === true,
    versionedEdits: workspace?.workspaceEdit?.documentChanges === true,
    snippetEdits: workspace?.workspaceEdit?.snippetEditSupport === true,
    // Older clients give one folder by its root.
    folders: folders.length === 0 && typeof params.rootUri === 'string' ? [params.rootUri] : folders,
  };
}

/** Options come from anybody's client: what has the wrong type counts as missing. */
function readOptions(given: unknown): Options {
  if (typeof given !== 'object' || given === null) return {};
  const { rulePage, status, races, refusals, settings } = given as Record<string, unknown>;
  return {
    ...(typeof rulePage === 'string' ? { rulePage } : {}),
    status: status === true,
    races: races === true,
    refusals: refusals === true,
    ...(settings === undefined ? {} : { settings }),
  };
}
