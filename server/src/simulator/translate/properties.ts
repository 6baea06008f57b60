/**
 * What must hold of the end of every run, made from runs in which one thread goes after the other: a place that then always
 * ends the same must always end so, and where the order decides, the outcome must be that of some order.
 */
import { Judge } from '../explore/judge.ts';
import { cellValue, equal } from '../machine/expression.ts';
import { Machine } from '../machine/machine.ts';
import type { Python } from '../python/python.ts';
import type { Knowledge } from './knowledge.ts';
import type { Lane } from './lane.ts';
import type { Memory } from './memory.ts';

interface Returned {
  readonly lane: Lane;
  readonly local: { readonly local: number };
}

export function addProperties(
  py: Python,
  knowledge: Knowledge,
  memory: Memory,
  returned: readonly Returned[],
  focused: boolean,
): void {
  const program = py.p.build();
  const machine = new Machine(program);
  const judge = new Judge(machine);
  const cells = [...knowledge.touchedBy]
    .filter(([key, threads]) => threads.size > 1 && knowledge.written.has(key))
    .filter(([key]) => !focused || knowledge.focus.has(key))
    .map(([key]) => ({ key, address: memory.addressOf(key) }))
    .filter((cell): cell is { key: string; address: number } => cell.address !== null)
    .filter(({ key }) => !knowledge.locks.has(key.replace(/^[^|]*\|/, '')));
  const ends: number[][] = [];
  const serial = (order: readonly number[]): void => {
    machine.restart([]);
    for (const thread of order) while (machine.enabled(thread)) machine.step(thread);
    if (judge.anyThreadFailed() || !order.every(thread => machine.done(thread))) return;
    const failure = judge.judge(null);
    // The counts are not right even when nobody interferes: the model does not know all references.
    if (failure !== null) py.p.audit = false;
    ends.push(cells.map(({ address }) => machine.state[address] ?? 0));
  };
  const order = program.threads.map((_, i) => i);
  serial(order);
  serial([...order].reverse());
  for (const [i, { address }] of cells.entries()) {
    const [first] = ends;
    const same = ends.every(end => end[i] === first?.[i]);
    const name = program.cells[address]?.name ?? '';
    const value = first?.[i] ?? 0;
    if (ends.length < 2) continue;
    if (!same || knowledge.pointers.has(cells[i]?.key.replace(/^[^|]*\|/, '') ?? ''))
      py.p.serialisable(name, memory.worth(cellValue(address)));
    else
      py.p.finally(
        equal(cellValue(address), value),
        'lost-update',
        `${name} is not ${value} at the end, as it is when one call follows the other`,
      );
  }
  if (!focused || ends.length < 2) return;
  for (const { lane, local } of returned) {
    py.p.serialisable(`result of ${lane.t.name}`, memory.worth({ thread: lane.thread, local: local.local }));
  }
}
