/** How the race view is bundled: used by the build and by the tests, so that what is tested is what ships. */
import type { BuildOptions } from 'esbuild';
import { inRoot } from './paths.ts';

/** Gives `webview.js` and `webview.css`. */
export const webviewBuild: BuildOptions = {
  entryPoints: ['main.ts', 'main.css'].map(name => ({ in: inRoot('client', 'webview', name), out: 'webview' })),
  bundle: true,
  format: 'iife',
  platform: 'browser',
  target: 'chrome122',
  minify: true,
  legalComments: 'none',
};
