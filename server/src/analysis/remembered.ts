import type { Value } from '../program/model.ts';

/** Answers by value (the very object of the body) and step. */
export class Remembered<T> {
  #answers: Map<Value, Map<number, T>> | null = null;

  of(value: Value, step: number, find: () => T): T {
    const all = (this.#answers ??= new Map<Value, Map<number, T>>());
    let answers = all.get(value);
    if (answers === undefined) all.set(value, (answers = new Map()));
    let answer = answers.get(step);
    if (answer === undefined) answers.set(step, (answer = find()));
    return answer;
  }
}
