/** Argument Clinic: directives in the comment before a function. */
import type { LensedText } from '../syntax/model.ts';
import type { FactsBefore } from './function.ts';

export interface ClinicFacts {
  /** Facts of the Clinic block right before `start`; blank lines between are fine. Ask in ascending order. */
  before(start: number): FactsBefore;
}

const NONE: FactsBefore = {};

export function clinicFacts(lens: LensedText): ClinicFacts {
  const inputs = lens.comments.filter(span => lens.original.startsWith('/*[clinic input]', span.start));
  let next = 0;
  return {
    before(start) {
      let input = null;
      while (next < inputs.length && inputs[next]!.start < start) input = inputs[next++]!;
      if (input === null || lens.original.slice(input.end, start).trim() !== '') return NONE;
      return directives(lens.original.slice(input.start, input.end));
    },
  };
}

function directives(input: string): FactsBefore {
  const section = /^@critical_section[ \t]*(.*)$/m.exec(input);
  if (!section) return { clinic: true };
  return { clinic: true, clinicCriticalSection: section[1]!.trim().split(/\s+/).filter(Boolean) };
}
