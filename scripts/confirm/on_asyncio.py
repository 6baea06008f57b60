"""Futures and tasks that two threads share; the loop is a list of what to call next."""

import asyncio

from racing import case, main


class Loop:
    def __init__(self):
        self.ready = []

    def get_debug(self):
        return False

    def call_soon(self, function, *arguments, context=None):
        self.ready.append((function, arguments))

    def call_exception_handler(self, context):
        pass

    def run(self):
        while self.ready:
            function, arguments = self.ready.pop()
            function(*arguments)


def futures(count=60):
    loop = Loop()
    return [asyncio.Future(loop=loop) for _ in range(count)]


def each(many, function):
    def part():
        for one in many:
            try:
                function(one)
            except (asyncio.InvalidStateError, asyncio.CancelledError, ZeroDivisionError):
                pass

    return part


def add(future):
    for _ in range(3):
        future.add_done_callback(object())


def finish(future):
    future.set_result(1)


@case(
    "_asynciomodule.c future_schedule_callbacks,future_add_done_callback fut->fut_callback",
    loops=1,
)
def done():
    many = futures()
    for future in many:
        add(future)
    return each(many, finish), each(many, add)


def nothing(*arguments):
    pass


@case(
    "_asynciomodule.c future_schedule_callbacks PyList_GET",
    loops=1,
)
def done_removed():
    many = futures()
    for future in many:
        for _ in range(10):
            future.add_done_callback(lambda future: None)
            future.add_done_callback(nothing)
    return each(many, finish), each(many, lambda future: future.remove_done_callback(nothing))


@case("_asynciomodule.c future_add_done_callback,FutureObj_get_callbacks fut_callbacks", loops=1)
def first_list():
    many = futures()
    for future in many:
        future.add_done_callback(print)
    return each(many, add), each(many, lambda future: future._callbacks)


@case("_asynciomodule.c _asyncio_Future_remove_done_callback_impl self->fut_callbacks", loops=1)
def remove():
    many = futures()
    for future in many:
        add(future)
    return each(many, lambda future: future.remove_done_callback(1)), each(many, finish)


@case("_asynciomodule.c FutureObj_get_callbacks fut->fut_callbacks", loops=1)
def callbacks():
    many = futures()
    for future in many:
        add(future)
    return each(many, lambda future: future._callbacks), each(many, finish)


@case("_asynciomodule.c FutureIter_am_send,FutureIter_throw,FutureIter_clear it->future", loops=2)
def iterator():
    many = futures()
    for future in many:
        future.set_result(1)
    its = [iter(future) for future in many]
    return each(its, lambda it: list(it)), each(its, lambda it: list(it))


@case("_asynciomodule.c FutureIter_throw,FutureIter_clear self->future", loops=2)
def iterator_throw():
    its = [iter(future) for future in futures()]
    throw = each(its, lambda it: it.throw(ZeroDivisionError()))
    return throw, throw


@case(
    "_asynciomodule.c TaskObj_get_fut_waiter,task_step_impl fut_waiter",
    "_asynciomodule.c _asyncio_Task_uncancel_impl,_asyncio_Task_cancel_impl task_num_cancels_requested",
    "_asynciomodule.c _asyncio_Task_set_name task_name",
)
def task():
    loop = Loop()
    waiting = []

    async def wait():
        while True:
            waiting.append(asyncio.Future(loop=loop))
            try:
                await waiting[-1]
            except asyncio.CancelledError:
                pass

    it = asyncio.Task(wait(), loop=loop, eager_start=False)

    def drive():
        for _ in range(10):
            loop.run()
            if waiting:
                future = waiting.pop()
                if not future.done():
                    future.set_result(1)

    def look():
        it._fut_waiter
        it.cancel()
        it.uncancel()
        it.set_name("name")
        it.get_name()
        it._fut_waiter

    return drive, look, look


if __name__ == "__main__":
    main()
