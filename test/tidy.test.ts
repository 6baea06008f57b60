/** What the repository promises about itself: layers, sizes, purity, generated parts, words. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { outdated } from '../scripts/generate.ts';
import { inRoot, root } from '../scripts/paths.ts';

/** Files that git knows or would take, relative to the root. */
const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
  cwd: root,
  encoding: 'utf8',
})
  .split('\n')
  .filter(file => file !== '' && existsSync(inRoot(file)));
const textOf = (file: string): string => readFileSync(inRoot(file), 'utf8');
const isGenerated = (file: string): boolean => /(?:^|\/)generated\//.test(file);
const sources = files.filter(
  file => /\.(?:ts|mjs)$/.test(file) && !isGenerated(file) && !file.startsWith('test/fixtures/'),
);

/** What a folder may import, itself always included; anything not listed may not be imported. */
const LAYERS: Readonly<Record<string, readonly string[]>> = {
  'server/src/syntax': [],
  'server/src/capi': [],
  'server/src/program': ['server/src/syntax', 'server/src/capi'],
  'server/src/analysis': ['server/src/program', 'server/src/capi'],
  'server/src/rules': ['server/src/analysis', 'server/src/program', 'server/src/capi'],
  'server/src/fixes': [
    'server/src/syntax',
    'server/src/rules',
    'server/src/analysis',
    'server/src/program',
    'server/src/capi',
  ],
  'server/src/simulator': ['server/src/program', 'server/src/capi'],
  'server/src/demonstrate': ['capi', 'program', 'analysis', 'rules', 'fixes', 'simulator'].map(l => `server/src/${l}`),
  'server/src/reproducer': ['server/src/analysis', 'server/src/program', 'server/src/capi'],
  'server/src/workspace': [
    'syntax',
    'capi',
    'program',
    'analysis',
    'rules',
    'fixes',
    'simulator',
    'demonstrate',
    'reproducer',
  ].map(l => `server/src/${l}`),
  'server/src/report': ['server/src/workspace', 'server/src/simulator', 'server/src/rules'],
  // Runs the pure parts in threads and processes: whatever needs a machine of its own.
  'server/src/host': ['server/src/workspace', 'server/src/syntax', 'server/src/simulator'],
  'server/src/cli': ['workspace', 'report', 'host', 'simulator', 'rules', 'capi'].map(l => `server/src/${l}`),
  'server/src/lsp': ['workspace', 'host', 'simulator', 'rules', 'capi'].map(l => `server/src/${l}`),
  'client/src': ['server/src/lsp', 'client/webview'],
  // What words a run is told in is the simulator's: the view, the terminal and SARIF say the same.
  'client/webview': ['server/src/simulator'],
};

/** Plain data that every layer may name, with `import type` only. */
const DATA = ['program/model', 'rules/finding', 'simulator/playback', 'demonstrate/model', 'workspace/service'].map(
  name => `server/src/${name}.ts`,
);

/** The core: no editor, no file system, no clock, no chance. */
const CORE = [
  'syntax',
  'capi',
  'program',
  'analysis',
  'rules',
  'fixes',
  'simulator',
  'demonstrate',
  'reproducer',
  'workspace',
].map(name => `server/src/${name}`);

const PACKAGES: Readonly<Record<string, RegExp>> = {
  'server/src/syntax': /^web-tree-sitter$/,
  'server/src/workspace': /^(?:ignore|picomatch\/posix\.js|smol-toml)$/,
  'server/src/report': /^sarif$/,
  'server/src/host': /^node:/,
  'server/src/cli': /^node:/,
  'server/src/lsp': /^(?:node:[\w/]+|vscode-languageserver(?:-textdocument)?(?:\/node)?|vscode-uri)$/,
  'client/src': /^(?:node:[\w/]+|vscode|vscode-languageclient(?:\/node)?|vscode-uri)$/,
};

interface Import {
  readonly target: string;
  readonly types: boolean;
}

function importsOf(file: string): Import[] {
  const found: Import[] = [];
  const statement =
    /(?:^|\n)\s*(?:import|export)\s+(type\s+)?(?:[^'";]*?\sfrom\s+)?['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]/g;
  for (const match of textOf(file).matchAll(statement)) {
    const name = match[2] ?? match[3] ?? '';
    const target = name.startsWith('.') ? path.posix.join(path.posix.dirname(file), name) : name;
    found.push({ target, types: match[1] !== undefined });
  }
  return found;
}

const layerOf = (file: string): string | undefined => Object.keys(LAYERS).find(layer => file.startsWith(`${layer}/`));

test('imports run downward only', () => {
  const wrong = sources.flatMap(file => {
    const layer = layerOf(file);
    if (layer === undefined) return [];
    return importsOf(file)
      .filter(({ target, types }) => {
        if (!/^(?:server|client)\//.test(target)) return false;
        const other = layerOf(target);
        if (other === layer || (types && DATA.includes(target))) return false;
        // Messages between client, server and view are plain data in one small file on the side that answers.
        if (target.endsWith('/messages.ts')) return false;
        return other === undefined || !(LAYERS[layer] ?? []).includes(other);
      })
      .map(({ target }) => `${file} imports ${target}`);
  });
  expect(wrong).toEqual([]);
});

test('packages are imported only where they belong; the editor only in its two places', () => {
  const wrong = sources.flatMap(file => {
    const layer = layerOf(file);
    if (layer === undefined) return [];
    return importsOf(file)
      .filter(({ target }) => !/^(?:server|client)\//.test(target) && target !== 'package.json')
      .filter(({ target }) => PACKAGES[layer]?.test(target) !== true)
      .map(({ target }) => `${file} imports ${target}`);
  });
  expect(wrong).toEqual([]);
});

test('the core asks for no time, no chance, no process and no timer', () => {
  const impure =
    /\b(?:Date\.now|new Date\(\)|Math\.random|performance\.now|process\.\w|setTimeout|setInterval|setImmediate|require\()/;
  const wrong = sources
    .filter(file => CORE.some(layer => file.startsWith(`${layer}/`)))
    .filter(file => impure.test(code(file)));
  expect(wrong).toEqual([]);
});

/** Without comments. */
function code(file: string): string {
  return textOf(file).replace(/\/\*[\s\S]*?\*\/|(?<=^|\s)\/\/[^\n]*/g, '');
}

test('no file outgrows its idea', () => {
  const long = sources
    .map(file => ({ file, lines: textOf(file).split('\n').length - 1 }))
    .filter(({ lines }) => lines > 350)
    .sort((a, b) => b.lines - a.lines);
  // From 350 lines on a file is worth a look; the list shows in the output of the tests.
  if (long.length > 0)
    console.warn(`Over 350 lines:\n${long.map(({ file, lines }) => `  ${lines} ${file}`).join('\n')}`);
  expect(long.filter(({ lines }) => lines > 500)).toEqual([]);
});

test('generated parts are current (npm run generate)', () => {
  expect(outdated()).toEqual([]);
});

test('nothing is left for later, and no test is switched off', () => {
  const leftover = /\b(?:TODO|FIXME|XXX)\b/;
  const off = /\b(?:test|it|describe)\.(?:only|skip|todo)\(/;
  const escape = /@ts-(?:ignore|expect-error|nocheck)|(?:oxlint|eslint|biome)-(?:disable|ignore)|\bas any\b|: any\b/;
  const wrong = sources
    .filter(file => file !== 'test/tidy.test.ts')
    .filter(file => leftover.test(textOf(file)) || off.test(textOf(file)) || escape.test(code(file)));
  expect(wrong).toEqual([]);
});

test('nothing asks the network at run time, and no registry is named', () => {
  const network = /from '(?:node:)?(?:https?|net|tls|dgram)'|\bfetch\(|\bXMLHttpRequest\b|\bWebSocket\b|sendBeacon/;
  const running = sources.filter(file => /^(?:server|client)\//.test(file));
  expect(running.filter(file => network.test(code(file)))).toEqual([]);
  const registry = new RegExp(['registry', '\\.', 'npm'].join(''), 'i');
  // npm itself writes the addresses of packages into the lock file.
  expect(files.filter(file => isText(file) && file !== 'package-lock.json' && registry.test(textOf(file)))).toEqual([]);
});

function isText(file: string): boolean {
  return /\.(?:ts|mjs|json|md|toml|c|h|cpp|py|css|html|svg|sh|txt)$/.test(file);
}

test('the documents never call code what no tool can promise it to be', () => {
  const verdict = /\b(?:is|are|be|code|thread-)\s*safe\b|\bsafe (?:code|extension|module)s?\b/i;
  for (const file of ['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md', 'CHANGELOG.md']) {
    const lines = textOf(file)
      .split('\n')
      .filter(line => verdict.test(line));
    expect(lines.map(line => `${file}: ${line}`)).toEqual([]);
  }
});

test('links between documents lead somewhere', () => {
  const broken = files
    .filter(file => file.endsWith('.md') && !file.startsWith('test/fixtures/'))
    .flatMap(file =>
      [...textOf(file).matchAll(/\]\((?!https?:|#|mailto:|command:)([^)\s#]+)/g)]
        .map(match => path.posix.join(path.posix.dirname(file), match[1] ?? ''))
        .filter(target => !existsSync(inRoot(target)))
        .map(target => `${file} links to ${target}`),
    );
  expect(broken).toEqual([]);
});
