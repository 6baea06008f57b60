/** The bundled race view in Chromium, with the editor's side played by a stub: what it is told, what it answers, its state. */
import { build } from 'esbuild';
import { type Browser, chromium, type Page } from 'playwright-core';
import { racePage } from '../../client/src/race-page.ts';
import type { HostToView, ViewToHost } from '../../client/webview/messages.ts';
import { findChromium } from '../../scripts/editor/chromium.ts';
import { inRoot } from '../../scripts/paths.ts';
import { WEBVIEW_BUNDLES, webviewOptions } from '../../scripts/webview.mjs';
import type { Playback } from '../../server/src/simulator/playback.ts';
import { SCENARIOS } from '../../server/src/simulator/scenarios/index.ts';
import { play } from '../../server/src/simulator/scenarios/scenario.ts';
import { THEMES, type ThemeName } from './themes.ts';

/** A made-up origin: every request to it is answered from memory, every other one fails. */
const ORIGIN = 'https://view.invalid';

export interface Bundle {
  readonly script: string;
  readonly style: string;
}

export async function bundleView(): Promise<Bundle> {
  const [script = '', style = ''] = await Promise.all(
    WEBVIEW_BUNDLES.map(async ({ entry }) => {
      const result = await build({ ...webviewOptions, entryPoints: [inRoot(entry)], write: false });
      return result.outputFiles?.[0]?.text ?? '';
    }),
  );
  return { script, style };
}

/** A demo as the server would send it. */
export function sample(id: string): Playback {
  const scenario = SCENARIOS.find(one => one.id === id);
  if (!scenario) throw new Error(`No demo is called ${id}.`);
  return play(scenario);
}

/** What is looked at in every theme and width: a crash, a deadlock around the GIL, sections of three threads, costs. */
export const SAMPLES = ['borrowed-item', 'native-lock-across-python', 'nested-sections', 'counts-naive'];

export const ALL = SCENARIOS.map(scenario => scenario.id);

export function launch(): Promise<Browser> {
  return chromium.launch({ executablePath: findChromium(), args: ['--no-sandbox', '--force-color-profile=srgb'] });
}

export interface Look {
  readonly theme?: ThemeName;
  readonly width?: number;
  readonly height?: number;
  readonly reducedMotion?: boolean;
  /** What `getState` gives when the page starts. */
  readonly saved?: unknown;
}

interface StubWindow {
  sent: ViewToHost[];
  saved: unknown;
}

export class View {
  readonly page: Page;
  /** What went wrong in the page: exceptions, and what the content policy refused. */
  readonly problems: string[] = [];

  constructor(page: Page) {
    this.page = page;
    page.on('pageerror', error => this.problems.push(String(error)));
    page.on('console', message => {
      if (message.type() === 'error') this.problems.push(message.text());
    });
  }

  async show(playback: Playback, more: Partial<Extract<HostToView, { type: 'show' }>> = {}): Promise<void> {
    await this.tell({ type: 'show', playback, abilities: { exportReproducer: false, models: [] }, ...more });
    await this.page.waitForSelector('[role=option]');
  }

  async tell(message: HostToView): Promise<void> {
    await this.page.evaluate(data => window.dispatchEvent(new MessageEvent('message', { data })), message);
  }

  /** Messages that the view has sent so far. */
  sent(): Promise<ViewToHost[]> {
    return this.page.evaluate(() => (window as unknown as StubWindow).sent);
  }

  saved(): Promise<unknown> {
    return this.page.evaluate(() => (window as unknown as StubWindow).saved);
  }

  async press(...keys: readonly string[]): Promise<void> {
    for (const key of keys) await this.page.keyboard.press(key);
  }

  /** Number of the step that the scrubber shows, from 1. */
  async step(): Promise<number> {
    // `3–8` while a folded operation is shown: its last.
    return Number(/\d+$/.exec((await this.page.locator('.position strong').textContent()) ?? '')?.[0]);
  }
}

export async function openView(browser: Browser, bundle: Bundle, look: Look = {}): Promise<View> {
  const theme = THEMES[look.theme ?? 'dark'];
  const page = await browser.newPage({
    viewport: { width: look.width ?? 1100, height: look.height ?? 900 },
    reducedMotion: look.reducedMotion === false ? 'no-preference' : 'reduce',
  });
  const view = new View(page);
  const html = racePage({ ...bundle, nonce: 'c3R1Yg' });
  await page.route('**/*', route => {
    const url = route.request().url();
    if (url === `${ORIGIN}/`) return route.fulfill({ contentType: 'text/html', body: html });
    return route.abort();
  });
  await page.addInitScript(
    ({ saved, theme }) => {
      const stub = window as unknown as StubWindow & { acquireVsCodeApi: unknown };
      stub.sent = [];
      stub.saved = saved;
      stub.acquireVsCodeApi = () => ({
        postMessage: (message: ViewToHost) => stub.sent.push(message),
        getState: () => stub.saved,
        setState: (state: unknown) => {
          stub.saved = state;
        },
      });
      document.addEventListener('DOMContentLoaded', () => {
        for (const [name, value] of Object.entries(theme.colours)) {
          document.documentElement.style.setProperty(`--vscode-${name}`, value);
        }
        document.body.className = theme.bodyClass;
      });
    },
    { saved: look.saved, theme },
  );
  await page.goto(`${ORIGIN}/`);
  await page.waitForSelector('#root > *');
  return view;
}
