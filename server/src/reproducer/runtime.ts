/**
 * The part that all exported reproducers share, in Python: it makes calls in one thread to learn what is right, then in several
 * at once, in a process of its own, and compares. Needs nothing but Python; kept as text because nothing is read at run time.
 */
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

export const RUNTIME = `# ---- From here on every reproducer is the same --------------------------------------------------------------------

SLICE = 0.4  # seconds that one line-up runs before the next has its turn
STUCK = 10.0  # seconds that a thread may take to come back
ALONE = 300  # rounds of each call in one thread, which show what is right
# New exceptions that a container explains which changed between two calls; any other one is damage.
EXPLAINED = (LookupError, RuntimeError, StopIteration, ValueError, BufferError)


class Scene(NamedTuple):
    """What is raced. A line-up holds functions of (round, thread) that run at once, again and again."""

    line_ups: list
    readings: dict = {}  # numbers that no call may lose
    unique: object = None  # of what a call returns: must never come twice
    first: tuple = ()  # (make a thing, first call on it): both threads must get the same object


COUNT = itertools.count()


def new_key():
    return f"key {next(COUNT)}"


class Wrong(Exception):
    """Something that does not happen in one thread."""


class Untried(Exception):
    """The calls don't work as they stand here, so nothing was raced."""


class Fresh:
    """An object that nobody else holds: gone as soon as it is replaced. Can be called, hashed, weakly referenced."""

    def __call__(self, *args, **kwargs):
        return args[0] if args else None


def replace(container, key="k"):
    """Python code that puts something else in an item's place: nothing but a reference keeps the old one alive."""
    if isinstance(container, dict):
        container[key] = Fresh()
    elif isinstance(container, set):
        container.clear()
        container.add(Fresh())
    elif isinstance(container, bytearray):
        container[:] = b"other" * 100
    elif len(container) == 0:
        container.append(Fresh())
    else:
        container[0] = Fresh()


def resize(container, n):
    """Python code that makes a container larger and smaller; a dict keeps its values, under new keys."""
    with contextlib.suppress(*EXPLAINED):
        if isinstance(container, dict):
            container[Fresh()] = container.pop(next(iter(container)))
        elif isinstance(container, set):
            container.clear() if n % 8 == 0 else container.add(Fresh())
        elif isinstance(container, bytearray):
            container[:] = b"other" * (n % 8 * 100)
        else:
            container[:] = [Fresh() for _ in range(n % 8)]


def total_inside(owner, name):
    """The sum of an attribute over what the containers of an object hold."""
    held = [getattr(owner, attribute, None) for attribute in dir(owner) if not attribute.startswith("__")]
    held = [one.values() if isinstance(one, dict) else one for one in held if isinstance(one, (dict, list))]
    return sum(value for items in held for item in items if isinstance(value := getattr(item, name, None), int))


def outcome(call, n, me):
    return simple(attempt(call, n, me))


def attempt(call, n, me):
    """What a call gave, or its exception."""
    try:
        return call(n, me)
    except Exception as failure:
        return failure


def simple(result):
    """A result as values and types that can be compared; an exception as its type."""
    if isinstance(result, Exception):
        return (type(result),)
    parts = result if type(result) is tuple else (result,)
    return tuple(part if isinstance(part, (str, bytes, int, float, type(None))) else type(part) for part in parts)


def failed(result):
    return len(result) == 1 and isinstance(result[0], type) and issubclass(result[0], BaseException)


class Alone:
    """What the calls give when one thread makes them all, in random order: the race is measured by that."""

    def __init__(self, calls):
        seen = [[] for _ in calls]
        order = random.Random(1)
        for n in range(ALONE * len(calls)):
            me = order.randrange(len(calls))
            seen[me].append(outcome(calls[me], n, me))
        self.failures = [{result[0] for result in results if failed(result)} for results in seen]
        self.constant = []
        self.doubted = None
        for call, results, failures in zip(calls, seen, self.failures):
            if all(map(failed, results)) and any(issubclass(one, (TypeError, AttributeError)) for one in failures):
                raise Untried(f"{call.__name__}() raises {', '.join(one.__name__ for one in failures)} every time")
            same = not failures and len({len(result) for result in results}) == 1
            parts = [part[0] if all(one == part[0] for one in part) else ... for part in zip(*results)] if same else []
            # Next to other calls a number may be seen half-way: one more while an object is being made, say.
            alike = len(set(calls)) == 1
            self.constant.append([part if alike or isinstance(part, (str, bytes)) else ... for part in parts])

    def check(self, call, me, result):
        """Parts that are always the same alone must be so now, and no exception may come that alone never comes."""
        if failed(result):
            if result[0] not in self.failures[me] and not issubclass(result[0], EXPLAINED):
                raise Wrong(f"{call.__name__}() raised {result[0].__name__}, which it never does in one thread")
        elif self.differs(me, result):
            self.doubted = me, call
            raise Wrong(f"{call.__name__}() gave {result!r}, and {tuple(self.constant[me])!r} in one thread")

    def differs(self, me, result):
        return any(one is not ... and one != part for one, part in zip(self.constant[me], result))

    def again(self):
        """A result that has changed by now in one thread too changes by itself, and shows nothing."""
        if self.doubted and self.differs(self.doubted[0], outcome(self.doubted[1], 0, self.doubted[0])):
            raise Untried(f"what {self.doubted[1].__name__}() gives changes by itself")


def numbers(readings):
    """Every number that the readings give, by name; a tuple gives several."""
    found = {}
    for name, read in readings.items():
        value = read()
        parts = enumerate(value) if isinstance(value, tuple) else [("", value)]
        found |= {f"{name}[{index}]" if index != "" else name: part for index, part in parts if isinstance(part, int)}
    return found


class Sums:
    """Readings that grow by the same amount with every call, which is found out in one thread."""

    def __init__(self, readings, calls):
        self.readings = readings
        self.moves = {}
        threads = range(len(calls))
        moved = [self.moved(calls, [me] * 20) for me in threads]
        mixed = self.moved(calls, [*threads] * 20)
        for name in mixed:
            each = [one.get(name, 0) for one in moved]
            # What does not add up in one thread is no sum.
            if sum(each) == mixed[name] and all(move % 20 == 0 for move in each):
                self.moves[name] = [move // 20 for move in each]
        self.before = numbers(readings)

    def moved(self, calls, order):
        before = numbers(self.readings)
        for n, me in enumerate(order):
            outcome(calls[me], 10**6 + n, me)
        after = numbers(self.readings)
        return {name: after[name] - value for name, value in before.items() if name in after}

    def check(self, rounds):
        after = numbers(self.readings)
        for name, moves in self.moves.items():
            right = self.before[name] + sum(move * count for move, count in zip(moves, rounds))
            if after.get(name) != right:
                raise Wrong(f"{name} is {after.get(name)} after {sum(rounds)} calls, and should be {right}")


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
