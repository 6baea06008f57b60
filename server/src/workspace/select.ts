/** Which findings settings show in a file, and at which level. */
import picomatch from 'picomatch/posix.js';
import type { Finding, Severity } from '../rules/finding.ts';
import { CONFIDENCES } from '../rules/finding.ts';
import type { RuleInfo } from './core.ts';
import type { ReportedFinding } from './service.ts';
import type { Level, Settings } from './settings.ts';

const LEVEL_OF: Readonly<Record<Severity, Exclude<Level, 'off'>>> = {
  crash: 'error',
  corruption: 'error',
  deadlock: 'error',
  'lost-update': 'warning',
  'gil-reenabled': 'warning',
  compile: 'warning',
  isolation: 'information',
  info: 'hint',
};

/** How bad a hazard looks when settings say nothing. */
export function levelOfSeverity(severity: Severity): Exclude<Level, 'off'> {
  return LEVEL_OF[severity];
}

export interface Selection {
  /** Null: the settings don't show it. */
  report(finding: Finding): ReportedFinding | null;
}

/** `path`: of the file, relative to where the globs of its settings start. */
export function createSelection(settings: Settings, rules: readonly RuleInfo[], path: string): Selection {
  const ignored = new Set(settings.ignore);
  for (const [glob, selectors] of Object.entries(settings.perFileIgnores)) {
    if (matchesGlob(glob, path)) for (const selector of selectors) ignored.add(selector);
  }
  const chosen = new Set(settings.select);
  const levels = new Map<string, Level>();
  for (const rule of rules) {
    const names = [rule.id, rule.family, rule.group, 'all'];
    if (!names.some(name => chosen.has(name))) continue;
    // A rule that is selected by its own name stays when its family is ignored, and the other way round.
    const selected = names.findIndex(name => chosen.has(name));
    const dropped = names.findIndex(name => ignored.has(name));
    if (dropped >= 0 && dropped <= selected) continue;
    levels.set(rule.id, settings.severity[rule.id] ?? settings.severity[rule.family] ?? LEVEL_OF[rule.severity]);
  }
  const least = CONFIDENCES.indexOf(settings.confidence);
  return {
    report(finding) {
      const level = levels.get(finding.rule);
      if (level === undefined || level === 'off' || CONFIDENCES.indexOf(finding.confidence) > least) return null;
      const overridden = settings.severity[finding.rule] ?? settings.severity[finding.family];
      return { ...finding, level: overridden === undefined ? LEVEL_OF[finding.severity] : level };
    },
  };
}

/** A glob without a slash matches at any depth, as in `.gitignore`; one for a directory matches all below it. */
export function matchesGlob(glob: string, path: string): boolean {
  const anchored = glob.replace(/\/+$/, '').includes('/');
  const pattern = (anchored ? '' : '**/') + glob.replace(/^\.?\//, '').replace(/\/+$/, '');
  return picomatch.isMatch(path, [pattern, `${pattern}/**`], { dot: true });
}
