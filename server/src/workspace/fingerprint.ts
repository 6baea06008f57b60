/**
 * What makes a finding the same finding after lines have moved: its rule, its function, and the text that it stands on with white
 * space and comments taken out. Baselines and SARIF's `partialFingerprints` are made from it.
 */
import type { Finding } from '../rules/finding.ts';
import { linesOf } from './lines.ts';

export interface FindingKey {
  readonly rule: string;
  /** `''` at file scope. */
  readonly function: string;
  readonly text: string;
}

/** Keys of findings of one text, in their order. */
export function keysOf(text: string, findings: readonly Finding[]): FindingKey[] {
  if (findings.length === 0) return [];
  const lines = linesOf(text);
  return findings.map(finding => {
    const first = lines.position(finding.span.start).line;
    // The first line alone: a long statement that is wrapped anew is still the same statement.
    const normal = lines
      .text(first)
      .replace(/\/\*.*?\*\/|\/\/.*$/g, '')
      .replace(/\s+/g, ' ')
      .trim();
    return { rule: finding.rule, function: finding.site.function ?? '', text: normal };
  });
}

/** A key as one string. Not for secrets: two 32-bit FNV-1a sums over the characters, in hexadecimal. */
export function hashText(text: string): string {
  let a = 0x811c9dc5;
  let b = 0x01000193;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    a = Math.imul(a ^ c, 0x01000193);
    b = Math.imul(b ^ c, 0x85ebca6b) ^ (b >>> 13);
  }
  return (a >>> 0).toString(16).padStart(8, '0') + (b >>> 0).toString(16).padStart(8, '0');
}

/** Fingerprints of findings of one text; equal keys are told apart by their order. */
export function fingerprintsOf(text: string, findings: readonly Finding[]): string[] {
  const seen = new Map<string, number>();
  return keysOf(text, findings).map(key => {
    const base = `${key.rule}\n${key.function}\n${key.text}`;
    const count = (seen.get(base) ?? 0) + 1;
    seen.set(base, count);
    return `${hashText(base)}:${count}`;
  });
}
