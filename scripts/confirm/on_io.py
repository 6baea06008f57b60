"""Files and buffers of the io module that two threads share."""

import io

from racing import case, main

LOCKED = "reading, writing, seeking and reconfiguring lock the object"


@case(
    "_io/bufferedio.c _io__Buffered__dealloc_warn,_io__Buffered__dealloc_warn_impl,_io__Buffered_detach_impl raw",
    loops=1,
)
def detach():
    many = [io.BufferedReader(io.BytesIO(b"text")) for _ in range(50)]

    def look():
        for one in many:
            try:
                one._dealloc_warn(one)
            except ValueError:
                pass

    return look, lambda: [one.detach() for one in many]


@case("_io/bufferedio.c _enter_buffered_busy owner", quiet="read, write and seek lock the object")
def owner():
    one = io.BufferedRandom(io.BytesIO(bytes(10000)))
    return lambda: (one.seek(0), one.read(5000), one.write(b"text"))


@case(
    "_io/bytesio.c scan_eol,unshare_buffer,resize_buffer,write_bytes,_io_BytesIO_getvalue_impl self->buf"
)
def bytesio():
    one = io.BytesIO(b"text\n" * 20)

    def change():
        one.seek(0, 2)
        one.write(b"text\n" * 20)
        one.getvalue()
        one.truncate(50)

    return change, lambda: (one.seek(0), one.readline(), one.getvalue(), one.read(10))


@case("_io/bytesio.c write_bytes PyBytes_AS_STRING")
def bytesio_inplace():
    one = io.BytesIO()

    def change():
        one.truncate(0)
        one.seek(50)
        one.write(b"text" * 10)

    return change, lambda: hash(one.getvalue())


@case("_io/stringio.c _stringio_readline,_io_StringIO_close_impl readnl", loops=1)
def stringio_close():
    many = [io.StringIO("text\n" * 5, newline="\r\n") for _ in range(100)]

    def step():
        for one in many:
            try:
                next(one)
            except (ValueError, StopIteration):
                pass

    return step, lambda: [one.close() for one in many]


@case("_io/stringio.c resize_buffer,write_str,_stringio_readline self->buf")
def stringio():
    one = io.StringIO("text\n" * 50)

    def write():
        one.seek(0)
        one.write("text\n" * 100)
        one.truncate(200)

    return lambda: list(one), write


@case("_io/textio.c _PyIncrementalNewlineDecoder_decode,_io_IncrementalNewlineDecoder_reset_impl pendingcr")
def newline_decoder():
    one = io.IncrementalNewlineDecoder(None, True)
    return lambda: (one.decode("text\r\ntext\r"), one.reset()), lambda: (one.decode("text\n"), one.reset())


@case(
    "_io/textio.c ascii_encode,utf16be_encode,textiowrapper_change_encoding self->errors",
    quiet=LOCKED,
)
def reconfigure():
    one = io.TextIOWrapper(io.BytesIO(), encoding="ascii")

    def change():
        one.reconfigure(errors="".join(["ignor", "e"]))
        one.reconfigure(errors="".join(["replac", "e"]))

    return lambda: (one.write("text\xe9"), one.errors), change


@case("_io/textio.c utf16_encode,utf32_encode,_textiowrapper_fix_encoder_state encoding_start_of_stream", quiet=LOCKED)
def start_of_stream():
    one = io.TextIOWrapper(io.BytesIO(), encoding="utf-16", write_through=True)
    return lambda: (one.write("text" * 3000), one.seek(0))


@case(
    "_io/textio.c utf16_encode,utf32_encode,_textiowrapper_fix_encoder_state encoding_start_of_stream",
    quiet=LOCKED,
)
def start_of_stream_reconfigure():
    one = io.TextIOWrapper(io.BytesIO(), encoding="utf-16")

    def change():
        one.reconfigure(encoding="utf-32")
        one.reconfigure(encoding="utf-16")

    return lambda: one.write("text" * 30), change


@case(
    "_io/textio.c textiowrapper_iternext,_textiowrapper_readline,textiowrapper_read_chunk self->",
    loops=20,
    quiet=LOCKED,
)
def iterate():
    one = io.TextIOWrapper(io.BytesIO(b"text\n" * 100))
    return lambda: list(one), lambda: one.seek(0)


if __name__ == "__main__":
    main()
