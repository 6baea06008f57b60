/** The table of published execution counts: the small rows are unit tests, all of them `npm run bench:engine`. */
import type { Program } from '../../../server/src/simulator/machine/program.ts';
import * as b from './benchmarks.ts';
import { litmus } from './litmus.ts';
import { combinationLock, poplExample, sleepingRaces6 } from './papers.ts';
import { dispatch, multipc, poke } from './started.ts';

export interface Row {
  readonly name: string;
  readonly count: number;
  readonly program: () => Program;
}

const family = (name: string, make: (n: number) => Program, counts: Readonly<Record<number, number>>): Row[] =>
  Object.entries(counts).map(([n, count]) => ({ name: `${name}(${n})`, count, program: () => make(Number(n)) }));

const one = (name: string, program: () => Program, count: number): Row => ({ name, count, program });

export const TABLE: readonly Row[] = [
  ...family('readers', b.readers, { 2: 4, 8: 256, 13: 8192 }),
  ...family('lastzero', b.lastzero, { 2: 5, 3: 12, 4: 28, 5: 64, 10: 3328, 15: 147_456 }),
  ...family('indexer', b.indexer, { 12: 8, 13: 64, 15: 4096 }),
  ...family('filesystem', b.filesystem, { 14: 2, 16: 8, 18: 32, 19: 64 }),
  ...family('ainc', b.ainc, { 2: 2, 3: 6, 4: 24, 5: 120, 6: 720, 7: 5040, 8: 40_320 }),
  ...family('lockinc', b.lockinc, { 2: 2, 3: 6, 4: 24, 5: 120, 6: 720, 7: 5040 }),
  ...family('binc', n => b.ainc(n, 2), { 2: 4, 3: 36, 4: 576 }),
  ...family('cinc', n => b.ainc(n, 3), { 2: 8, 3: 216, 4: 13_824 }),
  ...family('inc', b.inc, { 2: 4, 3: 36, 4: 576 }),
  ...family('wainc', b.wainc, { 2: 6, 3: 24, 4: 120 }),
  ...family('writers', b.nWriters, { 5: 720 }),
  ...family('cas', b.cas, { 2: 2, 3: 3, 4: 4, 5: 5 }),
  ...family('casrot', b.casrot, { 2: 2, 3: 5, 4: 14, 5: 43, 6: 144, 7: 523, 8: 2048, 9: 8597 }),
  ...family('wcas', b.wcas, { 2: 5, 3: 13, 4: 33, 5: 81, 6: 193, 7: 449, 8: 1025, 9: 2305 }),
  ...family('casw', b.casw, { 2: 6, 3: 66, 4: 1200, 5: 32_880 }),
  ...family('wrw', b.wrw, { 2: 22, 3: 300, 4: 6576 }),
  ...family('CoA', b.coA, { 1: 4, 2: 15, 3: 130, 4: 2028, 5: 49_776 }),
  one('big0', b.big0, 69_112),
  ...family('fib_bench', b.fibBench, { 1: 11, 2: 140, 3: 1698, 4: 19_605, 5: 218_243 }),
  ...family('mpat', b.mpat, { 1: 2, 2: 8, 3: 48, 4: 384, 5: 3840, 6: 46_080, 7: 645_120 }),
  ...family('dispatch 5,', n => dispatch(5, n), { 2: 137, 3: 1482, 4: 15_282, 5: 151_032 }),
  ...family('poke 3,', n => poke(n, 3), { 7: 2440, 8: 3700, 9: 5332, 10: 7384, 11: 9904, 12: 12_940 }),
  ...family('multipc 5,', n => multipc(n, 5), { 2: 60, 3: 2958, 4: 314_064 }),
  one('POPL example', poplExample, 5),
  one('two_writers_readers_1', () => litmus('Wx Wx', 'Ry Rx', 'Ry Rx'), 9),
  one('two_writers_readers_2', () => litmus('Wx', 'Wx', 'Ry Rx', 'Ry Rx'), 18),
  one('combination_lock_1', combinationLock, 6),
  one('sleeping_races_6', sleepingRaces6, 10),
  ...family('philosophers', b.philosophers, { 2: 3, 3: 7, 4: 15, 5: 31 }),
  one('SB', () => litmus('Wx Ry', 'Wy Rx'), 3),
  one('MP', () => litmus('Wx Wy', 'Ry Rx'), 3),
  one('LB', () => litmus('Rx Wy', 'Ry Wx'), 3),
  one('2+2W', () => litmus('Wx Wy', 'Wy Wx'), 3),
  one('CoRR1', () => litmus('Wx', 'Wx', 'Rx Rx', 'Rx'), 36),
  one('CoRR2', () => litmus('Wx', 'Wx', 'Rx Rx', 'Rx Rx'), 72),
  one('fr+w+w+w+reads', () => litmus('Wx', 'Wx', 'Wx', 'Rx Rx Rx Rx'), 210),
  one('IRIW', () => litmus('Wx', 'Wy', 'Rx Ry', 'Ry Rx'), 15),
];
