/** Looks for the native parser: an optional dependency whose binary doesn't load everywhere. */
import { createRequire } from 'node:module';
import type { NativeModules } from '../syntax/native.ts';

/** Null when it isn't installed or doesn't load. `here`: the path of the running script. */
export function nativeModules(here: string): NativeModules | null {
  const load = createRequire(here);
  try {
    return {
      Parser: load('tree-sitter') as NativeModules['Parser'],
      languages: new Map([
        ['c', load('tree-sitter-c') as object],
        ['cpp', load('tree-sitter-cpp') as object],
      ]),
    };
  } catch {
    return null;
  }
}
