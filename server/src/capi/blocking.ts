/** Calls that can wait for a long time, for the network, another process or another thread, without giving up the thread state. */
export const BLOCKING_CALLS: readonly string[] = (
  'pthread_cond_wait pthread_cond_timedwait pthread_join sem_wait cnd_wait thrd_join thrd_sleep ' +
  'recv recvfrom recvmsg accept accept4 connect select pselect poll ppoll epoll_wait kevent ' +
  'sleep usleep nanosleep clock_nanosleep waitpid wait wait3 wait4 flock lockf getaddrinfo getnameinfo ' +
  'gethostbyname system pclose WaitForSingleObject WaitForMultipleObjects Sleep SleepEx'
).split(' ');

/** Those that another thread of the process may end, and that end in no other way: what they wait for is often done by Python. */
export const WOKEN_BY_OTHERS: readonly string[] =
  'pthread_cond_wait pthread_join sem_wait cnd_wait thrd_join recv recvfrom recvmsg accept accept4 flock lockf'.split(
    ' ',
  );

/** Calls that start a thread, with the argument that is the function which it runs. */
export const THREAD_STARTERS: Readonly<Record<string, number>> = {
  pthread_create: 2,
  thrd_create: 1,
  CreateThread: 2,
  _beginthreadex: 2,
  _beginthread: 0,
};

/** Calls that tell which thread is asking. */
export const THREAD_IDENTITY: ReadonlySet<string> = new Set(
  `PyThread_get_thread_ident PyThread_get_thread_ident_ex PyThread_get_thread_native_id pthread_self thrd_current
  GetCurrentThreadId`.split(/\s+/),
);

/** Calls that run a function once, with the argument that is the function. */
export const ONCE_CALLS: Readonly<Record<string, number>> = { pthread_once: 1, call_once: 1, InitOnceExecuteOnce: 1 };
