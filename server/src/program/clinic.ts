/** Argument Clinic: directives in the comment before a function. */
import type { LensedText } from '../syntax/model.ts';
import type { FactsBefore } from './function.ts';

/** Facts of the Clinic block that ends right before `start` (generated prototype and blank lines between are fine). */
export function clinicFactsBefore(lens: LensedText, start: number): FactsBefore {
  // The output's end marker stands between the `…_impl(…)` head and its body, the input before the head.
  let input: string | null = null;
  for (const span of lens.comments) {
    if (span.start >= start) break;
    const text = lens.original.slice(span.start, span.end);
    if (text.startsWith('/*[clinic input]')) input = lens.original.slice(span.end, start).trim() === '' ? text : null;
  }
  if (input === null) return {};
  const directive = /^@critical_section[ \t]*(.*)$/m.exec(input);
  if (!directive) return { clinic: true };
  return { clinic: true, clinicCriticalSection: directive[1]!.trim().split(/\s+/).filter(Boolean) };
}
