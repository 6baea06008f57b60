import type { Rule } from '../rule.ts';
import { globalCounter } from './global-counter.ts';
import { staticLazyImport } from './static-lazy-import.ts';
import { staticPyobjectCache } from './static-pyobject-cache.ts';

export const GLOBALS: readonly Rule[] = [globalCounter, staticLazyImport, staticPyobjectCache];
