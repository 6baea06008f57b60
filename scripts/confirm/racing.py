"""Runs one case of a script of this folder: a few threads at once on the same objects, again and again.

A case is a function marked with `@case(PLACE, …)`. It makes fresh objects and returns what the threads shall do with
them: one callable (two threads call it), or a tuple with one callable for each thread. PLACE tells where a finding
stands, `FILE FUNCTION[,FUNCTION…] TEXT`: TEXT is in the line of the access. `quiet` says why a report would surprise.

`SCRIPT --list` prints the cases as JSON; `SCRIPT NAME [SECONDS]` runs one and prints what the threads ran into.
"""

import collections
import json
import sys
import threading
import time

_cases = {}


def case(*places, loops=100, tries=None, quiet=None):
    """`loops`: how often at least a thread calls its part with the same objects. `tries`: how many sets at most."""

    def mark(function):
        _cases[function.__name__] = (function, places, loops, tries, quiet)
        return function

    return mark


def refill(items, make, count=3):
    """A thread's part that lets go of all items of a list and puts new ones in."""

    def part():
        items.clear()
        items.extend([make() for _ in range(count)])

    return part


def revalue(mapping, key, make):
    """A thread's part that replaces one value of a dictionary."""

    def part():
        for _ in range(10):
            mapping[key] = make()

    return part


def replace(mapping, keys, make):
    """A thread's part that replaces all values of a dictionary and lets it grow and shrink."""

    def part():
        for key in keys:
            mapping[key] = make()
        extra = [f"extra {i}" for i in range(20)]
        for key in extra:
            mapping[key] = make()
        for key in extra:
            mapping.pop(key, None)

    return part


def _work(index, gate, now, here, done, loops, raised):
    while True:
        gate.wait()
        if now[0] is None:
            return
        part = now[0][index]
        here[index] = True
        while not all(here):
            time.sleep(0)
        left = loops
        while left > 0 or not all(done):
            try:
                part()
            except Exception as wrong:
                raised[f"{type(wrong).__name__}: {wrong}"[:120]] += 1
            left -= 1
            if left == 0:
                done[index] = True
        gate.wait()


def _race(make, loops, tries, seconds):
    """The threads meet before and after each round, and nowhere else: what happens between is not ordered.

    They begin by watching each other instead of by a lock: who comes late would find the round of the others already
    ordered before its own. Who is through with its loops goes on until the others are.
    """
    raised = collections.Counter()
    rounds, end, now, here, done, threads = 0, time.monotonic() + seconds, [None], [], [], []
    while time.monotonic() < end and rounds != tries:
        parts = make()
        now[0] = parts if isinstance(parts, tuple) else (parts, parts)
        here[:] = done[:] = [False] * len(now[0])
        if not threads:
            gate = threading.Barrier(len(now[0]) + 1)
            threads = [
                threading.Thread(target=_work, args=(i, gate, now, here, done, loops, raised), daemon=True)
                for i in range(len(now[0]))
            ]
            for thread in threads:
                thread.start()
        gate.wait()
        gate.wait()
        rounds += 1
    now[0] = None
    if threads:
        gate.wait()
    for thread in threads:
        thread.join()
    return {"rounds": rounds, "raised": dict(raised.most_common(5))}


def main():
    if sys.argv[1:] == ["--list"]:
        print(json.dumps([{"name": name, "places": of[1], "quiet": of[4]} for name, of in _cases.items()]))
        return
    make, _, loops, tries, _ = _cases[sys.argv[1]]
    seconds = float(sys.argv[2]) if len(sys.argv) > 2 else 3
    print(json.dumps(_race(make, loops, tries, seconds)), flush=True)
