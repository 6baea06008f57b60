/** A call of a function outside the extension while it is translated, and what all its kinds have in common. */
import { mayRunPython } from '../python/attach.ts';
import type { Code } from './model.ts';
import type { Path } from './path.ts';
import type { Symbol } from './symbols.ts';
import type { Walk } from './walk.ts';

/** `enters`: goes on in that function, unless it was done before. */
export type CallResult = Symbol | { readonly enters: Code; readonly done: Symbol };

/** Everything that a call's translation needs to know of where it stands. */
export interface Call {
  readonly walk: Walk;
  readonly path: Path;
  readonly at: number;
  readonly name: string;
  readonly args: readonly Symbol[];
}

export function mayRun({ walk, path }: Call): void {
  walk.lane.meetsCollector(path);
  if (walk.lane.py.hasGil) walk.lane.steps += 2;
  walk.lane.ranPython = true;
  mayRunPython(walk.lane.py, walk.lane.t);
}

/** What a call hands back through an argument. */
export function out({ walk, path, args }: Call, index: number, value: Symbol): void {
  const place = args[index];
  if (place === undefined || (place.kind === 'int' && place.value === 0)) return;
  if (place.kind === 'slot')
    walk.values.assign({ slot: `${place.frame}:${place.local}${place.path}`, type: null }, value, path);
  else if (place.kind === 'cell')
    walk.values.assign(walk.lane.memory.target(place.base, place.path, place.type), value, path);
  else if (place.kind === 'variable')
    walk.values.assign(walk.lane.memory.target(place, '[0]', place.type), value, path);
}
