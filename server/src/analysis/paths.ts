/**
 * Names for objects inside one function, so that two expressions for the same object compare equal: `self`, `(Obj *)op` and a
 * local copy of either are `p0`; `self->state` is `p0>state`; the mutex in it `p0>state>&mutex`.
 *
 * Roots: `p0` parameter, `c12` result of the call in step 12, `o12.1` what that call stored through argument 1, `s3` the
 * local 3 itself (a struct on the stack), `g:name` what a global points to, `a:name` the global itself, `state` the module's
 * state, `y:name` a symbol, `l3@4,9` a local with several sources, `?7` unknown. A component `^f` means "the object whose
 * field f this is": callers name their locks to a callee in this way.
 */

export type Path = string;

const SEPARATOR = '>';

/** Component for "something that it was reached from". */
export const SOME_OWNER = '^';

export function fieldOf(path: Path, field: string): Path {
  return `${path}${SEPARATOR}${field}`;
}

export function parts(path: Path): string[] {
  return path.split(SEPARATOR);
}

export function rootOf(path: Path): string {
  const end = path.indexOf(SEPARATOR);
  return end < 0 ? path : path.slice(0, end);
}

/** Which parameter the path is: 0 for `p0`; null when it is anything else, also a part of one. */
export function parameterOf(path: Path | null): number | null {
  const index = /^p(\d+)$/.exec(path ?? '')?.[1];
  return index === undefined ? null : Number(index);
}

/** The same for every function of the process (or interpreter): globals and module state. */
export function isAbsolute(path: Path): boolean {
  return path.startsWith('g:') || path.startsWith('a:') || rootOf(path) === 'state';
}

/**
 * Where `path` lies as seen from `from`: `''` the same object, `&mutex` a mutex inside it, `^state` the object that has it as
 * `state`. Absolute paths stay as they are. Null when the two have nothing to do with each other.
 */
export function relative(path: Path, from: Path): string | null {
  const target = parts(path);
  const origin = parts(from);
  if (target[0] !== origin[0]) return isAbsolute(path) ? `=${path}` : null;
  let common = 1;
  while (common < target.length && common < origin.length && target[common] === origin[common]) common++;
  const up = origin.slice(common).reverse();
  if (up.some(component => component.startsWith('^'))) return null;
  return [...up.map(component => `^${component}`), ...target.slice(common)].join(SEPARATOR);
}

/** The path that a callee's path stands for, when its parameter `p<i>` is `argument`. Null: not expressible. */
export function substitute(path: Path, argumentPaths: readonly (Path | null)[]): Path | null {
  if (isAbsolute(path)) return path;
  const [root, ...rest] = parts(path);
  const parameter = parameterOf(root ?? null);
  const base = parameter === null ? null : argumentPaths[parameter];
  if (base === null || base === undefined) return null;
  return ascend(base, rest);
}

function ascend(base: Path, rest: readonly string[]): Path | null {
  const out = parts(base);
  for (const component of rest) {
    const last = out.at(-1);
    if (!component.startsWith('^') || out.length === 1) out.push(component);
    else if (last === component.slice(1)) out.pop();
    else return null;
  }
  return out.join(SEPARATOR);
}

/** Whether an object lock on `lock` plausibly guards `object`: the same object or one that contains or owns it. */
export function coversObject(lock: Path, object: Path): boolean {
  return (
    object === lock || object.startsWith(`${lock}${SEPARATOR}`) || lock.startsWith(`${rootOf(object)}${SEPARATOR}^`)
  );
}

/** Without the parts that lie inside the object itself: `p0>&head>&lock` is in `p0`. */
export function enclosingObject(path: Path): Path {
  const all = parts(path);
  while (all.length > 1 && all.at(-1)?.startsWith('&') === true) all.pop();
  return all.join(SEPARATOR);
}
