/** Once before all end-to-end tests: the bundles, the suite's bundle, the workbench and the browser. */
import { spawnSync } from 'node:child_process';
import { build } from 'esbuild';
import { findChromium } from '../../scripts/editor/chromium.ts';
import { installWorkbench } from '../../scripts/editor/workbench.ts';
import { inRoot, root } from '../../scripts/paths.ts';
import { SUITE } from './places.ts';

export async function setup(): Promise<void> {
  installWorkbench();
  findChromium();
  const bundles = spawnSync(process.execPath, [inRoot('scripts', 'build.mjs')], { cwd: root, stdio: 'inherit' });
  if (bundles.status !== 0) throw new Error('The bundles could not be built.');
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
