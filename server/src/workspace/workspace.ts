/** The one implementation of `AnalysisService`: documents, projects and settings brought together around the checker. */
import type { DemonstrationRequest, FixedDemonstration } from '../demonstrate/model.ts';
import type { Finding } from '../rules/finding.ts';
import { FAMILIES } from '../rules/finding.ts';
import { type CheckedFile, Checker, type CheckRequest, placesOf } from './checker.ts';
import { isSettingsFile, readConfiguration, selectorNames, type Vocabulary } from './configuration.ts';
import type { Core, CoreSettings, ReadFile } from './core.ts';
import type { Demonstrate } from './demonstrator.ts';
import { type Extension, homeOf } from './extensions.ts';
import { fixAll } from './fix-all.ts';
import { checkInOrder } from './in-order.ts';
import { comparePaths, directoryOf, isInside, isSource, joinPath, relativePath } from './paths.ts';
import { type FileSettings, type Grouping, groupFiles, type Overrides, SettingsFinder } from './project.ts';
import type { Skip } from './recognise.ts';
import { createSelection, matchesGlob } from './select.ts';
import type {
  AnalysisService,
  Errand,
  FileReport,
  Fix,
  FixAllOptions,
  FixedFile,
  FunctionPlace,
  Host,
  HoverText,
  Refusal,
  ReportedFinding,
  Reproducer,
  Signal,
  TextEdit,
} from './service.ts';
import { applySuppressions, type Suppressed } from './suppressions.ts';
import { Texts } from './texts.ts';
import { isExcluded, listSources, type Project, projectOf } from './walk.ts';

/** The look around an opened file stops after so many sources. */
const MOST_AROUND = 1_500;

export interface WorkspaceOptions {
  readonly host: Host;
  readonly core: Core;
  readonly overrides?: Overrides;
  /** Lets other work in during long runs; the default does not. */
  readonly pause?: () => Promise<void>;
  /** Checks one extension elsewhere (a worker); the default is here. Null when cancelled. */
  readonly check?: (request: CheckRequest, signal?: Signal) => Promise<readonly CheckedFile[] | null>;
  /** Demonstrates elsewhere (a worker); the default is here. */
  readonly demonstrate?: Demonstrate;
  /** Directories that somebody works in: files below them belong together where nothing else says what a project is. */
  readonly folders?: readonly string[];
  /** How many extensions a scan hands out at once. */
  readonly parallel?: number;
}

export class Workspace implements AnalysisService {
  readonly #host: Host;
  readonly #core: Core;
  readonly #texts: Texts;
  readonly #settings: SettingsFinder;
  readonly #checker: Checker;
  readonly #vocabulary: Vocabulary;
  readonly #selectors: ReadonlySet<string>;
  readonly #options: WorkspaceOptions;
  readonly #groupings = new Map<string, Promise<Grouping>>();
  /** Projects by directory. */
  readonly #projects = new Map<string, Promise<Project | null>>();
  /** What was reported since anything changed, null when cancelled or failed: several features of an editor ask about the same text. */
  #reports = new Map<string, Promise<FileReport | null>>();

  constructor(options: WorkspaceOptions) {
    this.#options = options;
    this.#host = options.host;
    this.#core = options.core;
    this.#texts = new Texts(options.host);
    this.#vocabulary = { rules: options.core.rules.map(rule => rule.id), families: FAMILIES };
    this.#selectors = new Set(selectorNames(this.#vocabulary));
    this.#settings = new SettingsFinder(options.host, this.#texts, this.#vocabulary, options.overrides ?? (() => ({})));
    this.#checker = new Checker({
      core: options.core,
      text: file => this.#texts.read(file),
      pause: options.pause ?? (async () => {}),
    });
  }

  open(file: string, text: string): void {
    this.#reports = new Map();
    this.#texts.open(file, text);
    this.#moved(file);
  }

  /** Grouping follows documents when they are opened, saved or closed, not at every key. */
  edit(file: string, edits: readonly TextEdit[]): void {
    this.#reports = new Map();
    this.#texts.edit(file, edits);
    if (isSettingsFile(file)) this.#moved(file);
  }

  close(file: string): void {
    this.#reports = new Map();
    this.#texts.close(file);
    this.#checker.forget(file);
    this.#moved(file);
  }

  changed(file: string): void {
    this.#reports = new Map();
    this.#texts.changed(file);
    this.#moved(file);
  }

  settingsChanged(): void {
    this.#reports = new Map();
    this.#settings.changed();
    this.#projects.clear();
    this.#groupings.clear();
  }

  async diagnose(file: string, signal?: Signal): Promise<FileReport> {
    const reports = this.#reports;
    const known = await reports.get(file);
    if (known) return known;
    const running = this.#diagnose(file, signal);
    // Kept in the map of the beginning: what changes meanwhile makes another.
    const kept = running.then(
      report => (signal?.aborted ? null : report),
      () => null,
    );
    reports.set(file, kept);
    return running;
  }

  async #diagnose(file: string, signal?: Signal): Promise<FileReport> {
    if (isSettingsFile(file)) return this.#diagnoseSettings(file);
    const project = await this.#projectOf(file);
    const settings = await this.#settings.of(file, project?.root ?? '/');
    if (isExcluded(settings.settings.exclude, settings.base, file)) return emptyReport(file, 'excluded');
    const extension = homeOf(file, (await this.#around(file, project)).of.get(file) ?? []);
    const checked = await this.#checker.check(await this.#request(extension, project?.root ?? '/'), signal);
    if (!checked) return emptyReport(file, null);
    const report = await this.#report(
      file,
      settings,
      checked.filter(entry => entry.file === file),
    );
    if (report.failure !== undefined) throw new Error(report.failure);
    return report;
  }

  async *scan(paths: readonly string[], signal?: Signal): AsyncIterable<FileReport> {
    const wanted = new Set<string>();
    const context = new Map<string, readonly string[]>();
    for (const path of paths) {
      const isDirectory = !isSource(path) || (await this.#host.list(path)) !== null;
      const project = isDirectory ? { root: path, deep: true } : await this.#projectOf(path);
      const { root, deep } = project ?? { root: directoryOf(path), deep: false };
      let around = context.get(root);
      if (!around) {
        const { settings } = await this.#settings.of(joinPath(root, 'any.c'), root);
        around = await listSources(this.#host, root, { excluded: settings.exclude, deep, signal });
        context.set(root, around);
      }
      for (const file of isDirectory ? around : [path]) wanted.add(file);
    }
    const files = [...new Set([...[...context.values()].flat(), ...wanted])].sort(comparePaths);
    const root = paths[0] ?? '/';
    const { settings, base } = await this.#settings.of(joinPath(root, 'any.c'), root);
    const directories = settings.includeDirectories.map(path => joinPath(base, path));
    const grouping = await groupFiles(files, this.#texts, directories, signal);
    this.#texts.dropDisk();
    const check = this.#options.check ?? ((request: CheckRequest) => this.#checkHere(request, signal));
    const checkOne = async (extension: Extension): Promise<readonly CheckedFile[]> =>
      (await check(
        {
          ...(await this.#request(extension, root)),
          shared: extension.files.filter(file => (grouping.of.get(file)?.length ?? 0) > 1),
          once: !extension.files.some(file => this.#texts.isOpen(file)),
        },
        signal,
      )) ?? [];
    for await (const { file, skip, checked } of checkInOrder(grouping, wanted, this.#options.parallel ?? 1, checkOne)) {
      if (signal?.aborted) return;
      yield skip ? skippedReport(file, skip) : await this.#report(file, await this.#settings.of(file, root), checked);
      // A tree may hold more text than memory should.
      this.#texts.changed(file);
    }
  }

  async fixes(
    file: string,
    finding: Finding,
    most?: number,
  ): Promise<{ readonly offered: readonly Fix[]; readonly refused: readonly Refusal[] }> {
    const { reads, settings } = await this.#readAround(file);
    return this.#core.fixes(reads, finding, settings, most);
  }

  async fixAll(file: string, options: FixAllOptions): Promise<FixedFile | null> {
    const project = await this.#projectOf(file);
    const at = await this.#settings.of(file, project?.root ?? '/');
    const { reads, settings } = await this.#readAround(file);
    const report = (read: ReadFile, files: readonly ReadFile[]): readonly ReportedFinding[] => {
      const findings = this.#core.check(files, settings).filter(finding => finding.file === file);
      return this.#shown(file, read.text, at, findings, placesOf(read.unit.functions)).kept;
    };
    const pause = this.#options.pause ?? (async () => {});
    return fixAll({ core: this.#core, settings, files: reads, report, pause }, file, options);
  }

  async demonstrate(
    file: string,
    finding: Finding,
    request: DemonstrationRequest = {},
    errand: Errand = {},
  ): Promise<FixedDemonstration> {
    const elsewhere = this.#options.demonstrate;
    if (elsewhere !== undefined) {
      const project = await this.#projectOf(file);
      const extension = homeOf(file, (await this.#around(file, project)).of.get(file) ?? []);
      const check = await this.#request(extension, project?.root ?? '/');
      return elsewhere({ check, documents: this.#texts.documents(check.files), finding, request }, errand);
    }
    const { reads, settings } = await this.#readAround(file);
    return this.#core.demonstrate(reads, finding, settings, request, () => errand.signal?.aborted === true);
  }

  async reproduce(file: string, finding: Finding, schedule?: readonly string[]): Promise<Reproducer> {
    const { reads, settings } = await this.#readAround(file);
    return this.#core.reproduce(reads, finding, settings, schedule);
  }

  async hover(file: string, offset: number): Promise<HoverText | null> {
    const text = await this.#texts.read(file);
    return text === null ? null : this.#core.hover(text, offset);
  }

  async explain(file: string, offset: number): Promise<string> {
    const { reads, settings } = await this.#readAround(file);
    if (!reads.some(entry => entry.unit.file === file))
      return 'This file is not analysed: it holds no Python extension code.';
    return this.#core.explain(reads, file, offset, settings);
  }

  async #readAround(file: string): Promise<{
    readonly reads: readonly ReadFile[];
    readonly settings: CoreSettings;
  }> {
    const project = await this.#projectOf(file);
    const extension = homeOf(file, (await this.#around(file, project)).of.get(file) ?? []);
    const request = await this.#request(extension, project?.root ?? '/');
    const entries = await this.#checker.read(request);
    return { reads: [...(entries?.values() ?? [])].flatMap(entry => entry.read ?? []), settings: request.settings };
  }

  /** Extensions of all sources of a project, kept until a file of it comes, goes or is saved. */
  #around(file: string, project: Project | null): Promise<Grouping> {
    if (project === null) return groupFiles([file], this.#texts, [], undefined);
    let grouping = this.#groupings.get(project.root);
    if (!grouping) {
      grouping = this.#group(project, file);
      this.#groupings.set(project.root, grouping);
    }
    return grouping;
  }

  async #group({ root, deep }: Project, file: string): Promise<Grouping> {
    const { settings, base } = await this.#settings.of(file, root);
    const files = await listSources(this.#host, root, { excluded: settings.exclude, most: MOST_AROUND, deep });
    // A document may be untitled, ignored or beyond the bound, and is grouped all the same.
    const all = files.includes(file) ? files : [...files, file].sort(comparePaths);
    return groupFiles(
      all,
      this.#texts,
      settings.includeDirectories.map(path => joinPath(base, path)),
      undefined,
    );
  }

  #moved(file: string): void {
    if (isSettingsFile(file)) this.settingsChanged();
    for (const project of this.#groupings.keys()) if (isInside(file, project)) this.#groupings.delete(project);
  }

  #projectOf(file: string): Promise<Project | null> {
    const directory = directoryOf(file);
    let project = this.#projects.get(directory);
    if (!project) {
      project = projectOf(this.#host, file, this.#options.folders ?? []);
      this.#projects.set(directory, project);
    }
    return project;
  }

  async #request(extension: Extension, fallback: string): Promise<CheckRequest> {
    const first = extension.files[0] ?? fallback;
    const { settings, base } = await this.#settings.of(first, fallback);
    const { target, minimumPython, compat, lockMacros, suspending, neverSuspending, borrowing, threadUnsafe } =
      settings;
    return {
      files: extension.files,
      generated: extension.files.filter(file => settings.generated.some(g => matchesGlob(g, relativePath(base, file)))),
      settings: { target, minimumPython, compat, lockMacros, suspending, neverSuspending, borrowing, threadUnsafe },
      includeDirectories: settings.includeDirectories.map(path => joinPath(base, path)),
    };
  }

  async #checkHere(request: CheckRequest, signal?: Signal): Promise<readonly CheckedFile[] | null> {
    const checked = await this.#checker.check(request, signal);
    this.#checker.drop(
      request.files.filter(file => !this.#texts.isOpen(file)),
      request.shared,
    );
    return checked;
  }

  /** What one file's extensions found in it, as settings and comments show it. */
  async #report(file: string, at: FileSettings, checked: readonly CheckedFile[]): Promise<FileReport> {
    const first = checked[0];
    if (!first || first.skipped !== null) {
      const report = skippedReport(file, {
        reason: first?.skipped ?? 'unreadable',
        generator: first?.generator ?? null,
      });
      return first?.failure ? { ...report, failure: first.failure } : report;
    }
    const text = (await this.#texts.read(file)) ?? '';
    const findings = checked.flatMap(entry => entry.findings);
    const { kept, suppressed, notices } = this.#shown(file, text, at, findings, first.functions);
    return {
      file,
      findings: kept,
      suppressed,
      notices,
      functions: first.functions,
      health: first.health,
      skipped: null,
    };
  }

  /** Findings of one text as settings and comments show them. */
  #shown(
    file: string,
    text: string,
    at: FileSettings,
    findings: readonly Finding[],
    functions: readonly FunctionPlace[],
  ): Suppressed {
    const selection = createSelection(at.settings, this.#core.rules, relativePath(at.base, file));
    // A header's findings come once, however many extensions include it.
    const unique = new Map(findings.map(f => [`${f.rule} ${f.span.start} ${f.span.end} ${f.subject}`, f] as const));
    const reported = [...unique.values()].flatMap(finding => selection.report(finding) ?? []).sort(byPlace);
    return applySuppressions(text, reported, functions, this.#selectors);
  }

  async #diagnoseSettings(file: string): Promise<FileReport> {
    const text = await this.#texts.read(file);
    const notices = (text === null ? null : readConfiguration(file, text, this.#vocabulary))?.notices ?? [];
    return { ...emptyReport(file, null), notices };
  }
}

function skippedReport(file: string, { reason, generator }: Skip): FileReport {
  const report = emptyReport(file, reason);
  return generator === null ? report : { ...report, generator };
}

function emptyReport(file: string, skipped: FileReport['skipped']): FileReport {
  return {
    file,
    findings: [],
    suppressed: [],
    notices: [],
    functions: [],
    health: null,
    skipped,
  };
}

function byPlace(a: Finding, b: Finding): number {
  return a.span.start - b.span.start || a.span.end - b.span.end || comparePaths(a.rule, b.rule);
}
