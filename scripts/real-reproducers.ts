/**
 * Exports a Python test for every finding in a project, and runs each on the racy and on the repaired build of it: a good one
 * fails on the first and passes on the second.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { loadCore } from '../server/src/host/core.ts';
import { nodeHost } from '../server/src/host/node-host.ts';
import { LineIndex } from '../server/src/workspace/lines.ts';
import { Workspace } from '../server/src/workspace/workspace.ts';
import { inCache } from './paths.ts';
import { table } from './table.ts';

interface Race {
  /** The interpreter's path. */
  readonly python: string;
  /** What is analysed. */
  readonly sources: string;
  /** Where the two compiled modules are. */
  readonly folders: { readonly racy: string; readonly fixed: string };
  /** For each test and build. */
  readonly seconds: number;
  readonly wanted: (rule: string) => boolean;
}

/** How many must fail on the racy build, and none on the other, for exit status 0. */
const ENOUGH = 10;

const VERDICTS = ['passed', 'FAILED', 'could not be tried'];

export async function raceReproducers({ python, sources, folders, seconds, wanted }: Race): Promise<number> {
  const out = inCache('real/reproducers');
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  const rows: string[][] = [];
  const counts = { racy: 0, fixed: 0 };
  const workspace = new Workspace({ host: nodeHost, core: await loadCore() });
  for await (const { file, findings } of workspace.scan([sources])) {
    const lines = new LineIndex((await nodeHost.readFile(file)) ?? '');
    for (const finding of findings) {
      if (!wanted(finding.rule)) continue;
      const place = `${path.basename(file)}:${lines.position(finding.span.start).line + 1}`;
      const { name, text, missing } = await workspace.reproduce(file, finding);
      const script = path.join(
        out,
        `${name.replace(/\.py$/, '')}_${finding.rule.replaceAll('-', '_')}_${rows.length}.py`,
      );
      writeFileSync(script, text);
      const racy = run(python, script, folders.racy, seconds);
      const fixed = run(python, script, folders.fixed, seconds);
      if (racy.status === 1) counts.racy++;
      if (fixed.status !== 0) counts.fixed++;
      const what = missing.length > 0 ? missing.join('; ') : racy.what;
      rows.push([place, finding.rule, verdict(racy.status), what, verdict(fixed.status)]);
      process.stderr.write(`${place} ${finding.rule}: ${verdict(racy.status)}, fixed twin ${verdict(fixed.status)}\n`);
    }
  }
  table(['place', 'rule', 'racy build', 'what was seen', 'fixed twin'], rows);
  process.stdout.write(
    `\n${counts.racy} of ${rows.length} reproducers fail on the racy build; ${counts.fixed} do not pass on the fixed twin.\n`,
  );
  return counts.racy >= Math.min(ENOUGH, rows.length) && counts.fixed === 0 ? 0 : 1;
}

function run(python: string, script: string, folder: string, seconds: number): { status: number; what: string } {
  const { status, stdout, stderr } = spawnSync(python, [script, '--seconds', String(seconds)], {
    env: { ...process.env, PYTHONPATH: folder },
    encoding: 'utf8',
  });
  const said = stdout.trim().split('\n').at(-1) ?? '';
  return { status: status ?? 2, what: said.replace(/^\w+: /, '') || (stderr.trim().split('\n').at(-1) ?? '') };
}

const verdict = (status: number): string => VERDICTS[status] ?? `status ${status}`;
