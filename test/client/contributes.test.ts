import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { inRoot } from '../../scripts/paths.ts';

interface Manifest {
  readonly contributes: {
    readonly commands: readonly { command: string }[];
    readonly grammars: readonly { path: string }[];
    readonly walkthroughs: readonly { steps: readonly { description: string; media: { markdown: string } }[] }[];
  };
  readonly icon: string;
}

const manifest = JSON.parse(readFileSync(inRoot('package.json'), 'utf8')) as Manifest;
const sources = readdirSync(inRoot('client', 'src'))
  .map(name => readFileSync(inRoot('client', 'src', name), 'utf8'))
  .join('\n');

test('every command of package.json is registered, and the other way round', () => {
  const contributed = manifest.contributes.commands.map(entry => entry.command).sort((a, b) => (a < b ? -1 : 1));
  const named = sources.matchAll(/^\s+'(gilproof\.\w+)': |registerCommand\('(gilproof\.\w+)'/gm);
  const registered = [...named].map(match => match[1] ?? match[2] ?? '').sort((a, b) => (a < b ? -1 : 1));
  expect(registered).toEqual(contributed);
});

test('files and commands that the manifest names exist', () => {
  const { grammars, walkthroughs, commands } = manifest.contributes;
  const steps = walkthroughs.flatMap(walkthrough => walkthrough.steps);
  const files = [manifest.icon, ...grammars.map(entry => entry.path), ...steps.map(step => step.media.markdown)];
  expect(files.filter(file => !existsSync(inRoot(file)))).toEqual([]);
  const linked = steps.flatMap(step =>
    [...step.description.matchAll(/command:(gilproof\.\w+)/g)].map(match => match[1]),
  );
  expect(linked.filter(name => !commands.some(entry => entry.command === name))).toEqual([]);
});
