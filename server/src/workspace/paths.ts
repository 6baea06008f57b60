/** Absolute paths with `/`, as `Host` speaks them, taken apart and put together without asking the file system. */

/** An editor's untitled and virtual documents go by their URI. */
export function isPath(file: string): boolean {
  return file.startsWith('/') || /^[A-Za-z]:\//.test(file);
}

export function directoryOf(path: string): string {
  const slash = path.lastIndexOf('/');
  return slash <= 0 ? '/' : path.slice(0, slash);
}

export function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** `..`, `.` or nothing between two slashes or at the end. */
const UNRESOLVED = /\/\.{0,2}(?:\/|$)/;

/** `..` and `.` resolved; `path` may be absolute, then `base` does not matter. */
export function joinPath(base: string, path: string): string {
  const joined = path.startsWith('/') ? path : `${base}/${path}`;
  if (joined.startsWith('/') && !UNRESOLVED.test(joined)) return joined;
  const parts: string[] = [];
  for (const part of joined.split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..') parts.pop();
    else parts.push(part);
  }
  // A Windows path keeps its drive as the first part.
  return /^[A-Za-z]:$/.test(parts[0] ?? '') ? parts.join('/') : `/${parts.join('/')}`;
}

export function isInside(path: string, directory: string): boolean {
  return path === directory || path.startsWith(directory === '/' ? '/' : `${directory}/`);
}

/** `path` as seen from `directory`; the path itself when it is not below it. */
export function relativePath(directory: string, path: string): string {
  if (directory === '/') return path.slice(1);
  return isInside(path, directory) ? path.slice(directory.length + 1) : path;
}

/** The directory itself and everything above it, nearest first. */
export function ancestors(directory: string): string[] {
  const result: string[] = [];
  for (let at = directory; ; at = directoryOf(at)) {
    result.push(at);
    if (at === '/' || !at.includes('/') || directoryOf(at) === at) return result;
  }
}

const SOURCE = /\.(?:c|cc|cpp|cxx|c\+\+|h|hh|hpp|hxx|inc|inl|ipp|c\.src|h\.src|inc\.src|cpp\.src)$/i;

export function isSource(path: string): boolean {
  return SOURCE.test(path);
}

const HEADER = /\.(?:h|hh|hpp|hxx|inc|inl|ipp|h\.src|inc\.src)$/i;

/** Text that other files include: it is analysed together with them. */
export function isHeader(path: string): boolean {
  return HEADER.test(path);
}

/** Order in which reports come out: by characters, directories and files alike, the same on every machine. */
export function comparePaths(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
