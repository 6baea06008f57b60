"""Races the tallybook extension, one driver for each planted hazard (named after the rule; see hazards.json).

    python3.13t stress.py FOLDER [--seconds N] [--only RULE,RULE] [--gil] [--json]

FOLDER holds the compiled extension, racy or fixed: the same drivers run on both.
"""

import datetime
import sys
import threading

from racing import Wrong, main, race

DRIVERS = {}


def driver(function):
    DRIVERS[function.__name__.replace("_", "-")] = function
    return function


def lost(bad, of, what):
    return Wrong("lost-update", bad, of, what) if bad else None


class Thing:
    """Something callable that can be weakly referenced and that nobody else holds."""

    def __call__(self, label):
        return label


@driver
def borrowed_list_item(seconds):
    import tallybook

    book = tallybook.Book("x")
    book.extend(["first"])
    history = book.history

    def replace(_):
        history[0] = Thing()

    def first(_):
        for _ in range(50):
            book.first()

    race(seconds, replace, first)


@driver
def borrowed_dict_item(seconds):
    import tallybook

    book = tallybook.Book("x")
    counts = book.counts

    def replace(_):
        counts["k"] = Thing()

    race(seconds, replace, lambda _: book.get("k"))


@driver
def borrowed_dict_setdefault(seconds):
    import tallybook

    book = tallybook.Book("x")
    names = book.names

    def replace(_):
        names["k"] = Thing()

    def intern(_):
        book.intern("k")

    race(seconds, replace, replace, intern, intern)


@driver
def borrowed_weakref_object(seconds):
    import tallybook

    shelf = [tallybook.Book("x")]

    def turn(_):
        watcher = Thing()
        shelf[0] = tallybook.Book("x", watcher)
        for _ in range(30):
            pass  # somebody looks at it; then it goes

    def look(_):
        book = shelf[0]
        for _ in range(20):
            book.watcher

    race(seconds, turn, look, look)


@driver
def object_field_rmw(seconds):
    import tallybook

    book = tallybook.Book("x")
    book.add("k", 0)

    def work(_):
        book.add("k")
        book.get("k")

    rounds = sum(race(seconds, work, work))
    hits, _ = book.summary()
    missing = [rounds - hits, rounds - book.total, rounds - book.get("k").count]
    return lost(sum(missing), 3 * rounds, "updates of hits, total and count lost: {} / {} / {}".format(*missing))


@driver
def object_field_read_unlocked(seconds):
    import tallybook

    book = tallybook.Book("x")

    def replace(_):
        book.loader = Thing()

    race(seconds, replace, lambda _: book.loader)


@driver
def setref_field_unlocked(seconds):
    import tallybook

    book = tallybook.Book("x")

    def replace(_):
        book.loader = Thing()

    race(seconds, replace, replace)


@driver
def object_field_call_unowned(seconds):
    import tallybook

    book = tallybook.Book("x")

    def replace(_):
        book.loader = Thing()

    race(seconds, replace, lambda _: book.get("missing"))


@driver
def lazy_init_field(seconds):
    import tallybook

    books = [tallybook.Book("x") for _ in range(100_000)]
    seen = {0: [], 1: []}

    def visit(thread):
        def body(number):
            if number == 0:
                seen[thread] = [book.notes for book in books]

        return body

    race(min(seconds, 0.3), visit(0), visit(1))
    different = sum(a is not b for a, b in zip(seen[0], seen[1]))
    return different and Wrong("double-init", different, len(books), "books had two different lists of notes") or None


@driver
def dict_next_unlocked(seconds):
    import tallybook

    book = tallybook.Book("x")
    counts = book.counts
    tally = tallybook.Tally("x")

    for _ in range(100):
        counts[Thing()] = tally

    def renew_oldest(_):
        del counts[next(iter(counts))]
        counts[Thing()] = tally

    race(seconds, renew_oldest, lambda _: book.top())


@driver
def sequence_fast_unlocked(seconds):
    import tallybook

    book = tallybook.Book("x")
    labels = []

    def rewrite(number):
        labels[:] = [f"label {number} {i}" for i in range(number % 8)]

    def read(_):
        book.extend(labels)
        book.history.clear()

    race(seconds, rewrite, read)


@driver
def check_then_act_container(seconds):
    import tallybook

    seen = {0: {}, 1: {}}

    def visit(thread):
        def body(number):
            if number < 50_000:
                seen[thread][number] = tallybook.open_book(f"title {number}")

        return body

    tallybook.purge()
    race(min(seconds, 0.5), visit(0), visit(1))
    both = [n for n in seen[0] if n in seen[1]]
    different = sum(seen[0][n] is not seen[1][n] for n in both)
    return different and Wrong("double-init", different, len(both), "titles had two different books") or None


@driver
def static_pyobject_cache(seconds):
    import tallybook

    def renew(_):
        tallybook.title()
        tallybook.purge()

    right = tallybook.title()
    wrong = [0]

    def read(_):
        if tallybook.title() != right:
            wrong[0] += 1

    rounds = race(seconds, renew, read)
    return sum(wrong) and Wrong("corruption", sum(wrong), rounds[1], "titles were somebody else's text") or None


@driver
def static_lazy_import(seconds):
    import tallybook

    book = tallybook.Book("x")

    def purge(_):
        for _ in range(50):
            tallybook.purge()

    def export(_):
        for _ in range(50):
            tallybook.to_json(book)

    race(seconds, purge, export, export)


@driver
def global_counter(seconds):
    import tallybook

    ids = {0: [], 1: []}
    race(
        min(seconds, 0.5),
        lambda _: ids[0].append(tallybook.Book("x").id),
        lambda _: ids[1].append(tallybook.Book("x").id),
    )
    given = ids[0] + ids[1]
    return lost(len(given) - len(set(given)), len(given), "ids given twice")


@driver
def static_scratch_buffer(seconds):
    import tallybook

    wrong = [0, 0]

    def print_ticket(thread, number, text):
        def body(_):
            if tallybook.ticket(number) != text:
                wrong[thread] += 1

        return body

    rounds = race(
        seconds,
        print_ticket(0, 111_111_111_111, "T-111111111111"),
        print_ticket(1, 222_222_222_222, "T-222222222222"),
    )
    return sum(wrong) and Wrong("corruption", sum(wrong), sum(rounds), "tickets show somebody else's number") or None


@driver
def global_freelist(seconds):
    import tallybook

    wrong = [0, 0]

    def make(thread, letter):
        def body(number):
            label = f"{letter}{number}"
            if tallybook.Tally(label).label != label:
                wrong[thread] += 1

        return body

    rounds = race(seconds, make(0, "a"), make(1, "b"))
    return sum(wrong) and Wrong("corruption", sum(wrong), sum(rounds), "new tallies had another's label") or None


@driver
def critical_section_return(seconds):
    import tallybook

    book = tallybook.Book("x")

    def settle(_):
        try:
            book.settle()
        except ValueError:
            pass

    race(seconds, settle, settle)


@driver
def gilstate_as_lock(seconds):
    import tallybook

    mine, yours = tallybook.Book("a"), tallybook.Book("b")
    before = tallybook.journal_size()
    rounds = sum(race(seconds, lambda _: mine.add("k"), lambda _: yours.add("k")))
    return lost(rounds - (tallybook.journal_size() - before), rounds, "notes missing from the journal")


@driver
def refcnt_uniqueness(seconds):
    import tallybook

    book = tallybook.Book("x")
    book.add("k")
    # Small integers are immortal: their counts would hide the fault.
    for _ in range(1000):
        book.get("k")
        book.get("missing")
        book.get("missing")
    right = (1000, 2000)
    held = [None, None]
    wrong = [0, 0]

    def poll(thread):
        def body(_):
            for _ in range(50):
                held[thread] = summary = book.summary()
                if summary is held[1 - thread] or summary != right:
                    wrong[thread] += 1

        return body

    rounds = race(seconds, poll(0), poll(1))
    what = "summaries that the other thread had as well"
    return sum(wrong) and Wrong("corruption", sum(wrong), 50 * sum(rounds), what) or None


@driver
def missing_mod_gil(_seconds):
    import warnings

    if sys._is_gil_enabled():
        return Wrong("error", 1, 1, "the GIL was on before the import")
    with warnings.catch_warnings(record=True):
        warnings.simplefilter("always")
        import tallybook  # noqa: F401
    return Wrong("gil-reenabled", 1, 1, "the import turned the GIL on") if sys._is_gil_enabled() else None


@driver
def dealloc_global_state(seconds):
    import tallybook

    before = tallybook.live()
    making, made = threading.Lock(), threading.Barrier(2)

    def make_and_drop(number):
        if number == 0:
            with making:
                books = [tallybook.Book("x") for _ in range(20_000)]
            made.wait()
            books.clear()

    race(min(seconds, 0.5), make_and_drop, make_and_drop)
    return lost(tallybook.live() - before, 40_000, "books still counted as live after they are gone")


@driver
def libc_static_result(seconds):
    import tallybook

    wrong = [0, 0]

    def stamp(thread, when):
        text = datetime.datetime.fromtimestamp(when, datetime.UTC).strftime("%Y-%m-%d %H:%M:%S")

        def body(_):
            if tallybook.stamp(when) != text:
                wrong[thread] += 1

        return body

    rounds = race(seconds, stamp(0, 0), stamp(1, 1_234_567_890))
    return sum(wrong) and Wrong("corruption", sum(wrong), sum(rounds), "stamps show somebody else's time") or None


if __name__ == "__main__":
    main(DRIVERS, default_gil={"missing-mod-gil"}, overwrite_freed={"static-pyobject-cache"})
