"""Tcl interpreters without windows: one for each thread, or one whose settings two threads change."""

import os
import threading
import time

import _tkinter
from racing import case, main, refill

number = time.perf_counter_ns


def interpreter():
    return _tkinter.create(None, "confirm", "Tk", False, True, False, False, None)


_kept = []
_local = threading.local()


class Own:
    """A thread's part with an interpreter of the thread's own: only that thread may use it, or delete it."""

    def __init__(self, work):
        self.work = work

    def __call__(self):
        if not hasattr(_local, "tcl"):
            _local.tcl = interpreter()
            _kept.append(_local.tcl)
        self.work(_local.tcl)


@case("_tkinter.c WaitForMainloop dispatching", loops=1, tries=2)
def wait_for_mainloop():
    shared, answered = [], []

    def owner(tcl):
        shared.append(tcl)
        time.sleep(0.3)
        while not answered:
            tcl.willdispatch()
            tcl.dooneevent(_tkinter.DONT_WAIT)
            time.sleep(0.001)

    def other():
        while not shared:
            time.sleep(0.001)
        if not answered:
            try:
                shared[-1].call("set", "a", "b")
            finally:
                answered.append(True)

    return Own(owner), other


@case("_tkinter.c PyTclObject_string,PyTclObject_str self->string", loops=1)
def tcl_object():
    tcl = interpreter()
    _kept.append(tcl)
    many = [tcl.call("dict", "create", "key", f"text {i}") for i in range(50)]
    return lambda: [(one.string, str(one)) for one in many]


@case("_tkinter.c AsObj PySequence_Fast_GET_ITEM")
def list_value():
    items = ["a", "b", "c"]
    return Own(lambda tcl: tcl.call("set", "a", items)), refill(items, lambda: f"text {number()}", 10)


@case("_tkinter.c Tkapp_CallArgs PySequence_Fast_GET_ITEM", quiet="the arguments are a tuple of the call")
def list_arguments():
    items = ["list", "b", "c"]

    def change():
        items.clear()
        items.extend(["".join(["li", "st"]), f"text {number()}", f"text {number()}"])

    return Own(lambda tcl: tcl.call(items)), change


@case("_tkinter.c Tkapp_Trace,_tkinter_tkapp_settrace,_tkinter_tkapp_gettrace_impl self->trace")
def trace():
    shared = []

    def owner(tcl):
        shared[:] = [tcl]
        tcl.settrace(lambda *rest: None)
        tcl.gettrace()
        tcl.createcommand("name", int)

    def other():
        if shared:
            shared[0].settrace(lambda *rest: None)
            shared[0].gettrace()

    return Own(owner), other


def fail(*arguments):
    raise ValueError


def failing(tcl):
    tcl.createcommand("fail", fail)
    try:
        tcl.call("fail")
    except _tkinter.TclError:
        pass
    try:
        tcl.mainloop(-1)
    except ValueError:
        pass


@case(
    "_tkinter.c PythonCmd_Error,_tkinter_tkapp_mainloop_impl errorInCmd",
    "_tkinter.c PythonCmd_Error,_tkinter_tkapp_mainloop_impl excInCmd",
    loops=20,
)
def command_error():
    return Own(failing), Own(failing)


@case("_tkinter.c NewFHCD,DeleteFHCD HeadFHCD", loops=50)
def file_handlers():
    read, _ = os.pipe()

    def work(tcl):
        tcl.createfilehandler(read, _tkinter.READABLE, print)
        tcl.deletefilehandler(read)

    return Own(work), Own(work)


@case("_tkinter.c _tkinter_tktimertoken_deletetimerhandler_impl,TimerHandler v->func", loops=1)
def timer():
    tcl = interpreter()
    _kept.append(tcl)
    many = [tcl.createtimerhandler(100000, int) for _ in range(50)]
    return lambda: [one.deletetimerhandler() for one in many]


@case("_tkinter.c _tkinter_tkapp_mainloop_impl,_tkinter_tkapp_quit_impl quitMainLoop", loops=20)
def quit_mainloop():
    return Own(lambda tcl: tcl.mainloop(0)), Own(lambda tcl: tcl.quit())


@case("_tkinter.c _flatten1 PySequence_Fast_GET_ITEM")
def flatten():
    items = [number() for _ in range(10)]
    return lambda: _tkinter._flatten(items), refill(items, number, 10)


@case("_tkinter.c EnableEventHook event_tstate", loops=1)
def event_hook():
    return lambda: _kept.append(interpreter())


if __name__ == "__main__":
    main()
