/** Reading and changing lists and dictionaries without a lock: the short forms give what the long ones give. */
import { describe, expect, test } from 'vitest';
import { type Local, type ThreadBuilder } from '../../../server/src/simulator/build/thread.ts';
import { differs } from '../../../server/src/simulator/machine/expression.ts';
import { makeQueues } from '../../../server/src/simulator/python/biased.ts';
import { decref } from '../../../server/src/simulator/python/counts.ts';
import { getValueRef, makeDict, setValue } from '../../../server/src/simulator/python/dict.ts';
import {
  growLong,
  lookUpLong,
  makeLongDict,
  setValueLong,
} from '../../../server/src/simulator/python/dict-protocol.ts';
import { append, endOf, getItemRef, makeList, setItem } from '../../../server/src/simulator/python/list.ts';
import {
  appendLong,
  getItemRefLong,
  makeLongList,
  setItemLong,
} from '../../../server/src/simulator/python/list-protocol.ts';
import {
  dropFromPage,
  givePageAway,
  keepIfStillThere,
  makePage,
  tryIncrefInPage,
} from '../../../server/src/simulator/python/pages.ts';
import { MAYBE_WEAKREF, Python } from '../../../server/src/simulator/python/python.ts';
import { freeDelayed, goOffline, makeQsbr } from '../../../server/src/simulator/python/qsbr.ts';
import { cell, type Form, observing, outcomes } from './outcomes.ts';

/** The reader drops what it got of the two objects: which one it was, and what is left of them. */
function readEnds(py: Python, reader: ThreadBuilder, item: Local, old: number, other: number): string[] {
  const got = observing(py, 'got');
  reader.store(got.cell, item);
  reader.when(item, () => decref(py, reader, item));
  const name = new Map([
    [old, 'old'],
    [other, 'new'],
  ]);
  return outcomes(py, [got.observation, cell('old alive', old), cell('new alive', other)])
    .map(text => text.replace(/got (\d+)/, (_, pointer: string) => `got ${name.get(Number(pointer)) ?? 'nothing'}`))
    .sort();
}

describe('containers', () => {
  /** One thread reads a place, the other replaces what is there: what the reader got, and what is left of the objects. */
  function reading(form: Form, kind: 'list' | 'dict' | 'growing dict'): string[] {
    const py = new Python('free-threaded', form);
    if (form === 'long') makeQueues(py, 2);
    const long = form === 'long' ? { owner: 1, shared: MAYBE_WEAKREF } : {};
    const [old, other, third] = [
      py.object('old', long),
      py.object('new', long),
      py.object('third', { owner: 1, audited: false }),
    ];
    const qsbr = makeQsbr(py, 2);
    const reader = py.thread('');
    const item = reader.local('item', 'pointer');
    const writer = py.thread('');
    if (kind === 'list') {
      const list = form === 'long' ? makeLongList(py, 'l', [old]).list : makeList(py, 'l', [old]);
      py.holds('l', list);
      if (form === 'long') {
        getItemRefLong(py, reader, item, list, 0);
        setItemLong(py, writer, list, 0, other);
      } else {
        getItemRef(py, reader, item, list, 0);
        setItem(py, writer, list, 0, other);
      }
    } else {
      const longDict = form === 'long' ? makeLongDict(py, 'd', { k: old }) : null;
      const dict = longDict?.dict ?? makeDict(py, 'd', { k: old });
      py.holds('d', dict);
      if (longDict !== null) {
        lookUpLong(py, reader, item, dict, 0);
        if (kind === 'growing dict')
          growLong(py, writer, longDict, 'x', third, keys => freeDelayed(writer, qsbr, keys));
        setValueLong(py, writer, dict, 0, other);
      } else {
        getValueRef(py, reader, item, dict, 0);
        setValue(py, writer, dict, 0, other);
      }
    }
    if (form === 'long') for (const t of [reader, writer]) goOffline(t, qsbr);
    return readEnds(py, reader, item, old, other);
  }

  test.each(['list', 'dict', 'growing dict'] as const)(
    'reading a %s without its lock gives what one step gives',
    kind => {
      expect(reading('long', kind)).toEqual(reading('short', kind));
      expect(reading('long', kind)).toEqual(['got new, old alive 0, new alive 1', 'got old, old alive 0, new alive 1']);
    },
  );

  test.each([0, 1])('reading item %i of a list that grows meanwhile gives what one step gives', index => {
    const run = (form: Form): string[] => {
      const py = new Python('free-threaded', form);
      if (form === 'long') makeQueues(py, 2);
      const long = form === 'long' ? { owner: 1, shared: MAYBE_WEAKREF } : {};
      const [old, other] = [py.object('old', long), py.object('new', long)];
      const qsbr = makeQsbr(py, 2);
      const reader = py.thread('');
      const item = reader.local('item', 'pointer');
      const writer = py.thread('');
      if (form === 'long') {
        const made = makeLongList(py, 'l', [old]);
        py.holds('l', made.list);
        getItemRefLong(py, reader, item, made.list, index);
        appendLong(py, writer, made, 1, other, (t, array) => freeDelayed(t, qsbr, array));
        for (const t of [reader, writer]) goOffline(t, qsbr);
      } else {
        const list = makeList(py, 'l', [old], { room: 2 });
        py.holds('l', list);
        getItemRef(py, reader, item, list, index);
        append(py, writer, list, endOf(list, writer.local('end')), other);
      }
      return readEnds(py, reader, item, old, other);
    };
    expect(run('long')).toEqual(run('short'));
    expect(run('long')).toEqual(
      index === 0
        ? ['got old, old alive 1, new alive 1']
        : ['got new, old alive 1, new alive 1', 'got nothing, old alive 1, new alive 1'],
    );
  });

  test('a page that waits for its readers gives what reading in one step gives', () => {
    const run = (form: Form): string[] => {
      const py = new Python('free-threaded');
      const got = observing(py, 'got');
      const reader = py.thread('');
      const writer = py.thread('');
      const old = py.object('old', { audited: form === 'short' });
      if (form === 'short') {
        const list = makeList(py, 'l', [old]);
        py.holds('l', list);
        const item = reader.local('item', 'pointer');
        getItemRef(py, reader, item, list, 0);
        reader.store(got.cell, differs(item, 0));
        reader.when(item, () => decref(py, reader, item));
        setItem(py, writer, list, 0, 0);
        return outcomes(py, [got.observation]);
      }
      const page = makePage(py);
      const seen = reader.local('item');
      const ok = reader.local('ok');
      const freed = reader.temporary();
      reader.load(seen, page.slot, { order: 'sync' });
      reader.when(seen, () => {
        tryIncrefInPage(reader, page, ok);
        keepIfStillThere(reader, page, ok);
      });
      reader.store(got.cell, ok);
      reader.when(ok, () => dropFromPage(reader, page, freed));
      reader.store(page.past, 1, { order: 'sync' });
      const empty = writer.temporary();
      const past = writer.temporary();
      writer.store(page.slot, 0, { order: 'sync' });
      dropFromPage(writer, page, empty);
      writer.when(empty, () => {
        writer.load(past, page.past, { order: 'sync' });
        writer.when(past, () => givePageAway(writer, page));
      });
      return outcomes(py, [got.observation]);
    };
    expect(run('long')).toEqual(run('short'));
    expect(run('long')).toEqual(['got 0', 'got 1']);
  });
});
