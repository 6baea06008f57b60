/** Runs the cases of the extension-host suite one after the other and prints one line each, which the outside counts. */

export interface Case {
  readonly name: string;
  readonly run: () => Promise<void>;
}

/** Lines of the log that `scripts/test-all.ts` counts. */
export const PASSED = 'suite ok:';
export const FAILED = 'suite failed:';

/** A case that waits for something that never comes must not take the others with it. Milliseconds. */
const LONGEST = 150_000;

function timeLimit(): Promise<never> {
  return new Promise((_, reject) => setTimeout(() => reject(new Error('The case did not end.')), LONGEST));
}

/** Answers how many failed. */
export async function runCases(cases: readonly Case[]): Promise<number> {
  let failures = 0;
  for (const { name, run } of cases) {
    try {
      await Promise.race([run(), timeLimit()]);
      console.log(`${PASSED} ${name}`);
    } catch (error) {
      failures++;
      console.log(`${FAILED} ${name}\n${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    }
  }
  return failures;
}
