import { field } from '../build/thread.ts';
import { equal, OLD, subtract } from '../machine/expression.ts';
import type { Python } from '../python/python.ts';
import type { Scenario } from './scenario.ts';
import { calls } from './writing.ts';

const PLAIN = `
static void
buffer_release(Buffer *buffer)
{
    buffer->users--;
    if (buffer->users == 0)
        free(buffer);
}
`;

const ATOMIC = `
static void
buffer_release(Buffer *buffer)
{
    if (atomic_fetch_sub(&buffer->users, 1) == 1)
        free(buffer);
}
`;

function write(py: Python, text: string, atomic: boolean): void {
  const c = py.source('buffer.c', text);
  const buffer = py.p.object({ name: 'buffer', type: 'Buffer', fields: [{ name: 'users', initial: 2 }] });
  const users = field(buffer, 1);
  py.p.finally(equal({ cell: buffer }, 0), 'leak', 'nobody uses the buffer any more, and nobody has freed it');
  calls(py, 2, 'buffer_release(buffer)', c, (t, at) => {
    const seen = t.local('users');
    if (atomic) {
      at('atomic_fetch_sub', () => t.update(users, subtract(OLD, 1), { into: seen }));
      t.when(equal(seen, 1), () => at('free(buffer)', () => t.free(buffer)));
      return;
    }
    at('buffer->users--', () => {
      t.load(seen, users);
      t.store(users, subtract(seen, 1));
    });
    at('if (buffer->users == 0)', () => t.load(seen, users));
    t.when(equal(seen, 0), () => at('free(buffer)', () => t.free(buffer)));
  });
}

export const ownCount: Scenario = {
  id: 'own-count',
  title: 'A count of one’s own',
  topic: 'atomics',
  text:
    'The structure counts its users itself. Lost decrements leak it; and as the count is read again after the decrement, both ' +
    'threads can see zero and both free it. The result of one atomic operation says who was last.',
  models: ['free-threaded', 'gil', 'subinterpreters'],
  counterpart: 'own_count',
  rules: ['atomic-refcount-own', 'atomic-rmw-split'],
  write: py => write(py, PLAIN, false),
  expected: {
    'free-threaded': '12 of 14 fail: double-free 4, leak 4, use-after-free 4',
    gil: '0 of 2 fail',
    subinterpreters: '12 of 14 fail: double-free 4, leak 4, use-after-free 4',
  },
  fixed: {
    title: 'atomic_fetch_sub, and its result',
    write: py => write(py, ATOMIC, true),
    expected: { 'free-threaded': '0 of 2 fail' },
  },
};
