/** Entry of the extension-host suite: what `extensionTestsPath` leads to. */
import { CASES } from './cases.ts';
import { runCases } from './runner.ts';

export async function run(): Promise<void> {
  const failures = await runCases(CASES);
  if (failures > 0) throw new Error(`${failures} failed`);
}
