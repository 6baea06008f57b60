"""Races each demo module on the real interpreter: what the simulator's models say must show here as well.

    python3.13t drive.py FOLDER [--seconds N] [--only NAME,NAME] [--gil] [--json]

FOLDER holds the compiled modules. manifest.json says which class of failure each one is expected to show.
"""

import importlib
import os
import pathlib
import sys
import threading
import time
import weakref

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

from racing import Stuck, Wrong, main, race

DRIVERS = {}


def demo(function):
    """The function gets the module of its name, and the length of a slice in seconds."""
    name = function.__name__
    DRIVERS[name] = lambda seconds: function(importlib.import_module(name), seconds)
    return function


class Thing:
    """An object that nobody else holds."""


def often(call, times=50):
    """A body for `race` that makes the call many times, so that little else runs between two calls."""

    def body(_):
        for _ in range(times):
            call()

    return body


def wrong(kind, bad, of, what):
    return Wrong(kind, bad, of, what) if bad else None


class Mismatches:
    """Counts results that are not what they should be; one list for each thread, so that counting can't lose any."""

    def __init__(self):
        self.bad = []
        self.rounds = 0

    def body(self, call, right):
        bad = []
        self.bad.append(bad)

        def body(number):
            for _ in range(50):
                if call() != right:
                    bad.append(number)

        return body

    def race(self, seconds, kind, what, *bodies):
        self.rounds += 50 * sum(race(seconds, *bodies))
        return wrong(kind, sum(map(len, self.bad)), self.rounds, what)


def count_missing(module, seconds, bump):
    before = module.total()
    done = 50 * sum(race(seconds, often(bump), often(bump)))
    return wrong("lost-update", done - (module.total() - before), done, "updates lost")


@demo
def borrowed_item(module, seconds):
    items = [Thing()]

    def replace(_):
        items[0] = Thing()

    race(seconds, replace, often(lambda: module.first(items)))


@demo
def borrowed_value(module, seconds):
    values = {"k": Thing()}

    def replace(_):
        values["k"] = Thing()

    race(seconds, replace, often(lambda: module.value(values)))


@demo
def borrowed_referent(module, seconds):
    shelf = [weakref.ref(DRIVERS["borrowed_referent"])]

    def turn(_):
        thing = Thing()
        shelf[0] = weakref.ref(thing)

    race(seconds, turn, often(lambda: module.referent(shelf[0])))


@demo
def lost_update(module, seconds):
    return count_missing(module, seconds, module.bump)


@demo
def lazy_init(module, seconds):
    seen = [[], []]

    def ask(thread):
        return lambda number: number == 0 and seen[thread].extend(map(module.get, range(300_000)))

    race(min(seconds, 0.5), ask(0), ask(1))
    pairs = list(zip(*seen))
    module.forget()
    return wrong("double-init", sum(a is not b for a, b in pairs), len(pairs), "objects were made twice")


@demo
def free_list(module, seconds):
    check = Mismatches()
    bodies = [check.body(lambda n=n: module.echo(n), str(n)) for n in (111, 222)]
    return check.race(seconds, "corruption", "blocks were in two hands", *bodies)


@demo
def abba(module, seconds):
    race(seconds, often(module.a_then_b), often(module.b_then_a))


@demo
def abba_sections(module, seconds):
    a, b = [], []
    race(seconds, often(lambda: module.both(a, b)), often(lambda: module.both(b, a)))


@demo
def nested_sections(module, seconds):
    outer, inner = [], []
    before = module.total()
    *bumps, _ = race(
        seconds,
        often(lambda: module.bump(outer, inner)),
        often(lambda: module.bump(outer, inner)),
        often(lambda: module.hold(inner)),
    )
    done = 50 * sum(bumps)
    return wrong("lost-update", done - (module.total() - before), done, "updates lost")


@demo
def suspended_section(module, seconds):
    def blocks():
        time.sleep(0)

    return count_missing(module, seconds, lambda: module.bump(blocks))


@demo
def section_return(module, seconds):
    shared = []
    race(seconds, lambda _: module.refuse(shared), lambda _: module.refuse(shared))


@demo
def mutex_reentered(module, seconds):
    race(seconds, lambda _: module.call(lambda: module.call(int)))


@demo
def dict_next(module, seconds):
    things = {Thing(): None for _ in range(100)}

    def renew_oldest(_):
        del things[next(iter(things))]
        things[Thing()] = None

    race(seconds, renew_oldest, lambda _: module.first(things))


@demo
def sequence_fast(module, seconds):
    items = []

    def rewrite(number):
        items[:] = [Thing() for _ in range(number % 8)]

    race(seconds, rewrite, often(lambda: module.copy(items)))


@demo
def swap_reference(module, seconds):
    race(seconds, lambda _: module.replace(Thing()), lambda _: module.replace(Thing()))


@demo
def read_reference(module, seconds):
    def replace(_):
        module.replace(Thing())

    race(seconds, replace, replace, often(module.get))


@demo
def check_then_act(module, seconds):
    table = {}
    seen = [[], []]

    def ask(thread):
        return lambda number: number < 100_000 and seen[thread].append(module.get_or_make(table, number))

    race(min(seconds, 0.5), ask(0), ask(1))
    pairs = list(zip(*seen))
    return wrong("double-init", sum(a is not b for a, b in pairs), len(pairs), "keys had two values")


@demo
def torn_pair(module, seconds):
    check = Mismatches()
    writer = often(lambda: (module.store(1), module.store(1_000_000)))
    return check.race(seconds, "corruption", "pairs were half new, half old", writer, check.body(module.sum, 0))


@demo
def exhausted_iterator(module, seconds):
    def start_and_finish(_):
        module.start(Thing())
        module.finish()

    race(seconds, start_and_finish, often(module.finish))


@demo
def gilstate_callback(module, seconds):
    until = time.monotonic() + seconds
    missing = rounds = 0
    while time.monotonic() < until:
        missing += module.missing()
        rounds += 40_000
    return wrong("lost-update", missing, rounds, "updates lost")


@demo
def detached_update(module, seconds):
    data = b"a" * 10_000

    def feed(_):
        module.feed(data)

    before = module.total()
    done = len(data) * sum(race(seconds, feed, feed))
    return wrong("lost-update", done - (module.total() - before), done, "updates lost")


@demo
def scratch_buffer(module, seconds):
    check = Mismatches()
    numbers = (int("1" * 18), int("2" * 18))
    bodies = [check.body(lambda n=n: module.text(n), f"{n:020}") for n in numbers]
    return check.race(seconds, "corruption", "texts were somebody else's", *bodies)


@demo
def libc_time(module, seconds):
    check = Mismatches()
    stamps = [(0, "1970-01-01 00:00:00"), (1_234_567_890, "2009-02-13 23:31:30")]
    bodies = [check.body(lambda when=when: module.stamp(when), text) for when, text in stamps]
    return check.race(seconds, "corruption", "stamps were somebody else's", *bodies)


@demo
def once_flag(module, seconds):
    gate = threading.Barrier(2, action=module.forget)
    results = [[], []]

    def look(thread):
        def body(_):
            try:
                gate.wait(1)
            except threading.BrokenBarrierError:
                return  # the other one's time is over
            results[thread].append(module.last())

        return body

    race(seconds, look(0), look(1))
    seen = results[0] + results[1]
    return wrong("corruption", seen.count(0), len(seen), "looks at a table that was not finished")


@demo
def unique_reference(module, seconds):
    held = [None, None]
    bad = [[], []]

    def take(thread):
        mine = Thing()

        def body(number):
            for _ in range(50):
                held[thread] = pair = module.single(mine)
                if pair is held[1 - thread] or pair[0] is not mine:
                    bad[thread].append(number)

        return body

    rounds = 50 * sum(race(seconds, take(0), take(1)))
    return wrong("corruption", len(bad[0]) + len(bad[1]), rounds, "tuples that the other thread had as well")


@demo
def detached_memory(module, seconds):
    race(seconds, lambda _: module.allocate())


@demo
def own_count(module, seconds):
    module.create()
    rounds = 50 * sum(race(seconds, often(module.use), often(module.use)))
    left = module.use() - 1  # the one of its creator
    return wrong("lost-update", abs(left - 1), rounds, f"counts lost: {left} instead of 1")


@demo
def plain_flag(module, seconds):
    waiter = threading.Thread(target=module.wait_for_stop, daemon=True)
    waiter.start()
    time.sleep(0.2)
    module.set_stop()
    waiter.join(1)
    if waiter.is_alive():
        raise Stuck


@demo
def bytearray_pointer(module, seconds):
    data = bytearray(b"a" * 100)

    def resize(number):
        size = 100 + number % 400
        data[:] = b"a" * size

    check = Mismatches()
    what = "looks at bytes that are not the array's"
    return check.race(seconds, "corruption", what, resize, check.body(lambda: module.foreign(data), 0))


@demo
def resized_buffer(module, seconds):
    check = Mismatches()
    resize = lambda number: module.resize(100 + 37 * number % 400)
    what = "looks at bytes that are not the buffer's"
    return check.race(seconds, "corruption", what, resize, check.body(module.foreign, 0))


@demo
def dealloc_count(module, seconds):
    Token = module.token_type()
    before = module.count()

    def make_and_drop(_):
        for _ in range(50):
            Token()

    done = 50 * sum(race(seconds, make_and_drop, make_and_drop))
    return wrong("lost-update", abs(module.count() - before), done, "objects counted that are gone")


def undeclared_module(_seconds):
    import warnings

    if sys._is_gil_enabled():
        return Wrong("error", 1, 1, "the GIL was on before the import")
    with warnings.catch_warnings(record=True):
        warnings.simplefilter("always")
        importlib.import_module("undeclared_module")
    return Wrong("gil-reenabled", 1, 1, "the import turned the GIL on") if sys._is_gil_enabled() else None


DRIVERS["undeclared_module"] = undeclared_module


@demo
def two_interpreters(module, seconds):
    import _interpreters

    def work(result):
        return f"""
import os, sys, time
sys.path.insert(0, {os.path.dirname(module.__file__)!r})
from two_interpreters import bump
rounds, until = 0, time.monotonic() + {seconds}
while time.monotonic() < until:
    for _ in range(1000):
        bump()
    rounds += 1000
os.write({result}, str(rounds).encode())
"""

    before = module.total()
    read, write = zip(*(os.pipe() for _ in range(2)))
    threads = [threading.Thread(target=_interpreters.exec, args=(_interpreters.create(), work(fd))) for fd in write]
    for thread in threads:
        thread.start()
    done = sum(int(os.read(fd, 100)) for fd in read)
    for thread in threads:
        thread.join()
    return wrong("lost-update", done - (module.total() - before), done, "updates lost")


if __name__ == "__main__":
    main(DRIVERS, default_gil={"undeclared_module"})
