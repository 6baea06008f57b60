// How the race view is bundled: for the build and for the tests, so that what is tested is what ships.

/** @type {import('esbuild').BuildOptions} */
export const webviewOptions = {
  platform: 'browser',
  format: 'iife',
  target: 'chrome122',
  bundle: true,
  // Identifiers stay whole: a stack trace in a bug report should say something.
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: 'none',
};

/** Script and style sheet, named as in `dist/`. */
export const WEBVIEW_BUNDLES = [
  { out: 'webview.js', entry: 'client/webview/main.ts' },
  { out: 'webview.css', entry: 'client/webview/main.css' },
];
