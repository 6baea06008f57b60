/**
 * Programs of dpu's CAV'18 benchmarks in which one thread starts others and waits for them. Starting and ending a thread are
 * accesses to a flag. What nobody could order otherwise (threads that are there before anything happens) needs none.
 */
import { ProgramBuilder } from '../../../server/src/simulator/build/program.ts';
import { element, type Local, type Place, type ThreadBuilder } from '../../../server/src/simulator/build/thread.ts';
import { add, multiply, OLD, remainder, subtract } from '../../../server/src/simulator/machine/expression.ts';
import type { Program } from '../../../server/src/simulator/machine/program.ts';

/** A thread that `by` starts with `start` and waits for with `join`. */
function child(
  p: ProgramBuilder,
  by: ThreadBuilder,
  body: (t: ThreadBuilder) => void,
): { start: () => void; join: () => void } {
  const started = p.global('started');
  const ended = p.global('ended');
  const t = p.thread('');
  t.wait(started, OLD);
  body(t);
  t.store(ended, 1);
  return { start: () => by.store(started, 1), join: () => by.wait(ended, OLD) };
}

function locked(t: ThreadBuilder, lock: Place, body: () => void): void {
  t.lock(lock);
  body();
  t.unlock(lock);
}

function increment(t: ThreadBuilder, place: Place, by: 1 | -1 = 1): void {
  const value = t.local('value');
  t.load(value, place);
  t.store(place, add(value, by));
}

/** A server is picked by one thread while another already sends it a request; servers look once whether there is one. */
export function dispatch(servers: number, requests: number): Program {
  const p = new ProgramBuilder();
  const server = p.globals('server', servers);
  const request = p.globals('request', servers);
  const choice = p.global('choice');
  const picked = p.global('picked');
  for (let i = 0; i < servers; i++) {
    const t = p.thread('');
    locked(t, server + i, () => t.load(t.temporary(), request + i));
  }
  const main = p.thread('');
  const to = main.local('to');
  for (let r = 0; r < requests; r++) {
    const picking = child(p, main, t => {
      for (let i = 0; i < servers; i++) locked(t, choice, () => t.store(picked, i));
    });
    picking.start();
    locked(main, choice, () => main.load(to, picked));
    locked(main, element(server, to), () => increment(main, element(request, to)));
    picking.join();
  }
  return p.build();
}

/** In each round one thread chooses a worker while another already pokes the worker chosen so far. */
export function poke(workers: number, rounds: number): Program {
  const p = new ProgramBuilder();
  const worker = p.globals('worker', workers);
  const free = p.globals('free', workers);
  const choice = p.global('choice');
  const chosen = p.global('chosen');
  for (let i = 0; i < workers; i++) {
    const t = p.thread('');
    locked(t, worker + i, () => t.store(free + i, 1));
  }
  const main = p.thread('');
  for (let r = 0; r < rounds; r++) {
    const choosing = child(p, main, t => {
      for (let i = 1; i < workers; i++) locked(t, choice, () => t.store(chosen, i));
    });
    const poking = child(p, main, t => {
      const to = t.local('to');
      const was = t.local('was');
      locked(t, choice, () => t.load(to, chosen));
      locked(t, element(worker, to), () => {
        t.load(was, element(free, to));
        t.when(was, () => t.store(element(free, to), 0));
      });
    });
    choosing.start();
    poking.start();
    choosing.join();
    poking.join();
  }
  return p.build();
}

/** Producers build one number together, digit by digit, and each sends work where its last state of the number says. */
export function multipc(producers: number, workers: number): Program {
  const p = new ProgramBuilder();
  const worker = p.globals('worker', workers);
  const work = p.globals('work', workers);
  const numbers = p.global('numbers');
  const number = p.global('number');
  for (let i = 0; i < workers; i++) {
    const t = p.thread('');
    const wanted: Local = t.local('wanted');
    for (let task = 0; task < 2; task++) {
      locked(t, worker + i, () => {
        t.load(wanted, work + i);
        t.when(wanted, () => t.store(work + i, subtract(wanted, 1)));
      });
    }
  }
  for (let id = 0; id < producers; id++) {
    const t = p.thread('');
    const seen = t.local('seen');
    for (let digit = 0; digit < 2; digit++) {
      locked(t, numbers, () => {
        t.load(seen, number);
        t.set(seen, add(multiply(seen, producers), id));
        t.store(number, seen);
      });
    }
    const to = element(worker, remainder(seen, workers));
    locked(t, to, () => increment(t, element(work, remainder(seen, workers))));
  }
  return p.build();
}
