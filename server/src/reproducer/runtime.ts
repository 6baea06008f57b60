/**
 * What all exported reproducers share, in Python: it makes calls in one thread to learn what is right (`measures.ts`), then in
 * several at once, in a process of its own, and compares. Needs nothing but Python.
 */
import { MEASURES } from './measures.ts';

export const IMPORTS = `import argparse
import contextlib
import gc
import importlib
import itertools
import json
import os
import random
import signal
import subprocess
import sys
import sysconfig
import threading
import time
import unittest
from typing import NamedTuple
`;

export const RUNTIME = `${MEASURES}

def at_once(bodies):
    """Runs each body in a thread of its own; the first exception is raised here, and so is a thread that gets stuck."""
    start = threading.Barrier(len(bodies))
    failures = []

    def enter(body):
        start.wait()
        try:
            body()
        except Wrong as failure:
            failures.append(failure)
        except BaseException as failure:
            failures.append(Wrong(f"what a call gave is damaged: {type(failure).__name__}: {failure}"))

    threads = [threading.Thread(target=enter, args=(body,), daemon=True) for body in bodies]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(SLICE + STUCK)
        if thread.is_alive():
            raise Wrong("a thread is stuck: it waits for a lock that is never free again")
    if failures:
        raise failures[0]


def hammer(made, calls):
    """All calls of a line-up at once, again and again for a slice; then the sums must be right."""
    alone = Alone(calls)
    sums = Sums(made.readings, calls)
    print("race", flush=True)
    rounds = [0] * len(calls)
    given = [[] for _ in calls]
    until = time.monotonic() + SLICE

    def loop(me):
        call, n, mine = calls[me], 0, given[me]
        held = same = ()
        while time.monotonic() < until:
            for n in range(n, n + 50):
                raw = attempt(call, n, me)
                if made.readings:
                    continue  # the sums tell, and the more calls the better
                if any(one is not other for one, other in zip(held, same)):
                    raise Wrong(f"a tuple that {call.__name__}() had given out has other items now")
                held, same = (raw, list(raw)) if type(raw) is tuple else ((), ())
                result = simple(raw)
                alone.check(call, me, result)
                if made.unique is not None and not failed(result):
                    mine.append(result[made.unique])
            n += 1
        rounds[me] = n

    try:
        at_once([lambda me=me: loop(me) for me in range(len(calls))])
    except Wrong:
        alone.again()
        raise
    sums.check(rounds)
    twice = sum(map(len, given)) - len(set().union(*given))
    if twice:
        raise Wrong(f"{twice} of {sum(map(len, given))} values that must differ came twice")


def first_calls(make, call, count=1_000):
    """Two threads make the first call on the same things in the same order, and must get the same objects."""
    things = [make() for _ in range(count)]
    thing = make()
    if call(thing) is not call(thing):
        raise Untried("the call gives a new object every time, in one thread too")
    print("race", flush=True)
    got = [[], []]
    at_once([lambda me=me: got[me].extend(map(call, things)) for me in range(2)])
    different = sum(one is not other for one, other in zip(*got))
    if different:
        raise Wrong(f"{different} of {count} times the two threads got different objects")


def run(seconds, gil):
    """In the child: one slice after the other until something is wrong or the time is over."""
    seen = ["passed", "nothing wrong was seen"]
    raced = False
    try:
        module = importlib.import_module(MODULE)
        if scene is None and sys._is_gil_enabled():
            raise Wrong(f"importing {MODULE} turned the GIL on")
        if scene is not None and sys._is_gil_enabled() != gil:
            raise Untried("the GIL is not as asked")
        until = time.monotonic() + seconds
        turn = 0
        untried = {}
        while time.monotonic() < until and scene is not None:
            made = scene(module)
            games = [made.first, *made.line_ups] if made.first else made.line_ups
            if len(untried) == len(games):
                raise Untried("; ".join(sorted(set(untried.values()))) if untried else "there is nothing to race yet")
            # The likeliest one comes first, and has every other turn.
            left = [index for index in range(len(games)) if index not in untried]
            index = left[(turn + 1) // 2 % len(left) if turn % 2 else 0]
            try:
                first_calls(*made.first) if games[index] is made.first else hammer(made, games[index])
                raced = True
            except Untried as failure:
                untried[index] = str(failure)
            del made, games
            gc.collect()
            turn += 1
        if TO_DO:
            raise Untried("to do: " + "; ".join(TO_DO))
        if untried:
            seen[1] += f", but {len(untried)} of the line-ups could not be tried"
    except Wrong as failure:
        seen = ["failed", str(failure)]
    except Untried as failure:
        seen = ["untried", str(failure)]
    except Exception as failure:
        what = f"{type(failure).__name__}: {failure}"
        seen = ["failed", f"after a race one thread alone fails: {what}"] if raced else ["untried", what]
    print(json.dumps(seen), flush=True)
    # Damaged objects would only make the end of the process fail as well.
    os._exit(0)


def watch(seconds, gil=False):
    """In the parent: races in processes of their own, so that a crash is an observation. (verdict, what was seen)."""
    if not sysconfig.get_config_var("Py_GIL_DISABLED"):
        return "untried", "this needs a free-threaded build of Python 3.13 or later"
    seen = ["untried", "no time"]
    # Freed memory often looks alive; the debug allocator fills it.
    for allocator in ({}, {"PYTHONMALLOC": "debug"}):
        # With the switch an import can't turn the GIL on, and without it most modules would.
        switch = [] if scene is None else ["-X", f"gil={int(gil)}"]
        command = [sys.executable, *switch, __file__, "--child", "--seconds", str(seconds / 2)]
        command += ["--gil"] if gil else []
        environment = os.environ | allocator
        child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment)
        try:
            out, _ = child.communicate(timeout=seconds / 2 + 3 * STUCK)
            end = f"exit status {child.returncode}"
            if child.returncode < 0:
                end = f"it crashed with {signal.Signals(-child.returncode).name}"
        except subprocess.TimeoutExpired:
            child.kill()
            out, _ = child.communicate()
            end = "it hangs"
        lines = out.decode().splitlines()
        if lines and lines[-1].startswith("["):
            seen = json.loads(lines[-1])
        elif "race" in lines or (end == "it hangs" and HANGS_ALONE):
            seen = ["failed", end]
        else:
            seen = ["untried", f"{end} with one thread already"]
        if seen[0] != "passed":
            break
    return tuple(seen)


def test_race():
    verdict, what = watch(SECONDS)
    if verdict == "untried":
        raise unittest.SkipTest(what)
    assert verdict == "passed", what


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=SECONDS)
    parser.add_argument("--gil", action="store_true", help="with the GIL on, for comparison")
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        run(options.seconds, options.gil)
    verdict, what = watch(options.seconds, options.gil)
    print(f"{verdict}: {what}")
    sys.exit({"passed": 0, "failed": 1, "untried": 2}[verdict])
`;
