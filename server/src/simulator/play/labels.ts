/** An event in words. */
import type { Instruction } from '../machine/program.ts';
import type { Names } from './names.ts';
import type { RecordedEvent, Touched } from './record.ts';

export function labelOf(
  event: RecordedEvent,
  names: Names,
  formats: (cell: number) => Parameters<Names['value']>[1],
): string {
  const { instruction, note } = event;
  const value = (cell: number, number: number): string => names.value(number, formats(cell));
  if (instruction.kind === 'free') {
    const [freed] = event.touched;
    return freed === undefined ? 'frees NULL' : `frees ${names.cell(freed.cell)}`;
  }
  const seen = event.touched.filter(({ cell }) => names.objectAt(cell)?.base !== cell);
  if (instruction.kind === 'atomic') {
    const parts = seen.map(t => describe(t, names, value, t.write ? 'update' : 'load'));
    return note.label === undefined ? parts.join(', ') : [note.label, ...parts].join(': ');
  }
  const [touched] = seen;
  if (touched === undefined) return note.label ?? missing(event, names);
  const target = names.cell(touched.cell);
  // What has no place in the listing was touched for the object's sake.
  if (formats(touched.cell) === 'hidden' && names.objectAt(touched.cell) !== undefined)
    return note.label ?? missing(event, names);
  if (formats(touched.cell) === 'holder') return lockLabel(instruction, note.label, target, touched);
  const words = describe(touched, names, value, wordsFor(instruction, touched));
  return note.label === undefined ? words : `${note.label}: ${words}`;
}

type Words = 'load' | 'store' | 'update' | 'refused';

function wordsFor(instruction: Instruction, touched: Touched): Words {
  if (instruction.kind !== 'access' || instruction.next === undefined) return 'load';
  if (!touched.write) return 'refused';
  return instruction.order === 'plain' || instruction.order === 'relaxed' ? 'store' : 'update';
}

function describe(
  { cell, old, now }: Touched,
  names: Names,
  value: (cell: number, number: number) => string,
  words: Words,
): string {
  const name = names.cell(cell);
  switch (words) {
    case 'load':
      return `reads ${name}: ${value(cell, old)}`;
    case 'refused':
      return `leaves ${name} as it is: ${value(cell, old)}`;
    case 'store':
      return `writes ${name} = ${value(cell, now)}`;
    case 'update':
      return `${name}: ${value(cell, old)} → ${value(cell, now)}`;
  }
}

function lockLabel(instruction: Instruction, label: string | undefined, target: string, touched: Touched): string {
  // `locks items` says the same as `locks the lock of items`.
  const named = target.replace(/^the lock of /, '');
  if (label !== undefined) return label.endsWith('ks') ? `${label} ${named}` : label;
  if (instruction.kind !== 'access') return `touches ${target}`;
  if (instruction.until !== undefined) return `locks ${named}`;
  if (!touched.write) return instruction.requires === undefined ? `finds ${target} taken` : `unlocks ${named}`;
  return instruction.when === undefined ? `unlocks ${named}` : `locks ${named}`;
}

/** Only the liveness of an object was looked at: it was dead, or the thread was not allowed to. */
function missing(event: RecordedEvent, names: Names): string {
  const [touched] = event.touched;
  if (touched === undefined) return 'goes through NULL';
  return `uses ${names.objectAt(touched.cell)?.name ?? names.cell(touched.cell)}`;
}
