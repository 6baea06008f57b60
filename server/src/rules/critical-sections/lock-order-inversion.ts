import type { Extension } from '../../analysis/extension.ts';
import { isAbsolute, type Path, parts } from '../../analysis/paths.ts';
import type { FunctionView } from '../../analysis/view.ts';
import type { Value } from '../../program/model.ts';
import { defineRule, EVEN_WITH_GIL, type Place } from '../rule.ts';
import { lockingFunctions } from '../support/sections.ts';
import { quote } from '../support/words.ts';

interface Order {
  readonly place: Place;
  readonly name: string;
  readonly outer: string;
}

/** Between the two names of an order: no name holds it. */
const ARROW = ' > ';

export const lockOrderInversion = defineRule({
  id: 'lock-order-inversion',
  family: 'critical-sections',
  title: 'Two locks taken in both orders',
  severity: 'deadlock',
  exposure: EVEN_WITH_GIL,
  check(extension, report) {
    const orders = collectOrders(extension);
    for (const [key, order] of orders) {
      const [outer = '', inner = ''] = key.split(ARROW);
      const reverse = orders.get(inner + ARROW + outer);
      if (reverse === undefined || outer >= inner) continue;
      report.at(order.place, {
        subject: order.name,
        message: `This takes ${quote(order.name)} while it holds ${quote(order.outer)}; elsewhere it is the other way round: two threads wait for each other. Keep one order.`,
        other: reverse.place,
        related: [{ at: reverse.place, message: 'Here the two locks are taken in the other order' }],
      });
    }
  },
});

/** Which lock is taken while which is held, by names that mean the same in the whole extension. */
function collectOrders(extension: Extension): Map<string, Order> {
  const orders = new Map<string, Order>();
  for (const view of lockingFunctions(extension)) {
    const taken = view.stepsOf('acquire');
    const unlocked: ReadonlySet<Path> = taken.length === 0 ? new Set() : view.once(collectOrders, unlockedHere);
    for (const step of taken) {
      const op = view.op(step);
      if (op?.kind !== 'acquire' || (op.lock.kind !== 'mutex' && op.lock.kind !== 'native')) continue;
      const [target] = op.lock.targets;
      const inner = target === undefined ? null : nameOf(view, target, step);
      if (target === undefined || inner === null) continue;
      for (const lock of view.locksAt(step)) {
        // A lock that the function does not give back is a signal to another thread, not a guard.
        if ((lock.kind !== 'mutex' && lock.kind !== 'native') || (lock.step >= 0 && !unlocked.has(lock.path))) continue;
        const outer = global(view, lock.path);
        if (outer === null || outer === inner || orders.has(outer + ARROW + inner)) continue;
        const name = view.render(target).replace(/^&/, '');
        const place: Place = { function: view, steps: [step] };
        orders.set(outer + ARROW + inner, {
          place,
          name,
          outer:
            parts(lock.path)
              .at(-1)
              ?.replace(/^&|^a:/, '') ?? outer,
        });
      }
    }
  }
  return orders;
}

function unlockedHere(view: FunctionView): Set<Path> {
  const paths = new Set<Path>();
  for (const step of view.stepsOf('release')) {
    const op = view.op(step);
    if (op?.kind === 'release') for (const target of op.lock.targets) paths.add(view.path(target, step));
  }
  return paths;
}

function nameOf(view: FunctionView, value: Value, step: number): string | null {
  return global(view, view.path(value, step));
}

/** Globals by their name. Locks inside of objects are left out: two objects of one type have two of them. */
function global(view: FunctionView, path: Path): string | null {
  if (!isAbsolute(path)) return null;
  const name = /^[ga]:([^>]+)$/.exec(path)?.[1];
  return name === undefined ? path : (view.global(name)?.key ?? path);
}
