/** Which build a piece of text is compiled for: the lens's conditional regions, asked by offset. */
import type { ConditionalRegion } from '../syntax/model.ts';
import type { BuildCondition } from './model.ts';

export class Builds {
  readonly #regions: readonly ConditionalRegion[];
  /** The region around each one, or -1. */
  readonly #around: readonly number[];

  constructor(regions: readonly ConditionalRegion[]) {
    this.#regions = [...regions].sort((a, b) => a.span.start - b.span.start || b.span.end - a.span.end);
    const around: number[] = [];
    const open: number[] = [];
    this.#regions.forEach(({ span }, index) => {
      while (open.length > 0 && this.#regions[open.at(-1)!]!.span.end <= span.start) open.pop();
      around.push(open.at(-1) ?? -1);
      open.push(index);
    });
    this.#around = around;
  }

  /** The innermost condition around this offset. */
  at(offset: number): BuildCondition | null {
    let low = 0;
    let high = this.#regions.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#regions[middle]!.span.start <= offset) low = middle + 1;
      else high = middle;
    }
    let region = low - 1;
    while (region >= 0 && this.#regions[region]!.span.end <= offset) region = this.#around[region]!;
    return this.#regions[region]?.build ?? null;
  }
}
