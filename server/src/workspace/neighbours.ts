/** What a file belongs to: its project, and the extension that it is closest to. Kept until files come, go or are saved. */
import { type Extension, homeOf } from './extensions.ts';
import { comparePaths, directoryOf, isInside, joinPath } from './paths.ts';
import { type Grouping, groupFiles, type SettingsFinder } from './project.ts';
import type { Host } from './service.ts';
import type { Texts } from './texts.ts';
import { listSources, type Project, projectOf } from './walk.ts';

/** The look around an opened file stops after so many sources. */
const MOST_AROUND = 1_500;

export interface NeighboursWorld {
  readonly host: Host;
  readonly texts: Texts;
  readonly settings: SettingsFinder;
  /** Directories that somebody works in. */
  readonly folders: readonly string[];
}

/** The extension that a file is looked at in, and where settings and paths are seen from. */
export interface Home {
  readonly extension: Extension;
  readonly root: string;
}

export class Neighbours {
  readonly #world: NeighboursWorld;
  /** By the project's root. */
  readonly #groupings = new Map<string, Promise<Grouping>>();
  /** By directory. */
  readonly #projects = new Map<string, Promise<Project | null>>();

  constructor(world: NeighboursWorld) {
    this.#world = world;
  }

  projectOf(file: string): Promise<Project | null> {
    const directory = directoryOf(file);
    let project = this.#projects.get(directory);
    if (!project) {
      project = projectOf(this.#world.host, file, this.#world.folders);
      this.#projects.set(directory, project);
    }
    return project;
  }

  async homeOf(file: string): Promise<Home> {
    const project = await this.projectOf(file);
    const { of } = await this.#around(file, project);
    return { extension: homeOf(file, of.get(file) ?? []), root: project?.root ?? '/' };
  }

  /** The file was opened, saved or closed, here or on disk. */
  moved(file: string): void {
    for (const project of this.#groupings.keys()) if (isInside(file, project)) this.#groupings.delete(project);
  }

  clear(): void {
    this.#projects.clear();
    this.#groupings.clear();
  }

  /** Extensions of all sources of a project. */
  #around(file: string, project: Project | null): Promise<Grouping> {
    if (project === null) return groupFiles([file], this.#world.texts, [], undefined);
    let grouping = this.#groupings.get(project.root);
    if (!grouping) {
      grouping = this.#group(project, file);
      this.#groupings.set(project.root, grouping);
    }
    return grouping;
  }

  async #group({ root, deep }: Project, file: string): Promise<Grouping> {
    const { host, texts } = this.#world;
    const { settings, base } = await this.#world.settings.of(file, root);
    const files = await listSources(host, root, { excluded: settings.exclude, most: MOST_AROUND, deep });
    // A document may be untitled, ignored or beyond the bound, and is grouped all the same.
    const all = files.includes(file) ? files : [...files, file].sort(comparePaths);
    return groupFiles(
      all,
      texts,
      settings.includeDirectories.map(path => joinPath(base, path)),
      undefined,
    );
  }
}
