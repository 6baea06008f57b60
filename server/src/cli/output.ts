/** Files written whole or not at all. */
import { access, chmod, constants, mkdir, open, realpath, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { UsageError } from './command.ts';

/**
 * Through a file beside it that is renamed: a full disk or a kill leaves the old text as it was. A file that is there keeps
 * its permissions, is written where a link leads to, and is left alone when it may not be written.
 */
export async function writeAtomically(path: string, text: string): Promise<void> {
  let temporary: string | null = null;
  try {
    const target = await realpath(path).catch(() => path);
    const mode = await modeOf(target);
    await mkdir(dirname(target), { recursive: true });
    temporary = `${target}.${process.pid}.tmp`;
    await writeThrough(temporary, text);
    if (mode !== null) await chmod(temporary, mode);
    await rename(temporary, target);
  } catch (error) {
    if (temporary !== null) await rm(temporary, { force: true }).catch(() => {});
    throw new UsageError(`Can't write ${path}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Permissions of a file that may be written; null when there is none yet. */
async function modeOf(path: string): Promise<number | null> {
  const found = await stat(path).catch(() => null);
  if (found === null) return null;
  await access(path, constants.W_OK);
  // The superuser may write what is marked as read-only; somebody marked it all the same.
  if ((found.mode & 0o222) === 0) throw new Error('it is read-only');
  return found.mode & 0o7777;
}

/** The text is on the disk before anything is renamed. */
async function writeThrough(path: string, text: string): Promise<void> {
  const file = await open(path, 'w');
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}
