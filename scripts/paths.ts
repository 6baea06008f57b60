/** Where things are in the repository; absolute paths. */
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));
/** Ignored by git; everything in it can be deleted and comes back by itself. */
export const cache = path.join(root, '.cache');
export const inRoot = (...parts: string[]): string => path.join(root, ...parts);
export const inCache = (...parts: string[]): string => path.join(cache, ...parts);
