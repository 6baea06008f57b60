"""Two threads step one iterator, or one steps it and the other asks for its state."""

import itertools
import warnings

from racing import case, main, refill

warnings.simplefilter("ignore")


def exhaust(it):
    return lambda: list(it)


def step(it):
    return lambda: next(it)


def reduce(it):
    return lambda: it.__reduce__()


class Broken:
    """An iterator whose items fail in the end."""

    def __init__(self):
        self.left = 20

    def __iter__(self):
        return self

    def __next__(self):
        self.left -= 1
        if self.left < 0:
            raise KeyError
        return self.left


@case("itertoolsmodule.c batched_next it")
def batched():
    return exhaust(itertools.batched(Broken(), 3))


@case("itertoolsmodule.c pairwise_next old")
def pairwise():
    return exhaust(itertools.pairwise(iter(range(1000, 1100))))


@case("itertoolsmodule.c groupby_step,groupby_next,groupby_reduce,_grouper_next gbo->")
def groupby():
    it = itertools.groupby(iter(range(1000, 1100)), lambda i: i // 3)
    return lambda: [list(group) for _, group in it]


@case("itertoolsmodule.c teedataobject_jumplink,teedataobject_getitem tdo->")
def tee_link():
    one, other = itertools.tee(iter(range(1000, 1300)))
    return exhaust(one), exhaust(other)


@case("itertoolsmodule.c itertools_teedataobject_impl values")
def tee_values():
    items = [object() for _ in range(57)]
    kind = itertools._tee_dataobject
    return lambda: kind(iter([]), items, None), refill(items, object, 57)


@case("itertoolsmodule.c tee_next,tee_copy,tee_reduce to->dataobj")
def tee_one():
    one, _ = itertools.tee(iter(range(1000, 1300)))
    return exhaust(one), lambda: (one.__copy__(), one.__reduce__())


@case("itertoolsmodule.c cycle_next,cycle_reduce lz->it")
def cycle():
    it = itertools.cycle(iter([object() for _ in range(20)]))
    return step(it)


@case("itertoolsmodule.c cycle_next lz->saved")
def cycle_saved():
    items = [object() for _ in range(20)]
    it = itertools.cycle(iter([]))
    it.__setstate__((items, True))
    return step(it), refill(items, object, 20)


@case("itertoolsmodule.c islice_next,islice_reduce lz->it")
def islice():
    it = itertools.islice(iter(range(1000, 1100)), 50)
    return exhaust(it), lambda: (list(it), it.__reduce__())


@case("itertoolsmodule.c chain_next,chain_reduce lz->active")
def chain():
    return exhaust(itertools.chain([1, 2], [3], [4, 5], range(100)))


@case("itertoolsmodule.c product_next result")
def product():
    return step(itertools.product([object() for _ in range(5)], repeat=3))


@case("itertoolsmodule.c combinations_next result")
def combinations():
    return step(itertools.combinations([object() for _ in range(20)], 3))


@case("itertoolsmodule.c cwr_next result")
def combinations_with_replacement():
    return step(itertools.combinations_with_replacement([object() for _ in range(20)], 3))


@case("itertoolsmodule.c permutations_next result")
def permutations():
    return step(itertools.permutations([object() for _ in range(8)], 3))


@case("itertoolsmodule.c accumulate_next,accumulate_reduce lz->total")
def accumulate():
    return exhaust(itertools.accumulate(iter(range(1000, 1100))))


@case("itertoolsmodule.c count_repr,count_reduce,count_nextlong long_cnt")
def count():
    it = itertools.count(2**70)
    return step(it), lambda: (repr(it), it.__reduce__())


@case("itertoolsmodule.c zip_longest_next result", "itertoolsmodule.c zip_longest_next lz->ittuple")
def zip_longest():
    return step(itertools.zip_longest(iter(range(50)), iter(range(1000, 1100))))


if __name__ == "__main__":
    main()
