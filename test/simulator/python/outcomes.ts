/** The set of ends that a program can come to: failures, and what is observed where nothing fails. */
import { Explorer } from '../../../server/src/simulator/explore/dpor.ts';
import { Judge } from '../../../server/src/simulator/explore/judge.ts';
import { verify } from '../../../server/src/simulator/explore/verify.ts';
import { cellValue, type Expression } from '../../../server/src/simulator/machine/expression.ts';
import { Machine } from '../../../server/src/simulator/machine/machine.ts';
import type { Python } from '../../../server/src/simulator/python/python.ts';

export interface Observation {
  readonly name: string;
  readonly value: Expression;
}

export function outcomes(py: Python, observed: readonly Observation[]): string[] {
  const program = py.p.build();
  const { verdict, choices } = verify(program);
  if (verdict.coverage !== 'complete') throw new Error(`not explored whole: ${verdict.cap}`);
  const machine = new Machine(program);
  const judge = new Judge(machine);
  const values = observed.map(({ name, value }) => ({ name, value: machine.compileFinal(value) }));
  const seen = new Set<string>();
  for (const choice of choices) {
    judge.prepare(choice);
    const explorer = new Explorer(
      machine,
      {
        execution: log => {
          // Which failure comes first is a matter of how finely the steps are cut; that there is one is not.
          const failure = judge.judge(log);
          seen.add(failure === null ? values.map(({ name, value }) => `${name} ${value(0)}`).join(', ') : 'fails');
          return true;
        },
      },
      1000,
    );
    explorer.run(choice);
  }
  return [...seen].sort();
}

export type Form = 'short' | 'long';
export const FORMS = ['short', 'long'] as const;

export const cell = (name: string, address: Expression): Observation => ({ name, value: cellValue(address) });

/** What the thread found: kept in a variable that everybody can see at the end. */
export function observing(py: Python, name: string): { cell: number; observation: Observation } {
  const address = py.p.global(name);
  return { cell: address, observation: cell(name, address) };
}
