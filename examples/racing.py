"""Runs racy code on the real free-threaded interpreter and says what became of it.

A driver is a function of one argument, the length of a slice in seconds. It sets a little race up, runs it for that
long, and returns None when nothing was wrong, or a Wrong. Each driver runs in a process of its own, slice after slice,
so that a crash or a hang is an observation and not the end of the test.

The scripts that define drivers end with `main(DRIVERS)`; see `python stress.py --help`.
"""

import argparse
import json
import os
import resource
import signal
import subprocess
import sys
import sysconfig
import threading
import time
import traceback
from typing import NamedTuple

SLICE = 1.0
# How long after its time a process may take to end before that counts as a hang.
GRACE = 5.0


class Wrong(NamedTuple):
    """What a driver saw: `bad` of `of` results had that kind of fault."""

    kind: str
    bad: int
    of: int
    what: str


class Stuck(Exception):
    """A thread did not come back."""


def race(seconds, *bodies):
    """Calls each body in a thread of its own, again and again with the number of the round, for so many seconds.

    Returns how many rounds each one did. The first exception that a body lets through is raised here.
    """
    start = threading.Barrier(len(bodies))
    rounds = [0] * len(bodies)
    failures = []
    over = False

    def loop(index, body):
        number = 0
        start.wait()
        try:
            while not over:
                body(number)
                number += 1
        except BaseException as failure:
            failures.append(failure)
        rounds[index] = number

    threads = [threading.Thread(target=loop, args=item, daemon=True) for item in enumerate(bodies)]
    for thread in threads:
        thread.start()
    until = time.monotonic() + seconds
    while time.monotonic() < until and not failures:
        time.sleep(0.01)
    over = True
    for thread in threads:
        thread.join(GRACE / 2)
        if thread.is_alive():
            raise Stuck
    if failures:
        raise failures[0]
    return rounds


def together(*bodies):
    """Calls each body once, all at the same time, and returns their results."""
    results = [None] * len(bodies)
    done = []

    def call(index, body):
        done.append(results.__setitem__(index, body()))

    start = threading.Barrier(len(bodies))
    threads = [
        threading.Thread(target=lambda i=i, b=b: (start.wait(), call(i, b)), daemon=True) for i, b in enumerate(bodies)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(GRACE)
        if thread.is_alive():
            raise Stuck
    if len(done) != len(bodies):
        raise RuntimeError("a thread failed")
    return results


def run_one(driver, seconds, gil):
    """In the child: slices until something is wrong or the time is over; prints one line of JSON."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    print("go", flush=True)
    until = time.monotonic() + seconds
    wrong = None
    try:
        while wrong is None and time.monotonic() < until:
            wrong = driver(min(SLICE, max(0.05, until - time.monotonic())))
            # None: the driver imports what it tests without the switch, and looks at the GIL itself.
            if gil is not None and sys._is_gil_enabled() != gil:
                wrong = Wrong("error", 1, 1, "the GIL is not as asked")
    except Stuck:
        wrong = Wrong("hang", 1, 1, "a thread is stuck")
    except BaseException as failure:
        traceback.print_exc()
        wrong = Wrong("corruption", 1, 1, f"unexpected {type(failure).__name__}: {failure}")
    print(json.dumps(wrong and wrong._asdict()), flush=True)
    # Stuck threads and damaged objects would only make the end of the process fail as well.
    os._exit(0)


def observe(name, seconds, gil, arguments, overwrite_freed):
    """In the parent: one driver in a process of its own; returns what was seen as a dict."""
    command = [sys.executable]
    if gil is not None:
        command += ["-X", f"gil={int(gil)}"]
    command += [sys.argv[0], *arguments, "--run", name, "--seconds", str(seconds)]
    environment = os.environ | ({"PYTHONMALLOC": "debug"} if overwrite_freed else {})
    child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)
    hung = threading.Event()
    stop = threading.Timer(seconds + 2 * GRACE, lambda: (hung.set(), child.kill()))
    stop.start()
    first = child.stdout.readline()
    started = time.monotonic()
    rest = child.stdout.read()
    took = time.monotonic() - started
    errors = child.stderr.read()
    status = child.wait()
    stop.cancel()
    seen = {"name": name, "seconds": round(took, 2), "bad": 0, "of": 0}
    if first != "go\n":
        return seen | {"kind": "error", "what": errors.strip().splitlines()[-1:] or f"exit {status}"}
    if hung.is_set():
        return seen | {"kind": "hang", "what": "the process hung", "bad": 1, "of": 1}
    if status < 0:
        return seen | {"kind": "crash", "what": signal.Signals(-status).name, "bad": 1, "of": 1}
    wrong = json.loads(rest or "null")
    if status != 0:
        return seen | {"kind": "crash", "what": f"exit {status}", "bad": 1, "of": 1}
    return seen | (wrong or {"kind": "none", "what": "nothing wrong seen"})


def main(drivers, *, default_gil=frozenset(), overwrite_freed=frozenset()):
    """The command line. `default_gil`: drivers that leave the GIL as the interpreter decides. `overwrite_freed`: drivers
    whose fault would go unseen because the freed memory still looks alive; Python's debug allocator fills it.
    """
    parser = argparse.ArgumentParser(description="Races drivers against compiled extensions.")
    parser.add_argument("folder", help="where the compiled extension is")
    parser.add_argument("--seconds", type=float, default=3.0, help="for each driver (it stops when something is wrong)")
    parser.add_argument("--only", default="", help="comma-separated names of drivers")
    parser.add_argument("--gil", action="store_true", help="with the GIL on, for comparison")
    parser.add_argument("--json", action="store_true", help="one line of JSON for each driver")
    parser.add_argument("--run", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if not sysconfig.get_config_var("Py_GIL_DISABLED"):
        parser.exit(2, "This needs the free-threaded build of Python 3.13 or later.\n")
    sys.path.insert(0, options.folder)
    arguments = [options.folder, *(["--gil"] if options.gil else [])]
    if options.run:
        name = options.run
        run_one(drivers[name], options.seconds, None if name in default_gil else options.gil)
    wanted = [name for name in options.only.split(",") if name] or list(drivers)
    for name in wanted:
        if name not in drivers:
            parser.exit(2, f"No driver is called {name}.\n")
        gil = None if name in default_gil else options.gil
        seen = observe(name, options.seconds, gil, arguments, name in overwrite_freed)
        if options.json:
            print(json.dumps(seen), flush=True)
        else:
            print(f"{name:26} {seen['kind']:12} {seen['seconds']:6.2f} s  {seen['what']}", flush=True)
