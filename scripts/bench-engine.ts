/**
 * `npm run bench:engine [ROW]`: the explorer on all programs with published numbers of inequivalent executions, with speed
 * and memory, beside a naive enumeration of the same program in the same run. Fails when a number is not the published one.
 * Processor seconds are given beside elapsed ones, because other work on the machine slows only the latter.
 */
import { Explorer } from '../server/src/simulator/explore/dpor.ts';
import { enumerate } from '../server/src/simulator/explore/naive.ts';
import { Machine } from '../server/src/simulator/machine/machine.ts';
import { type Row, TABLE } from '../test/simulator/explore/table.ts';

const NAIVE_SECONDS = 1;
const MEGABYTE = 1024 * 1024;
const TARGET = { row: 'lastzero(15)', executionsPerSecond: 40_000 };

interface Cost {
  readonly seconds: number;
  readonly processor: number;
}

function timed<T>(work: () => T): T & Cost {
  const cpu = process.cpuUsage();
  const start = performance.now();
  const result = work();
  const used = process.cpuUsage(cpu);
  return { ...result, seconds: (performance.now() - start) / 1000, processor: (used.user + used.system) / 1e6 };
}

function heap(): number {
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return (heapUsed + arrayBuffers) / MEGABYTE;
}

function explore({ program }: Row) {
  const machine = new Machine(program());
  globalThis.gc?.();
  const before = heap();
  let peak = before;
  const explorer = new Explorer(
    machine,
    {
      execution: () => true,
      poll: () => {
        peak = Math.max(peak, heap());
        return true;
      },
    },
    5000,
  );
  const result = timed(() => explorer.run([]));
  return { ...result, megabytes: Math.max(peak, heap()) - before };
}

function naive({ program }: Row) {
  const end = performance.now() + NAIVE_SECONDS * 1000;
  return timed(() => enumerate(new Machine(program()), [], () => performance.now() < end, 5000));
}

const rate = (count: number, { processor }: Cost): number => Math.round(count / Math.max(processor, 1e-3));
const number = (value: number): string => value.toLocaleString('en').padStart(11);

function report(row: Row): boolean {
  const found = explore(row);
  const all = naive(row);
  const right = found.executions === row.count && found.blocked === 0;
  const reached = all.finished ? number(all.interleavings) : `>${number(all.interleavings).slice(1)}`;
  console.log(
    `${row.name.padEnd(19)}${number(found.executions)}${right ? '  ' : ' ✗'}${number(found.blocked)}` +
      `${found.seconds.toFixed(2).padStart(9)}${found.processor.toFixed(2).padStart(9)}${number(rate(found.executions, found))}` +
      `${found.megabytes.toFixed(0).padStart(6)}   ${reached}${number(rate(all.interleavings, all))}`,
  );
  if (!right) console.log(`  published: ${row.count}`);
  if (row.name === TARGET.row) {
    const speed = rate(found.executions, found);
    const verdict = speed >= TARGET.executionsPerSecond ? 'reached' : 'MISSED';
    console.log(
      `  target: ${TARGET.executionsPerSecond.toLocaleString('en')} executions a processor second: ${verdict}`,
    );
  }
  return right;
}

const wanted = process.argv[2];
const rows = TABLE.filter(({ name, count }) => (wanted === undefined ? count >= 64 : name.startsWith(wanted)));
console.log(
  'explorer                executions    redundant  elapsed      cpu      per s    MB   naive: interleavings   per s',
);
const wrong = rows.filter(row => !report(row));
const { maxRSS } = process.resourceUsage();
console.log(`peak resident memory of the whole run: ${(maxRSS / 1024).toFixed(0)} MB`);
console.log(
  `naive enumeration stopped after ${NAIVE_SECONDS} s a program (\`>\`): it had seen that many and was not done`,
);
if (wrong.length > 0) {
  console.error(`${wrong.length} of ${rows.length} numbers differ from the published ones`);
  process.exitCode = 1;
}
