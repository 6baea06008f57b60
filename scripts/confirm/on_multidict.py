"""Multidicts that two threads share. `PYTHONPATH` must lead to a multidict built with ThreadSanitizer."""

import time

import multidict
from racing import case, main, refill

number = time.perf_counter_ns


def pair():
    return [f"key {number() % 20}", f"value {number()}"]


@case("_multilib/hashtable.h md_update_from_dict PyDict_Next", quiet="the keywords are a dictionary of the call")
def keywords():
    one = multidict.MultiDict()
    mapping = {"a": 1, "b": 2}

    def change():
        for i in range(20):
            mapping[f"key {i}"] = number()
        for i in range(20):
            del mapping[f"key {i}"]

    return lambda: one.update(**mapping), change


@case("_multilib/hashtable.h _md_parse_item PyList_GET", loops=50)
def item():
    one = pair()
    items = [one]
    return lambda: multidict.MultiDict(items), refill(one, lambda: f"text {number()}", 2)


@case("_multilib/hashtable.h md_update_from_seq PyList_GET", loops=50)
def sequence():
    items = [pair() for _ in range(5)]
    return lambda: multidict.MultiDict(items), refill(items, pair, 5)


@case("_multilib/hashtable.h md_clear md->", loops=20)
def shared():
    one = multidict.MultiDict()

    def use():
        for i in range(20):
            one.add(f"key {i}", i)
        one.update(a=1, b=2)
        len(one)
        one.clear()

    return use


@case("_multilib/state.h NEXT_VERSION global_version", loops=50)
def version():
    return lambda: multidict.MultiDict().add("a", 1)


@case("_multilib/views.h multidict_itemsview_contains PyList_GET", loops=50)
def view():
    one = pair()
    items = multidict.MultiDict([("a", "b")]).items()
    return lambda: one in items, refill(one, lambda: f"text {number()}", 2)


if __name__ == "__main__":
    main()
