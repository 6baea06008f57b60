"""Images, paths and codecs of Pillow. `PYTHONPATH` must lead to a Pillow built with ThreadSanitizer."""

import tempfile
import time

import PIL._imaging as core
from racing import case, main, refill

number = time.perf_counter_ns


def jpeg():
    image = core.fill("RGB", (64, 64), (1, 2, 3))
    encoder = core.jpeg_encoder("RGB", "RGB", 75)
    encoder.setimage(image, (0, 0, 64, 64))
    data = b""
    while True:
        _, status, part = encoder.encode(65536)
        data += part
        if status:
            # A long comment after the first marker has to be skipped.
            return data[:2] + b"\xff\xfe\x40\x00" + bytes(0x3FFE) + data[2:]


@case("_imaging.c getlist PySequence_Fast_GET_ITEM", loops=20)
def point_table():
    items = [1] * 256
    image = core.new("L", (5, 5))

    def change():
        items.clear()
        items.extend([1000 + i for i in range(256)])

    return lambda: image.point(items, "L"), change


@case("_imaging.c _putdata set_value_to_item", loops=20)
def putdata():
    items = [number() % 200 for _ in range(25)]
    image = core.new("L", (5, 5))
    return lambda: image.putdata(items, 1.0, 0.0), refill(items, lambda: 1000 + number() % 200, 25)


@case("_imaging.c _set_use_block_allocator,_get_use_block_allocator use_block_allocator")
def allocator():
    return lambda: (core.set_use_block_allocator(number() % 2), core.get_use_block_allocator(), core.new("L", (5, 5)))


def set_image(many, width):
    image = core.new("L", (10, 10))

    def part():
        for one in many:
            try:
                one.setimage(image, (0, 0, width, width))
            except ValueError:
                pass

    return part


@case("decode.c _setimage state->x", "decode.c _setimage decoder->lock", loops=1)
def decoder_image():
    many = [core.raw_decoder("L", "L", 0, 1) for _ in range(100)]
    return tuple(set_image(many, width) for width in (5, 6, 7))


@case("encode.c _setimage state->x", "encode.c _setimage encoder->lock", loops=5)
def encoder_image():
    many = [core.raw_encoder("L", "L", 0, 1) for _ in range(20)]
    return set_image(many, 5), set_image(many, 6)


@case("encode.c get_qtables_arrays PySequence_Fast_GET_ITEM(tables", loops=20)
def quantization_tables():
    def make():
        return [1 + number() % 50] * 64

    items = [make(), make()]

    def use():
        core.jpeg_encoder("RGB", "RGB", -1, 0, 0, 0, False, 0, (0, 0), -1, 0, 0, items)

    return use, refill(items, make, 2)


@case("encode.c get_qtables_arrays table_data", loops=20)
def quantization_table():
    def make():
        return 1000 + number() % 50

    items = [make() for _ in range(64)]

    def use():
        core.jpeg_encoder("RGB", "RGB", -1, 0, 0, 0, False, 0, (0, 0), -1, 0, 0, [items])

    return use, refill(items, make, 64)


@case(
    "libImaging/JpegDecode.c skip_input_data source->pub",
    "libImaging/JpegDecode.c ImagingJpegDecode state->",
    loops=10,
)
def jpeg_decoder():
    data = jpeg()
    image = core.new("RGB", (64, 64))
    decoder = core.jpeg_decoder("RGB", "RGB", None)
    decoder.setimage(image, (0, 0, 64, 64))
    return lambda: decoder.decode(data)


@case("libImaging/SgiRleDecode.c ImagingSgiRleDecode state->buffer", loops=5)
def sgi_decoder():
    file = tempfile.TemporaryFile()
    file.write(bytes(512) + b"\0\0\2\xa8" * 20 + b"\0\0\0\3" * 20 + bytes(5000))
    file.flush()
    image = core.new("L", (10, 10))
    decoder = core.sgi_rle_decoder("L", "L", 0, 1)
    decoder.setimage(image, (0, 0, 10, 10))

    def use():
        file.seek(0)
        decoder.setfd(file)
        decoder.decode(b"")

    return use


@case("map.c PyImaging_MapBuffer findModeID", loops=50)
def map_buffer():
    target = bytes(1000)
    mode = ["L", 0, 1]

    def change():
        for _ in range(20):
            mode[0] = "".join(["I;", "16"])

    return lambda: core.map_buffer(target, (10, 10), "raw", 0, mode), change


@case("path.c path_compact,path_getbbox,path_tolist,path_transform xy", loops=20)
def path():
    one = core.path([(i % 3, i % 5) for i in range(200)])
    matrix = (1, 0, 0, 0, 1, 0)
    return lambda: (one.compact(), one.getbbox(), one.tolist()), lambda: (one.compact(1), one.transform(matrix))


if __name__ == "__main__":
    main()
