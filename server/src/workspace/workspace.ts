/** The one implementation of `AnalysisService`: documents, projects and settings brought together around the checker. */
import type { DemonstrationRequest, FixedDemonstration } from '../demonstrate/model.ts';
import type { Finding } from '../rules/finding.ts';
import { FAMILIES } from '../rules/finding.ts';
import { type CheckedFile, Checker, type CheckRequest, placesOf } from './checker.ts';
import { isSettingsFile, type Vocabulary } from './configuration.ts';
import type { Core, CoreSettings, ReadFile } from './core.ts';
import type { Demonstrate } from './demonstrator.ts';
import type { Extension } from './extensions.ts';
import { fixAll } from './fix-all.ts';
import { checkInOrder } from './in-order.ts';
import { Neighbours } from './neighbours.ts';
import { comparePaths, directoryOf, isSource, joinPath, relativePath } from './paths.ts';
import { type FileSettings, groupFiles, type Overrides, SettingsFinder } from './project.ts';
import { emptyReport, Reporter, skippedReport } from './reports.ts';
import { matchesGlob } from './select.ts';
import type {
  AnalysisService,
  Errand,
  FileReport,
  Fix,
  FixAllOptions,
  FixedFile,
  Host,
  HoverText,
  Refusal,
  ReportedFinding,
  Reproducer,
  Signal,
} from './service.ts';
import { Texts } from './texts.ts';
import { isExcluded, listSources } from './walk.ts';

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
  readonly #options: WorkspaceOptions;
  readonly #neighbours: Neighbours;
  readonly #reporter: Reporter;
  /** What was reported since anything changed, null when cancelled or failed: several features of an editor ask about the same text. */
  #reports = new Map<string, Promise<FileReport | null>>();

  constructor(options: WorkspaceOptions) {
    this.#options = options;
    this.#host = options.host;
    this.#core = options.core;
    this.#texts = new Texts(options.host);
    const vocabulary: Vocabulary = { rules: options.core.rules.map(rule => rule.id), families: FAMILIES };
    this.#settings = new SettingsFinder(options.host, this.#texts, vocabulary, options.overrides ?? (() => ({})));
    this.#reporter = new Reporter(options.core.rules, vocabulary);
    this.#neighbours = new Neighbours({
      host: options.host,
      texts: this.#texts,
      settings: this.#settings,
      folders: options.folders ?? [],
    });
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
  edit(file: string, text: string): void {
    this.#reports = new Map();
    this.#texts.edit(file, text);
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
    this.#neighbours.clear();
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
    if (isSettingsFile(file)) return this.#reporter.ofSettings(file, await this.#texts.read(file));
    const project = await this.#neighbours.projectOf(file);
    const settings = await this.#settings.of(file, project?.root ?? '/');
    if (isExcluded(settings.settings.exclude, settings.base, file)) return emptyReport(file, 'excluded');
    const checked = await this.#checker.check(await this.#requestFor(file), signal);
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
      const project = isDirectory ? { root: path, deep: true } : await this.#neighbours.projectOf(path);
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
    const project = await this.#neighbours.projectOf(file);
    const at = await this.#settings.of(file, project?.root ?? '/');
    const { reads, settings } = await this.#readAround(file);
    const report = (read: ReadFile, files: readonly ReadFile[]): readonly ReportedFinding[] => {
      const findings = this.#core.check(files, settings).filter(finding => finding.file === file);
      return this.#reporter.shown(file, read.text, at, findings, placesOf(read.unit.functions)).kept;
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
      const check = await this.#requestFor(file);
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
    const request = await this.#requestFor(file);
    const entries = await this.#checker.read(request);
    return { reads: [...(entries?.values() ?? [])].flatMap(entry => entry.read ?? []), settings: request.settings };
  }

  #moved(file: string): void {
    if (isSettingsFile(file)) this.settingsChanged();
    this.#neighbours.moved(file);
  }

  async #requestFor(file: string): Promise<CheckRequest> {
    const { extension, root } = await this.#neighbours.homeOf(file);
    return this.#request(extension, root);
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

  async #report(file: string, at: FileSettings, checked: readonly CheckedFile[]): Promise<FileReport> {
    const isRead = checked[0]?.skipped === null;
    return this.#reporter.report(file, (isRead ? await this.#texts.read(file) : null) ?? '', at, checked);
  }
}
