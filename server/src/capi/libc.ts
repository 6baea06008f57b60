/**
 * C library functions that keep state of the process in hidden variables, by what goes wrong when two threads call them.
 * From POSIX ("need not be thread-safe") and the glibc manual; Windows differs for some (its CRT keeps the results of
 * `localtime` and `strtok` in thread-local storage), which the pages say.
 */

export interface LibcFunction {
  readonly name: string;
  /** What to call instead, for the message: `localtime_r()`. */
  readonly instead: string;
  /** Common C libraries give each thread its own result, or the shared part is seldom looked at. */
  readonly mostlyHarmless: boolean;
}

function table(rows: Readonly<Record<string, string>>, mostlyHarmless = false): readonly LibcFunction[] {
  return Object.entries(rows).flatMap(([names, instead]) =>
    names.split(' ').map(name => ({ name, instead, mostlyHarmless })),
  );
}

/** Results in static storage, or a cursor kept between calls. */
export const STATIC_RESULT = table({
  strtok: 'strtok_r()',
  localtime: 'localtime_r()',
  gmtime: 'gmtime_r()',
  'asctime ctime': 'strftime() with a buffer of your own',
  getpwnam: 'getpwnam_r()',
  getpwuid: 'getpwuid_r()',
  getgrnam: 'getgrnam_r()',
  getgrgid: 'getgrgid_r()',
  'getlogin ttyname ptsname': 'the _r form',
  'gethostbyname gethostbyaddr': 'getaddrinfo()',
  'getservbyname getservbyport getprotobyname getprotobynumber getnetbyname getnetbyaddr': 'getaddrinfo()',
  inet_ntoa: 'inet_ntop()',
  'basename dirname': 'a copy in a buffer of your own',
  'l64a ecvt fcvt': 'snprintf()',
  crypt: 'crypt_r()',
  'encrypt setkey': 'encrypt_r()',
  tmpnam: 'mkstemp()',
  getpass: 'a prompt of your own',
  'hcreate hsearch hdestroy': 'hsearch_r()',
  'getopt getopt_long': 'a lock around the loop',
  getdate: 'getdate_r()',
  getmntent: 'getmntent_r()',
});

/** As above, but glibc's `strerror` is safe since 2.32 for known numbers, and of `lgamma` only `signgam` is shared. */
export const RARELY_SHARED_RESULT = table(
  { 'strerror strsignal': 'strerror_r() or PyErr_SetFromErrno()', 'lgamma lgammaf lgammal': 'lgamma_r()' },
  true,
);

/** Change the environment, which `getenv()` anywhere in the process reads without a lock. */
export const ENVIRONMENT_WRITES = table({
  'setenv putenv unsetenv clearenv': 'an explicit parameter, or os.environ at start-up',
});

/** Change or borrow the process-wide locale. */
export const LOCALE = table({
  setlocale: 'uselocale(), or PyOS_string_to_double()',
  'localeconv nl_langinfo': 'nl_langinfo_l()',
});

/** Generators with one hidden state for the process. */
export const RANDOM = table({
  'rand srand': 'a generator state of your own, or rand_r()',
  'random srandom initstate setstate': 'a generator state of your own, or random_r()',
  'drand48 lrand48 mrand48 srand48 seed48 lcong48': 'erand48() with a state of your own',
});

/** Walk a database or a directory with a cursor that the process shares. */
export const GLOBAL_CURSORS = table({
  'getpwent setpwent endpwent': 'getpwent_r(), or a lock around the walk',
  'getgrent setgrent endgrent': 'getgrent_r(), or a lock around the walk',
  'gethostent getnetent getprotoent getservent': 'a lock around the walk',
  'getutent getutxent': 'a lock around the walk',
  'ftw nftw': 'fts_open()',
});

/** Move a cursor that lives in the handle given as first argument. */
export const HANDLE_CURSORS = table({ 'readdir rewinddir seekdir telldir': 'a lock of the object' });

/** Change what belongs to the whole process. */
export const PROCESS_CONTROL = table({
  system: 'posix_spawn() or the subprocess module',
  exit: 'an exception',
  'signal sigprocmask': 'sigaction() at start-up, pthread_sigmask() in threads',
  'chdir fchdir': 'openat() with a directory of your own',
  umask: 'fchmod() on the file',
  setlogmask: 'a filter of your own',
});

const PROCESS_FACTS =
  /^(?:dl(?:open|sym|vsym)|LoadLibrary(?:Ex)?[AW]?|GetModuleHandle[AW]?|GetProcAddress|sysconf|getpagesize|get_nprocs|Get(?:Native)?SystemInfo|IsProcessorFeaturePresent|__builtin_cpu_supports)$/;

/** Calls whose answer does not change while the process runs: where a library has a function, what the machine can do. */
export function asksProcess(name: string): boolean {
  return PROCESS_FACTS.test(name);
}
