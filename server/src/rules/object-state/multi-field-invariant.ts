import type { Access } from '../../analysis/accesses.ts';
import type { Extension } from '../../analysis/extension.ts';
import type { FunctionView } from '../../analysis/view.ts';
import { defineRule, type Report } from '../rule.ts';
import { isOwnObject, usesOutsideHelpers } from '../support/accessors.ts';
import { isMemoryPointer, replacesMemory } from '../support/memory-fields.ts';
import { mixedReads } from '../support/mixed-reads.ts';
import { certainty, certaintyIn, placeOfAccess, subjectOf } from '../support/pairs.ts';
import { quote } from '../support/words.ts';

export const multiFieldInvariant = defineRule({
  id: 'multi-field-invariant',
  family: 'object-state',
  title: 'Values that belong together written one after the other without a lock',
  severity: 'corruption',
  check(extension, report) {
    const told = new Set<string>();
    for (const view of extension.accesses.functions) {
      reportMixed(extension, view, told, report);
      const writes = extension.accesses
        .ofFunction(view)
        .filter(
          one => one.kind === 'write' && one.concurrent && !one.key.endsWith('[]') && isPlain(one) && isOwnStore(one),
        );
      const pair = writes.length < 2 ? null : firstPair(extension, writes);
      if (pair === null) continue;
      const [first, second, reader] = pair;
      // A buffer that is moved together with its size is the other rule's: one lock cures both.
      if (writes.some(one => one.base === first.base && isMemoryPointer(extension, one) && replacesMemory(one)))
        continue;
      const subject = subjectOf(second);
      const other = placeOfAccess(reader);
      report.at(
        { function: view, steps: [second.step, first.step] },
        {
          subject,
          message: `A thread can read the new ${quote(subjectOf(first))} with the old ${quote(subject)} between the two stores. Write and read both under a lock.`,
          confidence: certainty(second),
          ...(second.struct === null ? {} : { owner: second.struct }),
          other,
          related: [
            { at: other, message: `\`${reader.function.name}\` reads both, in another thread at the same time` },
          ],
        },
      );
    }
  },
});

/** The other end: who reads both as one thing, once for each function and type of object (`told`). */
function reportMixed(extension: Extension, view: FunctionView, told: Set<string>, report: Report): void {
  const mixed = mixedReads(extension, view, isPlain);
  if (mixed === null) return;
  const { first, second, writer } = mixed;
  const subject = subjectOf(second);
  const other = placeOfAccess(writer);
  for (const use of usesOutsideHelpers(extension, view, first.step, first.base ?? '')) {
    const key = `${use.function.id} ${first.struct}`;
    if (told.has(key) || !isOwnObject(use)) continue;
    told.add(key);
    report.at(
      { function: use.function, steps: use.object === null ? [first.step, second.step] : [use.step] },
      {
        subject,
        message: `\`${writer.function.body.name}\` can be between changing ${quote(subjectOf(first))} and ${quote(subject)} when both are read here: a mix of old and new. Lock both.`,
        confidence: certaintyIn(use.function),
        ...(second.struct === null ? {} : { owner: second.struct }),
        other,
        related: [
          { at: other, message: `\`${writer.function.name}\` changes it here, in another thread at the same time` },
        ],
      },
    );
  }
}

/** Two stores of one function that no lock keeps together, and a function that reads both as one thing. */
function firstPair(extension: Extension, writes: readonly Access[]): [Access, Access, Access] | null {
  for (const [at, first] of writes.entries()) {
    for (const second of writes.slice(at + 1)) {
      if (first.key === second.key || first.struct !== second.struct || first.base !== second.base) continue;
      const reader = readTogether(extension, first, second);
      if (reader !== null) return [first, second, reader];
    }
  }
  return null;
}

/** A read of the first that meets a read of the second in one operation, comparison or indexing, and races with the writes. */
function readTogether(extension: Extension, first: Access, second: Access): Access | null {
  const races = (access: Access): boolean => access.kind === 'write' && (access === first || access === second);
  for (const read of extension.accesses.of(first.key)) {
    if (read.kind !== 'read' || extension.accesses.conflicts(read, races).length === 0) continue;
    const view = read.function;
    const others = extension.accesses
      .ofFunction(view)
      .filter(one => one.kind === 'read' && one.key === second.key && one.base === read.base);
    const uses = view.usesOf(read.step);
    const meets = others.some(one => {
      // A lock that the writer does not take keeps nothing together.
      if (extension.accesses.conflicts(one, races).length === 0) return false;
      return view
        .usesOf(one.step)
        .some(use => uses.some(mine => mine.step === use.step && isOneThing(mine.role, use.role)));
    });
    if (meets) return read;
  }
  return null;
}

/** Both stand in one operation, or one indexes what the other points to. Two arguments of one call are two things. */
function isOneThing(a: string, b: string): boolean {
  const joined = new Set(['operand', 'test', 'index', 'base']);
  return joined.has(a) && joined.has(b);
}

/** Numbers and pointers to plain memory; references have rules of their own. */
function isPlain({ type, atomic }: Access): boolean {
  return type !== null && !atomic && !type.callable && !type.base.endsWith('Object');
}

/** Stores that a helper makes one after the other are that helper's to keep together. */
function isOwnStore({ function: view, step }: Access): boolean {
  return view.semantics.callee(step)?.kind !== 'project';
}
