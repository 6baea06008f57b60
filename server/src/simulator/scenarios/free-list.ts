import { field } from '../build/thread.ts';
import type { Python } from '../python/python.ts';
import type { Scenario } from './scenario.ts';
import { calls } from './writing.ts';

const PLAIN = `
static Block *free_blocks;

static PyObject *
use_block(PyObject *self, PyObject *unused)
{
    Block *block = free_blocks;
    free_blocks = block->next;
    fill(block);
    block->next = free_blocks;
    free_blocks = block;
    Py_RETURN_NONE;
}
`;

const LOCKED = `
static Block *free_blocks;
static PyMutex free_lock = {0};

static PyObject *
use_block(PyObject *self, PyObject *unused)
{
    PyMutex_Lock(&free_lock);    /* take */
    Block *block = free_blocks;
    free_blocks = block->next;
    PyMutex_Unlock(&free_lock);  /* taken */
    fill(block);
    PyMutex_Lock(&free_lock);    /* give back */
    block->next = free_blocks;
    free_blocks = block;
    PyMutex_Unlock(&free_lock);  /* given back */
    Py_RETURN_NONE;
}
`;

function write(py: Python, text: string, locked: boolean): void {
  const c = py.source('blocks.c', text);
  py.p.audit = false;
  const second = py.p.object({
    name: 'block 2',
    type: 'Block',
    alive: false,
    fields: [{ name: 'next', format: 'pointer' }],
  });
  const first = py.p.object({
    name: 'block 1',
    type: 'Block',
    alive: false,
    fields: [{ name: 'next', format: 'pointer', initial: second }],
  });
  const head = py.p.global('free_blocks', first, { format: 'pointer' });
  const lock = locked ? py.p.global('free_lock', 0, { format: 'holder' }) : 0;
  // A free block is not alive: who takes it brings it to life, who gives it back ends that.
  calls(py, 2, 'use_block()', c, (t, at) => {
    const block = t.local('block', 'pointer');
    const next = t.local('next', 'pointer');
    if (locked) at('/* take */', () => t.lock(lock));
    at('Block *block = free_blocks', () => t.load(block, head));
    at('free_blocks = block->next', () => {
      t.atomic(
        () => {
          t.store(field(block, 0), 1, { order: 'relaxed' });
          t.load(next, field(block, 1));
        },
        { label: 'takes the block' },
      );
      t.store(head, next);
    });
    if (locked) at('/* taken */', () => t.unlock(lock));
    at('fill(block)', () => t.load(t.temporary(), field(block, 1), { label: 'uses the block' }));
    if (locked) at('/* give back */', () => t.lock(lock));
    at('block->next = free_blocks', () => {
      t.load(next, head);
      t.store(field(block, 1), next);
    });
    at('free_blocks = block;', () => {
      t.free(block);
      t.store(head, block);
    });
    if (locked) at('/* given back */', () => t.unlock(lock));
  });
}

export const freeList: Scenario = {
  id: 'free-list',
  title: 'A static list of free blocks',
  topic: 'globals',
  text:
    'Taking the first block is a load, another load and a store. Two threads can take the same block, use it both, and both ' +
    'give it back: the second time it is freed although it is free already.',
  models: ['free-threaded', 'gil', 'subinterpreters'],
  counterpart: 'free_list',
  rules: ['global-freelist'],
  write: py => write(py, PLAIN, false),
  expected: {
    'free-threaded': '188 of 214 fail: double-free 84, use-after-free 104',
    gil: '0 of 2 fail',
    subinterpreters: '188 of 214 fail: double-free 84, use-after-free 104',
  },
  fixed: {
    title: 'A PyMutex around each end',
    write: py => write(py, LOCKED, true),
    expected: { 'free-threaded': '0 of 6 fail' },
  },
};
