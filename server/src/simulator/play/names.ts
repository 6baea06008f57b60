/** How cells, objects and values are called in what people read. */
import type { Machine } from '../machine/machine.ts';
import type { Cell, Format, MemoryObject, Program } from '../machine/program.ts';

const ATTACH_STATES = ['detached', 'attached', 'stopped'];
const SHARED_STATES = ['', 'maybe weakly referenced', 'queued', 'merged'];

export class Names {
  private readonly program: Program;
  private readonly objects: readonly (MemoryObject | undefined)[];

  constructor(program: Program) {
    this.program = program;
    const objects: (MemoryObject | undefined)[] = [];
    for (const object of program.objects) {
      for (let i = 0; i < object.size; i++) objects[object.base + i] = object;
    }
    this.objects = objects;
  }

  /** The object that the cell belongs to. */
  objectAt(cell: number): MemoryObject | undefined {
    return this.objects[cell];
  }

  thread(thread: number): string {
    return this.program.threads[thread]?.name ?? '?';
  }

  cell(cell: number): string {
    const object = this.objects[cell];
    const { name, format } = this.program.cells[cell]!;
    if (object !== undefined && cell === object.base) return object.name;
    if (object !== undefined && format === 'holder') return `the lock of ${object.name}`;
    return name.startsWith('GIL') ? `the ${name}` : name;
  }

  /** Name without the object's own, for a list of the object's cells. */
  field(cell: Cell, object: MemoryObject): string {
    return cell.name.slice(object.name.length).replace(/^(?:\.|->)/, '');
  }

  value(value: number, format: Format): string {
    switch (format) {
      case 'pointer':
        return value === 0 ? 'NULL' : (this.objects[value]?.name ?? `${value}`);
      case 'flag':
        return value === 0 ? 'no' : 'yes';
      case 'holder':
        return value === 0 ? 'unlocked' : `held by ${this.thread(value - 1)}`;
      case 'attach-state':
        return ATTACH_STATES[value] ?? `${value}`;
      case 'thread':
        return value === 0 ? 'nobody' : this.thread(value - 1);
      case 'local-count':
        return value === -1 ? 'immortal' : `${value}`;
      case 'shared-count':
        return sharedCount(value);
      case 'number':
      case 'hidden':
        return `${value}`;
    }
  }

  /** What the cell holds on the machine. */
  held(machine: Machine, cell: number): string {
    return this.value(machine.state[cell]!, this.program.cells[cell]!.format);
  }
}

function sharedCount(value: number): string {
  const state = value & 3;
  const words = state === 0 ? '' : ` (${SHARED_STATES[state]})`;
  return `${value >> 2}${words}`;
}
