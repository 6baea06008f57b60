/** Reads a text, finds a hazard in it by rule, and exports it: the part between the imports and what every test shares. */

import { reproducer } from '../../server/src/reproducer/reproducer.ts';
import { runRules } from '../../server/src/rules/check.ts';
import { RULES } from '../../server/src/rules/registry.ts';
import { extensionOf } from '../analysis/read.ts';

export function exported(text: string, rule: string) {
  const extension = extensionOf(text);
  const finding = runRules(extension, RULES).find(one => one.rule === rule);
  if (finding === undefined) throw new Error(`no ${rule}`);
  return reproducer(extension, finding, { place: 'test.c:1' });
}

export function sceneOf(text: string, rule: string): string {
  const whole = exported(text, rule).text;
  return whole.slice(whole.indexOf('def scene'), whole.indexOf('# ---- From here on')).trimEnd();
}
