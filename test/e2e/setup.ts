/** Once before all end-to-end tests: the bundles and their package, the suite's bundle, the workbench and the browser. */
import { build } from 'esbuild';
import { findChromium } from '../../scripts/editor/chromium.ts';
import { installWorkbench } from '../../scripts/editor/workbench.ts';
import { packExtension } from '../../scripts/package.ts';
import { inRoot } from '../../scripts/paths.ts';
import { SUITE } from './places.ts';

export async function setup(): Promise<void> {
  installWorkbench();
  findChromium();
  packExtension();
  await build({
    entryPoints: [inRoot('test', 'e2e', 'suite', 'main.ts')],
    outfile: SUITE,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    external: ['vscode'],
    logLevel: 'warning',
  });
}
