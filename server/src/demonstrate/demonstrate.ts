/** From a finding to the run that shows it: the facade of this layer. Pure; the same input gives the same demonstration. */
import type { Extension } from '../analysis/extension.ts';
import type { Fix } from '../workspace/service.ts';
import type { DemonstratedFinding, DemonstrateOptions, Demonstration, FixedDemonstration } from './model.ts';

/** Never throws for any extension or finding; what can't be run is `not-modelled`, with the reason. */
export function demonstrate(
  extension: Extension,
  finding: DemonstratedFinding,
  _options: DemonstrateOptions,
): Demonstration {
  const { site } = finding;
  if (site.function === null) return notModelled('It is about a declaration, not about code that runs.');
  const view = extension.functions.find(one => one.unit.file === site.file && one.name === site.function);
  if (view === undefined) return notModelled('The function could not be read.');
  return notModelled('The function is not translated yet.');
}

/** The harness of `before` on the edited text: the same threads on the same objects, and the same properties. */
export function demonstrateFixed(
  before: Demonstration,
  _edited: Extension,
  _finding: DemonstratedFinding,
  _options: DemonstrateOptions,
  fix: Fix,
): FixedDemonstration {
  return { ...before, fix: { fix, outcome: 'unknown', reason: 'The edited text is not translated yet.' } };
}

function notModelled(reason: string): Demonstration {
  return {
    status: 'not-modelled',
    title: 'race: not modelled',
    reason,
    failure: null,
    playback: null,
    harness: null,
    assumptions: [],
    omitted: [],
  };
}
