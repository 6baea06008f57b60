/** The launcher's work: see `launcher.mjs`. Arguments are those of VS Code's desktop executable. */
import { createWriteStream, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { inCache } from '../paths.ts';
import { runSuite } from './driver.ts';

const { values, positionals } = parseArgs({
  // Flags of the desktop (`--no-sandbox`, `--disable-updates`, …) mean nothing here.
  strict: false,
  allowPositionals: true,
  options: { extensionDevelopmentPath: { type: 'string' }, extensionTestsPath: { type: 'string' } },
});
const { extensionDevelopmentPath, extensionTestsPath } = values;
if (typeof extensionDevelopmentPath !== 'string' || typeof extensionTestsPath !== 'string') {
  throw new Error('Wanted: --extensionDevelopmentPath=… --extensionTestsPath=… [folder]');
}
const folder = positionals.find(argument => path.isAbsolute(argument));
const dataDirectory = mkdtempSync(path.join(tmpdir(), 'gilproof-suite-'));
mkdirSync(inCache('e2e'), { recursive: true });
const log = createWriteStream(inCache('e2e', 'suite.log'));
const code = await runSuite(
  { dataDirectory, extensionDevelopmentPath, extensionTestsPath, ...(folder === undefined ? {} : { folder }) },
  line => {
    log.write(`${line}\n`);
    // The workbench itself has a lot to say that belongs in the log alone.
    const [, ours] = /(suite (?:ok|failed): [\s\S]*)/.exec(line) ?? [];
    if (ours !== undefined) console.log(ours);
  },
);
log.end();
rmSync(dataDirectory, { recursive: true, force: true });
process.exit(code);
