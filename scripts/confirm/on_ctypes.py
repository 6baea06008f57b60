"""Types, fields and functions of ctypes that two threads share or define."""

import ctypes
import gc
import time

from racing import case, main, refill

number = time.perf_counter_ns


class Pair(ctypes.Structure):
    _fields_ = [("a", ctypes.c_long), ("b", ctypes.c_long)]


@case("_ctypes/_ctypes.c _DictRemover_call self->", loops=3, quiet="only a weak reference calls it, once")
def dict_remover():
    def use():
        kind = type("New", (ctypes.Structure,), {})
        for length in range(5):
            kind * length
        gc.collect()

    return use


@case(
    "_ctypes/_ctypes.c CharArray_set_raw,CharArray_get_raw,CharArray_get_value,CharArray_set_value b_ptr",
    "_ctypes/callproc.c resize b_ptr",
    loops=10,
)
def resize():
    many = [ctypes.create_string_buffer(10) for _ in range(20)]
    sizes = [50, 5000, 300, 20000]

    def change():
        for i, one in enumerate(many):
            ctypes.resize(one, sizes[(number() + i) % 4])

    def look():
        for one in many:
            one.raw, one.value
            one.value = b"text"
            one.raw = b"text"

    return change, look


@case(
    "_ctypes/_ctypes.c PyCPointerType_SetProto,PyCPointerType_from_param_impl proto",
    "_ctypes/_ctypes.c CDataType_from_param_impl proto",
)
def set_type():
    kind = type("New", (ctypes._Pointer,), {"_type_": ctypes.c_long})

    def change():
        kind.set_type(ctypes.c_long)
        kind.set_type(ctypes.c_int)

    def look():
        one = kind()
        try:
            one.contents = ctypes.c_long(3)
        except TypeError:
            pass
        kind.from_param(None)
        try:
            kind.from_param(ctypes.byref(ctypes.c_long()))
        except TypeError:
            pass
        try:
            kind.from_param(3)
        except TypeError:
            pass

    return change, look


@case(
    "_ctypes/cfield.c PyCField_FromDesc proto",
    quiet="the item type of an array type is set once, when the type is made",
)
def set_type_of_field():
    kind = type("New", (ctypes._Pointer,), {"_type_": ctypes.c_long})

    def change():
        kind.set_type(ctypes.c_char)
        kind.set_type(ctypes.c_int)

    def look():
        array = kind * 2
        type("Other", (ctypes.Structure,), {"_fields_": [("a", kind), ("b", array)]})

    return change, look


@case("_ctypes/_ctypes.c PyCArrayType_from_ctype array_cache", loops=1, tries=1)
def array_cache():
    return lambda: ctypes.c_long * 3


@case(
    "_ctypes/_ctypes.c PyCFuncPtr_set_errcheck,PyCFuncPtr_get_errcheck self->errcheck",
)
def function():
    one = ctypes.CDLL(None).abs

    def change():
        one.errcheck = lambda *rest: rest[0]
        one.restype = lambda it: it
        one.argtypes = [ctypes.c_int]

    return change, lambda: (one.errcheck, one.restype, one.argtypes, change())


@case("_ctypes/_ctypes.c _init_pos_args fields", quiet="the fields cannot be set again once there is an instance")
def fields():
    kind = type("New", (ctypes.Structure,), {"_fields_": [("a", ctypes.c_long)]})

    def change():
        try:
            kind._fields_ = [("a", ctypes.c_long)]
        except AttributeError:
            pass

    return lambda: kind(3), change


@case("_ctypes/callproc.c _ctypes_get_errobj error_object_name", loops=1, tries=1)
def errno():
    return ctypes.get_errno


@case("_ctypes/cfield.c c_set PyByteArray_")
def char_from_bytearray():
    data = bytearray(b"a")
    one = ctypes.c_char()

    def use():
        one.value = data

    def change():
        data.extend(bytes(500))
        del data[1:]

    return use, change


@case("_ctypes/stgdict.c MakeFields fieldlist")
def make_fields():
    inner = type("Inner", (ctypes.Structure,), {"_fields_": [("a", ctypes.c_long), ("b", ctypes.c_long)]})
    items = inner._fields_

    def use():
        type("Outer", (ctypes.Structure,), {"_anonymous_": ["i"], "_fields_": [("i", inner)]})

    def change():
        items.clear()
        items.extend([("".join(["a"]), ctypes.c_long), ("b", ctypes.c_long)])

    return use, change


@case("_ctypes/stgdict.c MakeAnonFields anon_names")
def make_anonymous():
    inner = type("Inner", (ctypes.Structure,), {"_fields_": [("a", ctypes.c_long)]})
    items = ["i"]

    def use():
        type("Outer", (ctypes.Structure,), {"_anonymous_": items, "_fields_": [("i", inner)]})

    return use, refill(items, lambda: "i", 1)


@case(
    "_ctypes/stgdict.c PyCStructUnionType_update_stginfo format",
    "_ctypes/stgdict.c PyCStructUnionType_update_stginfo flags",
    loops=1,
)
def set_fields():
    many = [type("New", (ctypes.Structure,), {}) for _ in range(20)]

    def use():
        for kind in many:
            try:
                kind._fields_ = [("a", ctypes.c_long), ("b", ctypes.POINTER(ctypes.c_long))]
            except AttributeError:
                pass

    return use


@case(
    "_ctypes/_ctypes.c CType_Type_dealloc,CType_Type_traverse info",
    loops=20,
    quiet="the collector stops all threads",
)
def type_dealloc():
    return lambda: [type("New", (ctypes.Structure,), {"_fields_": [("a", Pair)]}) for _ in range(5)], gc.collect


if __name__ == "__main__":
    main()
