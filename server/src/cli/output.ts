/** Files written whole or not at all. */
import {
  access,
  chmod,
  constants,
  mkdir,
  open,
  readFile,
  realpath,
  rename,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises';
import { dirname } from 'node:path';
import { UsageError } from './command.ts';

/**
 * Through files beside them that are renamed: a full disk or a kill leaves the old texts as they were. A file that is there
 * keeps its permissions, is written where a link leads to, and is left alone when it may not be written. All are written, or
 * none: nothing is renamed before every text is on the disk, and should a renaming fail, those before it get their old texts back.
 * What is there and is no file (/dev/null, /dev/stdout, a pipe) is written into: renaming would replace the device.
 */
export async function writeAllOrNone(texts: ReadonlyMap<string, string>): Promise<void> {
  const ready: { readonly target: string; readonly temporary: string }[] = [];
  const replaced: { readonly target: string; readonly old: string | null }[] = [];
  let current = '';
  try {
    for (const [path, text] of texts) {
      current = path;
      if (await isDevice(path)) {
        await writeFile(path, text);
        continue;
      }
      const target = await realpath(path).catch(() => path);
      const mode = await modeOf(target);
      await mkdir(dirname(target), { recursive: true });
      const temporary = `${target}.${process.pid}.tmp`;
      ready.push({ target, temporary });
      await writeThrough(temporary, text);
      if (mode !== null) await chmod(temporary, mode);
    }
    for (const { target, temporary } of ready) {
      current = target;
      const old = ready.length === 1 ? null : await readFile(target, 'utf8').catch(() => null);
      await rename(temporary, target);
      replaced.push({ target, old });
    }
  } catch (error) {
    for (const { temporary } of ready) await rm(temporary, { force: true }).catch(() => {});
    for (const { target, old } of replaced) if (old !== null) await writeThrough(target, old).catch(() => {});
    throw new UsageError(`Can't write ${current}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** One file, in the same way. */
export async function writeAtomically(path: string, text: string): Promise<void> {
  await writeAllOrNone(new Map([[path, text]]));
}

async function isDevice(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => null);
  return found !== null && !found.isFile() && !found.isDirectory();
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
