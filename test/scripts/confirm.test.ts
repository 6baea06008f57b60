import { describe, expect, test } from 'vitest';
import { type Frame, frameAt, placeOf, reportsIn } from '../../scripts/confirm/report.ts';

const RACE = `something the program printed
==================
WARNING: ThreadSanitizer: data race (pid=7)
  Atomic write of size 8 at 0x7f01 by thread T2:
    #0 store_word ../include/words.h:5 (python+0x11) (BuildId: 00ff)
    #1 basket_put ../Modules/basketmodule.c:12:7 (python+0x12)
    #2 call_it ../Objects/call.c:1 (python+0x13)

  Previous read of size 8 at 0x7f01 by main thread:
    #0 basket_next(Basket*) /tmp/src/Modules/basketmodule.c:30 (python+0x21)
    #1 <null> <null> (libc.so.6+0x22)
    #2 call_it ../Objects/call.c:2 (python+0x23)

  Location is heap block of size 64 at 0x7f00 allocated by thread T1:
    #0 malloc interceptors.cpp:9 (libtsan.so.2+0x31)

  Thread T2 (tid=9, running) created by main thread at:
    #0 pthread_create interceptors.cpp:1 (libtsan.so.2+0x41)

SUMMARY: ThreadSanitizer: data race ../include/words.h:5 in store_word
==================
`;
const CRASH = `ThreadSanitizer:DEADLYSIGNAL
==7==ERROR: ThreadSanitizer: SEGV on unknown address 0x08 (pc 0x1 bp 0x2 sp 0x3 T9)
==7==The signal is caused by a READ memory access.
    #0 __tsan_load ../../src/libsanitizer/tsan/atomic.cpp:5 (libtsan.so.2+0x1)
    #1 basket_next ../Modules/basketmodule.c:31 (python+0x2)

ThreadSanitizer can not provide additional info.
`;
const LINES: Readonly<Record<number, string>> = {
  12: 'self->items = items;',
  30: 'if (self->items) {',
  31: 'x(self->items)',
};
const lineOf = ({ line }: Frame): string => LINES[line] ?? '';

describe('reports of ThreadSanitizer', () => {
  test('a race has the two stacks of its accesses, and none of where memory or threads come from', () => {
    expect(reportsIn(RACE)).toEqual([
      {
        kind: 'data race',
        stacks: [
          [
            { function: 'store_word', file: '../include/words.h', line: 5 },
            { function: 'basket_put', file: '../Modules/basketmodule.c', line: 12 },
            { function: 'call_it', file: '../Objects/call.c', line: 1 },
          ],
          [
            { function: 'basket_next', file: '/tmp/src/Modules/basketmodule.c', line: 30 },
            { function: 'call_it', file: '../Objects/call.c', line: 2 },
          ],
        ],
      },
    ]);
  });

  test('a crash has one', () => {
    expect(reportsIn(RACE + CRASH).map(({ kind, stacks }) => [kind, stacks.length])).toEqual([
      ['data race', 2],
      ['SEGV', 1],
    ]);
  });

  test('other text has none', () => {
    expect(reportsIn('')).toEqual([]);
    expect(reportsIn('    #0 lost ../a.c:1 (python+0x1)\n  Read of size 8 at 0x1 by thread T1:\n')).toEqual([]);
  });
});

describe('places', () => {
  test('are a file, functions and a text', () => {
    expect(placeOf('Modules/basketmodule.c basket_put,basket_next self->items')).toEqual({
      file: 'Modules/basketmodule.c',
      functions: ['basket_put', 'basket_next'],
      text: 'self->items',
    });
    expect(placeOf('basketmodule.c basket_put')).toBeNull();
  });

  test.each([
    ['basketmodule.c basket_put self->items', 12],
    ['Modules/basketmodule.c basket_next,basket_len self->items', 30],
    ['basketmodule.c basket_put self->size', null],
    ['basketmodule.c basket_len self->items', null],
    ['otherbasketmodule.c basket_put self->items', null],
    ['sketmodule.c basket_put self->items', null],
  ])('%s', (text, line) => {
    const place = placeOf(text);
    const [report] = reportsIn(RACE);
    expect(place && report && (frameAt(report, place, lineOf)?.line ?? null)).toBe(line);
  });

  test('frames of the sanitizer itself do not count as depth', () => {
    const place = placeOf('basketmodule.c basket_next self->items');
    const [report] = reportsIn(
      CRASH.replace('    #0', '    #0 __a ../libsanitizer/a.c:1 (l+1)\n'.repeat(5) + '    #0'),
    );
    expect(place && report && frameAt(report, place, lineOf)?.line).toBe(31);
  });
});
