import type { Rule } from '../rule.ts';
import { deallocBlocks } from './dealloc-blocks.ts';
import { deallocMissingUntrack } from './dealloc-missing-untrack.ts';
import { gcTrackEarly } from './gc-track-early.ts';
import { traverseSideEffects } from './traverse-side-effects.ts';

export const TYPE_SLOTS: readonly Rule[] = [deallocBlocks, deallocMissingUntrack, gcTrackEarly, traverseSideEffects];
