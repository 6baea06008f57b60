/** Finds a Chromium, and installs Debian's when there is none and we may. */
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import path from 'node:path';
import { chromium } from 'playwright-core';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome', 'chrome'];

/**
 * Path of an executable Chromium: `GILPROOF_CHROMIUM`, PATH, playwright's own cache, else Debian's package when root.
 * Throws with advice when none can be had.
 */
export function findChromium(): string {
  const named = process.env['GILPROOF_CHROMIUM'];
  if (named !== undefined) return named;
  const found = onPath() ?? fromPlaywright();
  if (found !== null) return found;
  installDebianPackage();
  const installed = onPath();
  if (installed !== null) return installed;
  throw new Error(
    'No Chromium: put one on PATH, name one in GILPROOF_CHROMIUM, or run npx playwright-core install chromium.',
  );
}

function onPath(): string | null {
  for (const directory of (process.env['PATH'] ?? '').split(path.delimiter)) {
    for (const name of NAMES) {
      const file = path.join(directory, name);
      if (isExecutable(file)) return file;
    }
  }
  return null;
}

function fromPlaywright(): string | null {
  const file = chromium.executablePath();
  return existsSync(file) ? file : null;
}

function installDebianPackage(): void {
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return;
  console.error('No Chromium on PATH: installing the Debian package …');
  const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const apt = (...args: string[]): number | null =>
    spawnSync('apt-get', args, { stdio: ['ignore', 'ignore', 'inherit'], env: environment }).status;
  const install = ['install', '-y', '--no-install-recommends', 'chromium', 'fonts-dejavu-core'];
  // The package lists of a fresh container are often empty: refresh them only when needed.
  if (apt(...install) !== 0 && apt('update') === 0) apt(...install);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
