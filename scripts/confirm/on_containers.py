"""A list or a dictionary changes while a function of the standard library uses what is in it."""

import _collections
import _operator
import _suggestions
import abc
import array
import collections
import decimal
import functools
import heapq
import json
import select
import sys
import syslog
import time

from racing import case, main, refill, replace, revalue

number = time.perf_counter_ns
LOCKED = "the helper that fills the field locks the object"


@case("_heapqmodule.c heappop_internal heap")
def heappop():
    heap = [number() for _ in range(10)]
    return lambda: heapq.heappop(heap), refill(heap, number, 10)


@case("_heapqmodule.c heapreplace_internal heap")
def heapreplace():
    heap = [number() for _ in range(10)]
    return lambda: heapq.heapreplace(heap, number()), refill(heap, number, 10)


@case("_heapqmodule.c _heapq_heappushpop_impl heap")
def heappushpop():
    heap = [number() for _ in range(10)]
    return lambda: heapq.heappushpop(heap, number()), refill(heap, number, 10)


@case("arraymodule.c array_array_fromlist list")
def array_fromlist():
    items = [number() for _ in range(50)]
    return lambda: array.array("q").fromlist(items), refill(items, number, 50)


@case("_suggestions.c _suggestions__generate_suggestions_impl candidates")
def suggestions():
    def make():
        return f"name {number()}"

    items = [make() for _ in range(20)]
    return lambda: _suggestions._generate_suggestions(items, "names"), refill(items, make, 20)


@case("selectmodule.c seq2set fast_seq")
def select_list():
    items = [1, 2]
    return lambda: select.select(items, [], [], 0), refill(items, lambda: 1, 5)


@case("syslogmodule.c syslog_get_argv argv")
def syslog_argv():
    before = sys.argv = [f"program {number()}"]

    def log():
        syslog.openlog()

    return log, refill(before, lambda: f"/program/{number()}", 1)


@case("_json.c encoder_listencode_dict PyDict_Next")
def json_dict():
    mapping = {f"key {i}": number() for i in range(10)}
    encoder = json.JSONEncoder()
    return lambda: encoder.encode(mapping), replace(mapping, list(mapping), number)


@case("_json.c encoder_listencode_list s_fast")
def json_list():
    items = [number() for _ in range(10)]
    encoder = json.JSONEncoder()
    return lambda: encoder.encode(items), refill(items, number, 10)


@case("_collectionsmodule.c _collections__count_elements_impl oldval")
def count_elements():
    mapping = {}
    keys = ["a", "b", "c"]
    return lambda: _collections._count_elements(mapping, keys * 5), revalue(mapping, "a", number)


@case("_collectionsmodule.c defdict_missing,new_defdict,defdict_reduce,defdict_repr default_factory")
def default_factory():
    mapping = collections.defaultdict(list)

    def change():
        mapping.default_factory = lambda: [1]

    def use():
        mapping[number()]
        repr(mapping.default_factory)
        mapping.__reduce__()
        mapping.copy()

    return use, change


@case("_collectionsmodule.c tuplegetter_reduce,tuplegetter_repr self->doc")
def tuplegetter_doc():
    getter = _collections._tuplegetter(0, "text")

    def change():
        getter.__doc__ = f"text {number()}"

    return lambda: (getter.__reduce__(), repr(getter)), change


@case("_functoolsmodule.c partial_repr PyDict_Next")
def partial_repr():
    part = functools.partial(print, sep=1)
    return lambda: repr(part), replace(part.keywords, ["sep"], number)


@case("_functoolsmodule.c keyobject_richcompare object")
def keyobject():
    kind = functools.cmp_to_key(lambda x, y: 0)
    one, other = kind(number()), kind(number())

    def change():
        one.obj = number()

    return lambda: one < other, change


@case("_operator.c methodcaller_repr PyDict_Next")
def methodcaller():
    caller = _operator.methodcaller("name", key=1)
    # The partial that it is pickled as has the same dictionary.
    mapping = caller.__reduce__()[0].keywords
    return lambda: repr(caller), replace(mapping, ["key"], number)


@case(
    "_abc.c _abc__abc_register_impl,_add_to_weak_set,_abc__abc_subclasscheck_impl,subclasscheck_check_registry set",
    loops=1,
    quiet=LOCKED,
)
def abc_register():
    class Base(abc.ABC):
        pass

    class Other:
        pass

    def use():
        Base.register(type("New", (), {}))
        issubclass(Other, Base)
        isinstance(3, Base)

    return use


@case("_abc.c _abc__abc_register_impl,_add_to_weak_set set", loops=1, quiet=LOCKED)
def abc_weak_set():
    bases = [abc.ABCMeta("Base", (), {}) for _ in range(20)]
    new = type("New", (), {})

    def use():
        for base in bases:
            base.register(new)

    return use


@case("_decimal.c list_as_flags list")
def decimal_list():
    items = [decimal.Inexact, decimal.Rounded]

    def make():
        return decimal.Inexact

    return lambda: decimal.Context(flags=items), refill(items, make, 3)


@case("_decimal.c dict_as_flags b")
def decimal_dict():
    mapping = {signal: number() for signal in decimal.Context().flags}
    context = decimal.Context()

    def use():
        context.flags = mapping

    def change():
        for signal in mapping:
            mapping[signal] = number()

    return use, change


@case("_decimal.c dec_addstatus,convert_op_cmp ctx->status")
def decimal_status():
    context = decimal.Context(traps=[])
    third = decimal.Decimal(3)
    return lambda: (context.divide(third, 7), context.clear_flags())


@case("_decimal.c signaldict_setitem,signaldict_getitem SdFlags")
def decimal_signals():
    flags = decimal.Context().flags

    def use():
        flags[decimal.Inexact] = True
        flags[decimal.Rounded] = False

    return use


@case(
    "_decimal.c current_context_from_dict,PyDec_SetCurrentContext cached_context",
    loops=30,
    quiet="compiled only without context variables",
)
def decimal_cached_context():
    def use():
        decimal.setcontext(decimal.Context())
        decimal.getcontext()
        decimal.Decimal(1) / 3

    return use


@case("_decimal.c pydec_format PyDecimal", tries=1)
def decimal_format_lazy():
    value = decimal.Decimal("1.5")
    return (lambda: format(value, "z.1f"),) * 4


@case("_decimal.c dict_get_item_string value")
def decimal_format():
    override = {"decimal_point": ",", "thousands_sep": ".", "grouping": "\3"}
    value = decimal.Decimal("1234567.5")

    def change():
        for _ in range(10):
            override["decimal_point"] = chr(0x3000 + number() % 50)

    return lambda: value.__format__("n", override), change


if __name__ == "__main__":
    main()
