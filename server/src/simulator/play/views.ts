/** The state after an event as the view shows it: objects, globals and threads, with what changed and who wrote it. */
import type { Machine } from '../machine/machine.ts';
import type { Cell } from '../machine/program.ts';
import type { CellView, ObjectView, ThreadStateView } from '../playback.ts';
import type { Names } from './names.ts';
import type { RecordedEvent } from './record.ts';

/** Walks along a recording; the machine is set to each state in turn. */
export class Viewer {
  private readonly machine: Machine;
  private readonly names: Names;
  private before: Int32Array;
  private readonly writer: (number | undefined)[] = [];
  private readonly localWriter: (number | undefined)[][];
  private readonly localsBefore: number[][];
  private readonly everAlive = new Set<number>();
  private readonly stepped = new Set<number>();

  /** The machine must stand at the start of the run. */
  constructor(machine: Machine, names: Names) {
    this.machine = machine;
    this.names = names;
    this.before = machine.state.slice();
    this.localWriter = machine.program.threads.map(() => []);
    this.localsBefore = machine.program.threads.map((thread, t) => thread.locals.map((_, i) => machine.local(t, i)));
    this.noteAlive();
  }

  after(
    event: RecordedEvent,
    index: number,
  ): { objects: ObjectView[]; globals: CellView[]; threads: ThreadStateView[] } {
    this.machine.load(event.state);
    this.stepped.add(event.thread);
    for (const { cell, write } of event.touched) if (write) this.writer[cell] = index;
    this.noteAlive();
    const views = { objects: this.objects(), globals: this.globals(), threads: this.threads(event, index) };
    this.before = event.state;
    return views;
  }

  private noteAlive(): void {
    for (const { base } of this.machine.program.objects) if (this.machine.state[base] === 1) this.everAlive.add(base);
  }

  private objects(): ObjectView[] {
    const { program, state } = this.machine;
    return program.objects
      .filter(({ base }) => this.everAlive.has(base))
      .map(object => ({
        name: object.name,
        type: object.type,
        alive: state[object.base] === 1,
        cells: Array.from({ length: object.size - 1 }, (_, i) => object.base + 1 + i).flatMap(cell => {
          const info = program.cells[cell]!;
          return info.format === 'hidden' ? [] : [this.cellView(cell, info, this.names.field(info, object))];
        }),
      }));
  }

  private globals(): CellView[] {
    return this.machine.program.cells.flatMap((info, cell) =>
      info.format === 'hidden' || this.names.objectAt(cell) !== undefined ? [] : [this.cellView(cell, info, info.name)],
    );
  }

  private cellView(cell: number, info: Cell, name: string): CellView {
    const now = this.machine.state[cell]!;
    const was = this.before[cell]!;
    const writtenBy = this.writer[cell];
    return {
      name,
      value: this.names.value(now, info.format),
      changed: now !== was,
      ...(now === was ? {} : { was: this.names.value(was, info.format) }),
      ...(writtenBy === undefined ? {} : { writtenBy }),
    };
  }

  private threads(event: RecordedEvent, index: number): ThreadStateView[] {
    const { machine } = this;
    return machine.program.threads.map((code, t) => {
      const blockedBy = waitReason(machine, this.names, t);
      const instruction = code.code[machine.at(t)];
      const at = instruction !== undefined && 'note' in instruction ? instruction.note.at : undefined;
      const status = machine.done(t)
        ? 'done'
        : t === event.thread && blockedBy === undefined
          ? 'running'
          : blockedBy !== undefined
            ? 'blocked'
            : this.stepped.has(t)
              ? 'ready'
              : 'not-started';
      return {
        thread: t + 1,
        status,
        attached: machine.attached(t),
        locals: this.locals(t, event, index),
        locks: heldLocks(machine, this.names, t),
        ...(blockedBy === undefined ? {} : { blockedBy }),
        ...(at === undefined ? {} : { at }),
      };
    });
  }

  private locals(t: number, { thread, instruction }: RecordedEvent, index: number): CellView[] {
    const { locals } = this.machine.program.threads[t]!;
    return locals.flatMap((info, i): CellView[] => {
      const now = this.machine.local(t, i);
      const was = this.localsBefore[t]![i]!;
      // A value that happens to be the same as before was written all the same.
      const received =
        t === thread && instruction.kind === 'access' && (instruction.into === i || instruction.ok === i);
      if (now !== was || received) this.localWriter[t]![i] = index;
      this.localsBefore[t]![i] = now;
      const writtenBy = this.localWriter[t]![i];
      // What was never assigned says nothing yet.
      if (info.format === 'hidden' || writtenBy === undefined) return [];
      const words = (value: number): string => this.names.value(value, info.format);
      return [
        {
          name: info.name,
          value: words(now),
          changed: now !== was,
          ...(now === was ? {} : { was: words(was) }),
          writtenBy,
        },
      ];
    });
  }
}

/** Why the thread can't take its next step: `waits for the lock of o, held by T2`. */
export function waitReason(machine: Machine, names: Names, thread: number): string | undefined {
  if (machine.done(thread) || machine.enabled(thread)) return undefined;
  const cell = machine.waitsFor(thread);
  const info = machine.program.cells[cell];
  if (info === undefined) return undefined;
  if (info.format !== 'holder') return `waits for ${names.cell(cell)}, now ${names.held(machine, cell)}`;
  const holder = machine.state[cell]! - 1;
  const who = holder === thread ? 'the thread itself' : names.thread(holder);
  return `waits for ${names.cell(cell)}, held by ${who}`;
}

function heldLocks(machine: Machine, names: Names, thread: number): { name: string; suspended: boolean }[] {
  const code = machine.program.threads[thread]!;
  const pc = machine.at(thread);
  const locks: { name: string; suspended: boolean }[] = [];
  const inSections = new Set<number>();
  for (const section of code.sections) {
    if (pc < section.from || pc >= section.to) continue;
    const active = machine.local(thread, section.active);
    if (active < 0) continue;
    const suspended = active === 0;
    for (const object of section.objects) {
      const owner = names.objectAt(machine.compileFinal(object, thread)(0));
      if (owner === undefined) continue;
      const cell = machine.program.cells.findIndex((c, i) => c.format === 'holder' && names.objectAt(i) === owner);
      inSections.add(cell);
      locks.push({ name: `critical section on ${owner.name}`, suspended });
    }
  }
  for (const [cell, info] of machine.program.cells.entries()) {
    if (info.format !== 'holder' || machine.state[cell] !== thread + 1 || inSections.has(cell)) continue;
    locks.push({ name: names.cell(cell), suspended: false });
  }
  return locks;
}
