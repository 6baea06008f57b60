"""Picklers that two threads share, and what changes while it is pickled."""

import collections
import copyreg
import io
import pickle
import sys
import time
import types

import _compat_pickle
from racing import case, main, refill, replace, revalue

number = time.perf_counter_ns


class Thing:
    pass


class Slots:
    __slots__ = ("a", "b")


@case(
    "_pickle.c PyMemoTable_Set,_PyMemoTable_Lookup,PyMemoTable_Get,_PyMemoTable_ResizeTable me_",
    "_pickle.c _Pickler_ClearBuffer,_Pickler_Write,_Pickler_CommitFrame self->output_buffer",
    "_pickle.c _Pickler_CommitFrame qdata",
    "_pickle.c _Pickler_Write buffer[",
    loops=20,
)
def pickler():
    one = pickle.Pickler(io.BytesIO(), 5)
    things = [f"text {i}" for i in range(50)]
    return lambda: one.dump(things)


@case(
    "_pickle.c Pdata_pop,Pdata_push,Pdata_clear Py_SET_SIZE",
    "_pickle.c load,load_proto,_Unpickler_MemoCleanup,_Unpickler_SetStringInput self->",
    "_pickle.c _Unpickler_SetStringInput buffer",
    loops=20,
)
def unpickler():
    data = pickle.dumps([f"text {i}" for i in range(20)]) * 100
    one = pickle.Unpickler(io.BytesIO(data))
    return lambda: one.load()


@case("_pickle.c whichmodule PyDict_Next", loops=5)
def modules():
    def nowhere():
        pass

    nowhere.__module__ = None
    nowhere.__qualname__ = "nowhere"

    def use():
        pickle.dumps(nowhere)

    return use, replace(sys.modules, [], lambda: types.ModuleType("extra"))


@case("_pickle.c save_bytearray,_save_bytearray_data PyByteArray_")
def bytearray_():
    data = bytearray(100)

    def change():
        data.extend(bytes(500))
        del data[100:]

    return lambda: pickle.dumps(data, 5), change


@case("_pickle.c batch_list_exact PyList_GET_ITEM")
def list_():
    items = [number()]
    return lambda: pickle.dumps(items), refill(items, number, 1)


@case("_pickle.c batch_list_exact PyList_GET_ITEM")
def list_long():
    items = [number() for _ in range(10)]
    return lambda: pickle.dumps(items), refill(items, number, 10)


@case("_pickle.c batch_dict_exact PyDict_Next")
def dict_():
    mapping = {"key": number()}

    def change():
        mapping["key"] = number()

    return lambda: pickle.dumps(mapping), change


@case("_pickle.c batch_dict_exact PyDict_Next")
def dict_long():
    mapping = {f"key {i}": number() for i in range(5)}
    return lambda: pickle.dumps(mapping), replace(mapping, list(mapping), number)


def fresh(*texts):
    """New texts: names in the code itself are never freed."""
    return tuple("".join(list(text)) for text in texts)


def renaming(mapping, key, make):
    mapping[key] = make()
    return revalue(mapping, key, make)


@case("_pickle.c fix_imports item")
def names_3to2():
    key = ("collections", "OrderedDict")
    change = renaming(_compat_pickle.REVERSE_NAME_MAPPING, key, lambda: (f"a{number()}", f"b{number()}"))
    return lambda: pickle.dumps(collections.OrderedDict, 2), change


@case("_pickle.c fix_imports item")
def imports_3to2():
    change = renaming(_compat_pickle.REVERSE_IMPORT_MAPPING, "types", lambda: f"a{number()}")
    return lambda: pickle.dumps(types.SimpleNamespace, 2), change


@case("_pickle.c save reduce_func")
def dispatch():
    change = renaming(copyreg.dispatch_table, Thing, lambda: lambda it: (Thing, ()))
    return lambda: pickle.dumps(Thing()), change


@case("_pickle.c Pickler_set_memo PyDict_Next")
def set_pickler_memo():
    mapping = {i: (i, number()) for i in range(10)}
    one = pickle.Pickler(io.BytesIO())

    def use():
        one.memo = mapping

    return use, replace(mapping, list(mapping), lambda: (1, number()))


@case("_pickle.c Unpickler_set_memo PyDict_Next")
def set_unpickler_memo():
    mapping = {i: number() for i in range(10)}
    one = pickle.Unpickler(io.BytesIO())

    def use():
        one.memo = mapping

    def change():
        for key in range(30):
            mapping[key] = number()
        for key in range(10, 30):
            del mapping[key]

    return use, change


@case("_pickle.c load_extension obj")
def extension_cache():
    copyreg._extension_registry.pop(("collections", "deque"), None)
    copyreg._inverted_registry.pop(77, None)
    copyreg.add_extension("collections", "deque", 77)
    data = b"\x80\x02\x82M."

    change = revalue(copyreg._extension_cache, 77, lambda: [number()])

    return lambda: pickle.loads(data), change


@case("_pickle.c load_extension pair")
def inverted_registry():
    def change():
        copyreg._extension_cache.pop(77, None)
        copyreg._inverted_registry[77] = fresh("collections", "deque")

    change()
    data = b"\x80\x02\x82M."
    return lambda: pickle.loads(data), change


@case("_pickle.c load_build PyDict_Next")
def build_state():
    state = {f"key{i}": number() for i in range(10)}

    class Unpickler(pickle.Unpickler):
        def persistent_load(self, it):
            return state

    class Pickler(pickle.Pickler):
        def persistent_id(self, it):
            return 1 if it is state else None

    thing = Thing()
    thing.__dict__["a"] = 1
    out = io.BytesIO()

    class Reduced:
        def __reduce__(self):
            return Thing, (), state

    Pickler(out, 2).dump(Reduced())
    data = out.getvalue()
    return lambda: Unpickler(io.BytesIO(data)).load(), replace(state, list(state), number)


@case("_pickle.c load_build PyDict_Next")
def build_slots():
    state = {"a": number(), "b": number()}

    class Unpickler(pickle.Unpickler):
        def persistent_load(self, it):
            return state

    class Pickler(pickle.Pickler):
        def persistent_id(self, it):
            return 1 if it is state else None

    class Reduced:
        def __reduce__(self):
            return Slots, (), (None, state)

    out = io.BytesIO()
    Pickler(out, 2).dump(Reduced())
    data = out.getvalue()

    def change():
        state["a"] = number()
        state["b"] = number()

    return lambda: Unpickler(io.BytesIO(data)).load(), change


@case("_pickle.c _pickle_Unpickler_find_class_impl item")
def names_2to3():
    change = renaming(_compat_pickle.NAME_MAPPING, ("old", "name"), lambda: fresh("collections", "deque"))
    return lambda: pickle.loads(b"cold\nname\n."), change


@case("_pickle.c _pickle_Unpickler_find_class_impl item")
def imports_2to3():
    change = renaming(_compat_pickle.IMPORT_MAPPING, "old", lambda: fresh("collections")[0])
    return lambda: pickle.loads(b"cold\ndeque\n."), change


if __name__ == "__main__":
    main()
