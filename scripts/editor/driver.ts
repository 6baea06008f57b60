/** A workbench with a page in front of it: what a person has before them, or what runs an extension-host test suite. */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { findChromium } from './chromium.ts';
import { startWorkbench, type Workbench } from './workbench.ts';

export interface WindowOptions {
  /** User data, server data and extensions live below it; emptied by the caller when that matters. */
  readonly dataDirectory: string;
  /** Absolute path of the folder to open. */
  readonly folder?: string;
  /** The extension from its sources; without it, what is installed in the data directory. */
  readonly extensionDevelopmentPath?: string;
  readonly extensionTestsPath?: string;
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly size?: { readonly width: number; readonly height: number };
  readonly environment?: Readonly<Record<string, string>>;
  /** Called before the page loads. */
  readonly prepare?: (page: Page) => Promise<void>;
}

export interface Window {
  readonly page: Page;
  readonly workbench: Workbench;
  close(): Promise<void>;
}

/** A quiet workbench: nothing moves, nothing asks, nothing calls home. */
const QUIET = {
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
  'workbench.reduceMotion': 'on',
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.enableExperiments': false,
  'security.workspace.trust.enabled': false,
  'telemetry.telemetryLevel': 'off',
  'extensions.autoCheckUpdates': false,
  'extensions.autoUpdate': false,
  'extensions.ignoreRecommendations': true,
  'update.mode': 'none',
  'git.openRepositoryInParentFolders': 'never',
  'chat.disableAIFeatures': true,
  'editor.cursorBlinking': 'solid',
  'editor.minimap.enabled': false,
};

/** Milliseconds. */
const LONGEST_SUITE = 600_000;
/** For anything to show; milliseconds. A machine that does other things as well needs its time. */
const PATIENCE = 60_000;

export async function openWindow(options: WindowOptions): Promise<Window> {
  writeSettings(options);
  const workbench = await startWorkbench({
    dataDirectory: options.dataDirectory,
    testDriver: options.extensionDevelopmentPath !== undefined,
    ...(options.environment === undefined ? {} : { environment: options.environment }),
  });
  let browser: Browser | undefined;
  try {
    browser = await chromium.launch({
      executablePath: findChromium(),
      args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-dev-shm-usage'],
    });
    const page = await browser.newPage({ viewport: options.size ?? { width: 1280, height: 800 } });
    page.setDefaultTimeout(PATIENCE);
    await options.prepare?.(page);
    await page.goto(address(workbench, options));
    await page.waitForSelector('.monaco-workbench .part.editor', { timeout: 60_000 });
    return { page, workbench, close: () => closeAll(browser, workbench) };
  } catch (error) {
    await closeAll(browser, workbench);
    throw error;
  }
}

async function closeAll(browser: Browser | undefined, workbench: Workbench): Promise<void> {
  await browser?.close();
  await workbench.stop();
}

function writeSettings(options: WindowOptions): void {
  const directory = path.join(options.dataDirectory, 'user', 'User');
  mkdirSync(directory, { recursive: true });
  writeFileSync(path.join(directory, 'settings.json'), JSON.stringify({ ...QUIET, ...options.settings }, null, 2));
}

function address({ url, authority }: Workbench, options: WindowOptions): string {
  const remote = (file: string): string => `vscode-remote://${authority}${file}`;
  const payload: [string, string][] = [];
  if (options.extensionDevelopmentPath !== undefined) {
    payload.push(['extensionDevelopmentPath', remote(options.extensionDevelopmentPath)]);
  }
  if (options.extensionTestsPath !== undefined) {
    payload.push(['extensionTestsPath', remote(options.extensionTestsPath)], ['enableProposedApi', '']);
  }
  const query = new URLSearchParams({ payload: JSON.stringify(payload) });
  if (options.folder === undefined) query.set('ew', 'true');
  else query.set('folder', options.folder);
  return `${url}/?${query}`;
}

/** Runs an extension-host test suite; answers its exit code. Its log goes to `write`. */
export async function runSuite(options: WindowOptions, write: (line: string) => void): Promise<number> {
  let finish: (code: number) => void = () => {};
  const finished = new Promise<number>(resolve => {
    finish = resolve;
  });
  const timer = setTimeout(() => {
    write('The suite did not end.');
    finish(1);
  }, LONGEST_SUITE);
  const prepare = async (page: Page): Promise<void> => {
    await page.exposeFunction('codeAutomationLog', (type: string, args: unknown[]) => {
      write(`${type === 'log' ? '' : `${type}: `}${args.map(String).join(' ')}`);
    });
    await page.exposeFunction('codeAutomationExit', (code: number) => finish(code));
  };
  const window = await openWindow({ ...options, prepare });
  try {
    return await finished;
  } finally {
    clearTimeout(timer);
    await window.close();
  }
}
