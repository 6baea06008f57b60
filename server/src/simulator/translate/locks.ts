/** Locks, critical sections and thread states where a walk comes to them. */
import type { Op } from '../../program/model.ts';
import { type Place as Cell, field } from '../build/thread.ts';
import { differs } from '../machine/expression.ts';
import { attach, detach } from '../python/attach.ts';
import { pyMutexLock, pyMutexUnlock } from '../python/mutex.ts';
import { HEADER } from '../python/python.ts';
import { enterSection, leaveSection, sectionsOf } from '../python/sections.ts';
import type { Lane } from './lane.ts';
import type { Path } from './path.ts';
import type { Symbol } from './symbols.ts';
import { NUMBER } from './types.ts';
import type { Values } from './values.ts';

export class Locks {
  readonly lane: Lane;
  readonly values: Values;

  constructor(lane: Lane, values: Values) {
    this.lane = lane;
    this.values = values;
  }

  /** Getting a thread state where there is one already, and giving that back, is nothing. */
  attach(by: string, path: Path): void {
    if (!path.detached && by.includes('Ensure')) {
      path.nested++;
      return;
    }
    attach(this.lane.py, this.lane.t);
    path.detached = false;
  }

  detach(by: string, path: Path): void {
    if (path.nested > 0 && by.includes('Release')) {
      path.nested--;
      return;
    }
    this.lane.meetsCollector(path);
    // Who has nothing to let go of fails as one who touches what is Python's.
    this.lane.touchPython(path);
    detach(this.lane.py, this.lane.t);
    path.detached = true;
  }

  step(path: Path, op: Op & { kind: 'acquire' | 'release' }): void {
    const { lane } = this;
    const { lock } = op;
    const targets = lock.targets.map(value => this.values.eval(value, path));
    if (lane.atGoal) lane.reached = true;
    if (lock.kind === 'critical-section' && !targets.some(isAddress)) {
      if (op.kind === 'acquire') this.#nests(targets);
      if (op.kind === 'release') this.#leave();
      else if (targets.length > 0)
        enterSection(
          lane.py,
          lane.t,
          targets.map(target => lane.expression(target)),
        );
      lane.step();
      return;
    }
    if (op.kind === 'release' && lock.targets.length === 0 && lock.kind === 'critical-section') {
      this.#leave();
      return;
    }
    const places =
      targets.length === 0
        ? [this.named(`the lock of ${lockName(lock.by)}`)]
        : targets.map(target => this.#lockCell(target));
    for (const place of op.kind === 'acquire' ? places : [...places].reverse()) {
      lane.step();
      path.mutexes += op.kind === 'release' ? -1 : 1;
      if (op.kind === 'release') pyMutexUnlock(lane.t, place);
      else if (lock.kind !== 'native' && lock.kind !== 'project' && !path.detached) this.#waits(path, place);
      else lane.t.lock(place);
    }
  }

  /** While another thread has the lock of an inner section, the outer ones are given up. */
  #nests(targets: readonly Symbol[]): void {
    const { lane } = this;
    const outer = sectionsOf(lane.t).flatMap(section => section.objects);
    if (outer.length === 0) return;
    for (const target of targets) {
      if (target.kind !== 'object' || target.object.fresh || outer.includes(target.object.base)) continue;
      lane.readings.push({ container: target.object.name, action: 'lock', atGoal: lane.atGoal });
    }
  }

  /** Who waits for a `PyMutex` is detached meanwhile. */
  #waits(path: Path, place: Cell): void {
    this.lane.meetsCollector(path);
    pyMutexLock(this.lane.py, this.lane.t, place);
  }

  #leave(): void {
    const { lane } = this;
    lane.step();
    if (!lane.py.freeThreaded || sectionsOf(lane.t).length > 0) leaveSection(lane.py, lane.t);
    else {
      lane.lookAtPython();
      lane.t.check(0, 'unlock-not-held', 'a critical section ends that never began');
    }
  }

  named(name: string): Cell {
    return this.lane.lockAt(this.lane.memory.variable(name, name, null));
  }

  #lockCell(target: Symbol): Cell {
    const { lane } = this;
    if (target.kind === 'cell') return lane.lockAt(lane.memory.target(target.base, target.path, null));
    if (target.kind === 'variable') return lane.lockAt(lane.memory.variable(target.key, target.name, target.type));
    if (target.kind === 'slot') return this.named(`a lock of ${lane.t.name}`);
    return field(lane.expression(target), HEADER.mutex);
  }

  isLocked(lock: Symbol, use: string): Symbol {
    const { lane } = this;
    const cell = this.#lockCell(lock);
    const local = lane.local('', `${use} locked`, false);
    lane.step();
    lane.t.load(local, cell, { order: 'relaxed' });
    return { kind: 'dynamic', value: differs(local, 0), of: 'the lock is held', type: NUMBER };
  }
}

function isAddress(symbol: Symbol): boolean {
  return symbol.kind === 'cell' || symbol.kind === 'variable';
}

/** `NPY_LOCK` and `NPY_UNLOCK` are one lock. */
function lockName(by: string): string {
  return by.replace(
    /(?:UN|un|Un)?_?(?:LOCK|Lock|lock|ACQUIRE|Acquire|acquire|RELEASE|Release|release|ENTER|LEAVE|BEGIN|END)/,
    '',
  );
}
