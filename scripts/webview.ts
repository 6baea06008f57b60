/** How the race view is bundled: used by the build and by the tests, so that what is tested is what ships. */
import type { BuildOptions } from 'esbuild';
import { inRoot } from './paths.ts';

/** Gives `race.js` and `race.css`. */
export const webviewBuild: BuildOptions = {
  entryPoints: { race: inRoot('client', 'webview', 'main.ts') },
  bundle: true,
  format: 'iife',
  platform: 'browser',
  target: 'es2022',
  minify: true,
  legalComments: 'none',
};
