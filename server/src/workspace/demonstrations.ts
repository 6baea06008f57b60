/** A finding's race and its cure, side by side: the fix is made in memory, and the same harness runs on what comes out. */
import type { Extension } from '../analysis/extension.ts';
import { demonstrate, demonstrateFixed } from '../demonstrate/demonstrate.ts';
import type { DemonstrateOptions, DemonstrationRequest, FixedDemonstration } from '../demonstrate/model.ts';
import { applyEdits } from '../fixes/edits.ts';
import type { Finding } from '../rules/finding.ts';
import type { ReadFile } from './core.ts';
import type { Fix } from './service.ts';

export interface Surroundings {
  readonly files: readonly ReadFile[];
  readonly extensionOf: (files: readonly ReadFile[]) => Extension;
  readonly reread: (file: ReadFile, text: string) => ReadFile;
  /** The best fix that is offered; it costs an analysis. */
  readonly best: () => Fix | undefined;
}

export function demonstrateWithFix(
  finding: Finding,
  request: DemonstrationRequest,
  { files, extensionOf, reread, best }: Surroundings,
): FixedDemonstration {
  const { fix: wanted = 'best', ...rest } = request;
  const before = demonstrate(extensionOf(files), finding, { ...rest, ...listing(files) });
  const fix = before.status !== 'demonstrated' || wanted === 'none' ? undefined : wanted === 'best' ? best() : wanted;
  if (fix === undefined) return { ...before, fix: null };
  const edited = files.map(file => {
    const edits = fix.edits.find(one => one.file === file.unit.file)?.edits ?? [];
    return edits.length === 0 ? file : reread(file, applyEdits(file.text, edits));
  });
  return demonstrateFixed(before, extensionOf(edited), { ...rest, ...listing(edited) }, fix);
}

/** The service speaks of files by their paths, in playbacks too; who shows them makes addresses of them. */
function listing(files: readonly ReadFile[]): Pick<DemonstrateOptions, 'text' | 'uri'> {
  return { text: file => files.find(one => one.unit.file === file)?.text ?? null, uri: file => file };
}
