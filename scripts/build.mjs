/**
 * Bundles everything that ships into `dist/`. Runs on Node 20 or newer; needs the packages installed.
 *
 *   server.cjs  the language server            cli.cjs, worker.cjs  the command line, and threads for it and the server
 *   extension.cjs  the client in VS Code       webview.js, .css     the race view
 *   *.wasm      parser and grammars            rules/               pages of the rules
 */

import { existsSync } from 'node:fs';
import { copyFile, cp, mkdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { WEBVIEW_BUNDLES, webviewOptions } from './webview.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = path.join(root, 'dist');
const inRoot = (...parts) => path.join(root, ...parts);

/** What runs on Node is CommonJS: VS Code loads extensions so, and forks servers so. */
const onNode = {
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  // CommonJS has no import.meta; web-tree-sitter and our own look-up of resources ask it for their place.
  define: { 'import.meta.url': 'importMetaUrl' },
  banner: { js: "const importMetaUrl = require('node:url').pathToFileURL(__filename).href;" },
};

const BUNDLES = [
  { out: 'server.cjs', entry: 'server/src/lsp/main.ts', options: onNode },
  { out: 'cli.cjs', entry: 'server/src/cli/main.ts', options: onNode },
  { out: 'worker.cjs', entry: 'server/src/cli/worker.ts', options: onNode },
  { out: 'extension.cjs', entry: 'client/src/extension.ts', options: { ...onNode, external: ['vscode'] } },
  ...WEBVIEW_BUNDLES.map(one => ({ ...one, options: webviewOptions })),
];

const FILES = [
  ['node_modules/web-tree-sitter/web-tree-sitter.wasm', 'web-tree-sitter.wasm'],
  ['node_modules/tree-sitter-c/tree-sitter-c.wasm', 'tree-sitter-c.wasm'],
  ['node_modules/tree-sitter-cpp/tree-sitter-cpp.wasm', 'tree-sitter-cpp.wasm'],
];

await mkdir(dist, { recursive: true });
const sizes = process.argv.includes('--sizes');
for (const { out, entry, options } of BUNDLES) {
  const outfile = path.join(dist, out);
  if (!existsSync(inRoot(entry))) {
    await rm(outfile, { force: true });
    continue;
  }
  await build({
    ...options,
    entryPoints: [inRoot(entry)],
    outfile,
    bundle: true,
    // Identifiers stay whole: a stack trace in a bug report should say something.
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: 'none',
    logLevel: 'warning',
    absWorkingDir: root,
  });
  if (sizes) console.log(`${out} ${Math.round((await stat(outfile)).size / 1024)} KB`);
}
for (const [from, to] of FILES) await copyFile(inRoot(from), path.join(dist, to));
await rm(path.join(dist, 'rules'), { recursive: true, force: true });
if (existsSync(inRoot('docs/rules'))) await cp(inRoot('docs/rules'), path.join(dist, 'rules'), { recursive: true });
