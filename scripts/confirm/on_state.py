"""Readers, scanners, iterators, arrays and maps whose state two threads change."""

import array
import csv
import re
import struct
import time

import _lsprof
import _sre
import atexit
import mmap
from racing import case, main

number = time.perf_counter_ns


@case(
    "_csv.c parse_save_field,parse_process_char,parse_reset unquoted_field",
    "_csv.c parse_save_field,parse_reset,Reader_iternext self->fields",
    "_csv.c parse_add_char field_len",
)
def csv_reader():
    one = csv.reader([f'{i},"text",3.5' for i in range(100)] * 10, quoting=csv.QUOTE_NONNUMERIC)
    return lambda: next(one)


class Out:
    def write(self, text):
        pass


@case("_csv.c join_append,join_reset,csv_writerow num_fields", "_csv.c join_append_lineterminator rec_len")
def csv_writer():
    one = csv.writer(Out())
    return lambda: one.writerow(["a", "b", "text"])


@case(
    "_sre/sre.c data_stack_dealloc,data_stack_grow data_stack",
    "_sre/sre.c scanner_begin,scanner_end executing",
    "_sre/sre_lib.h sre_ucs1_search,sre_ucs1_match state->",
)
def scanner():
    one = re.compile("(ab|a)*?c").scanner("ababababac" * 500)
    return lambda: (one.search(), one.match())


@case("_sre/sre_lib.h sre_ucs1_search state->start")
def scanner_literal():
    one = re.compile("abcd").scanner("xabcxabcd" * 500)
    return lambda: (one.search(), one.search())


@case("_sre/sre.c _sre_compile_impl PyList_GET_ITEM")
def sre_compile():
    import re._compiler as compiler

    pattern = re._parser.parse("abcdef")
    code = compiler._code(pattern, 0)
    before = list(code)

    def change():
        code.clear()
        code.extend(before)

    return lambda: _sre.compile("abcdef", 32, code, 0, {}, (None,)), change


@case("_sre/sre.c _sre_template_impl PyList_GET_ITEM")
def sre_template():
    pattern = re.compile("(a)")
    items = ["x", 1, "y"]

    def change():
        items.clear()
        items.extend([f"x{number()}", 1, f"y{number()}"])

    return lambda: _sre.template(pattern, items), change


@case("_sre/sre.c match_getindex index", quiet="only a read-only view of the dictionary is public")
def groupindex():
    match = re.match("(?P<name>a)", "a")
    return lambda: (match["name"], match.start("name"))


@case("_struct.c unpackiter_len,unpackiter_iternext self->so", loops=1)
def iter_unpack():
    many = [struct.iter_unpack("h", bytes(4)) for _ in range(300)]

    def use():
        for it in many:
            list(it)
            try:
                it.__length_hint__()
            except TypeError:
                pass

    return use


@case("_struct.c s_pack_internal PyByteArray_")
def pack_bytearray():
    data = bytearray(100)

    def change():
        data.extend(bytes(500))
        del data[100:]

    return lambda: struct.pack("100s100p", data, data), change


@case("_struct.c cache_struct_converter state->cache", loops=1, quiet="every step locks the dictionary")
def struct_cache():
    return lambda: [struct.calcsize(f"{i}h") for i in range(120)]


@case(
    "arraymodule.c array_resize,array_richcompare,array_concat,array_subscr,q_getitem ob_item"
)
def array_resize():
    one = array.array("q", range(50))

    def change():
        one.extend(array.array("q", range(500)))
        del one[50:]

    return change, lambda: (one == one, one + one, one[3], one[:20])


@case("arraymodule.c array_array___reduce_ex___impl array_reconstructor", loops=1, tries=1)
def array_reduce():
    # Bound before: looking a method up takes a lock of the type, which would order the first calls.
    reduce = array.array("q", range(5)).__reduce_ex__
    return (lambda: reduce(3),) * 4


@case("arraymodule.c arrayiter_next,array_arrayiterator___reduce___impl ->ao", loops=1)
def array_iterator():
    many = [iter(array.array("q", range(3))) for _ in range(300)]

    def use():
        for it in many:
            list(it)

    def reduce():
        for it in many:
            it.__reduce__()

    return use, reduce, use


@case("atexitmodule.c atexit_register callback", loops=50)
def atexit_register():
    return lambda: (atexit.register(int), atexit.unregister(int))


def nested(depth=3):
    if depth:
        nested(depth - 1)
        len(b"text")


@case(
    "_lsprof.c clearEntries,initContext,Stop,ptrace_enter_call,ptrace_leave_call pObj->",
    "_lsprof.c initContext,Stop subentry->recursionLevel",
    "_lsprof.c CallExternalTimer,newProfilerEntry,newSubEntry flags",
    loops=30,
)
def lsprof():
    profiler.enable()
    return nested, nested, profiler.clear


profiler = _lsprof.Profiler(number, 1e-9, True, True)


@case(
    "mmapmodule.c mmap_buffer_getbuf,mmap_buffer_releasebuf exports",
    "mmapmodule.c mmap_read_byte_method,mmap_read_method,mmap_seek_method self->pos",
)
def mmap_():
    one = mmap.mmap(-1, 10000)

    def use():
        with memoryview(one):
            pass
        one.seek(0)
        one.read_byte()
        one.read(10)
        one.write(b"text\n")
        one.readline()

    return use


if __name__ == "__main__":
    main()
