/** C++: methods of mutexes, by the names that the standard library and the common others (absl, Qt, POCO) give them. */

export type Locking = 'acquire' | 'release' | 'try';

const METHODS: Readonly<Record<string, Locking>> = {
  lock: 'acquire',
  lock_shared: 'acquire',
  unlock: 'release',
  unlock_shared: 'release',
  try_lock: 'try',
  try_lock_shared: 'try',
  Lock: 'acquire',
  ReaderLock: 'acquire',
  WriterLock: 'acquire',
  Unlock: 'release',
  ReaderUnlock: 'release',
  WriterUnlock: 'release',
  TryLock: 'try',
  tryLock: 'try',
  lockForRead: 'acquire',
  lockForWrite: 'acquire',
};

/** What a method of that name does to a mutex; null when it is no such method. */
export function lockingMethod(method: string): Locking | null {
  return Object.hasOwn(METHODS, method) ? METHODS[method]! : null;
}
