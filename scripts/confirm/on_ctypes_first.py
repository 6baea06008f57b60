"""What _ctypes makes at first use: importing ctypes would already have made it, in one thread."""

import _ctypes

from racing import case, main


def define():
    type("New", (_ctypes._SimpleCData,), {"_type_": "h"})


@case(
    "_ctypes/_ctypes.c CreateSwappedType swapped_suffix",
    "_ctypes/cfield.c _ctypes_get_fielddesc initialized",
    loops=1,
    tries=1,
)
def simple_type():
    return (define,) * 4


if __name__ == "__main__":
    main()
