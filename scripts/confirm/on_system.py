"""What threads share with the operating system and with each other: sockets, terminals, signals, locks, queues."""

import _interpchannels
import _interpqueues
import _posixsubprocess
import _thread
import array
import ctypes
import faulthandler
import locale
import os
import pty
import pwd
import signal
import socket
import termios
import threading
import time

from pyexpat import ParserCreate
from racing import case, main, refill

number = time.perf_counter_ns
OUTSIDE = "the C library is not instrumented"


@case("socketmodule.c idna_converter PyByteArray_", loops=20)
def host_bytearray():
    one = socket.socket()
    data = bytearray(b"127.0.0.1")

    def use():
        one.bind((data, 0))

    def change():
        data.extend(bytes(500))
        del data[9:]

    return use, change


@case("socketmodule.c sock_recvmsg_into PySequence_Fast_GET_ITEM")
def recvmsg_into():
    one, other = socket.socketpair()
    one.setblocking(False)
    items = [bytearray(5) for _ in range(5)]
    return lambda: one.recvmsg_into(items), refill(items, lambda: bytearray(5), 5)


@case("socketmodule.c sock_sendmsg_iovec PySequence_Fast_GET_ITEM")
def sendmsg():
    one, other = socket.socketpair()
    one.setblocking(False)
    items = [bytearray(5) for _ in range(5)]
    return lambda: one.sendmsg(items), refill(items, lambda: bytearray(5), 5)


@case("socketmodule.c sock_sendmsg PySequence_Fast_GET_ITEM")
def sendmsg_control():
    one, other = socket.socketpair()
    one.setblocking(False)

    def make():
        return (socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", []))

    items = [make()]
    return lambda: one.sendmsg([b""], items), refill(items, make, 3)


def agree(function, argument):
    """A thread's part that asks again and again, and complains when it gets what another thread asked for."""
    expected = function(argument)

    def part():
        got = function(argument)
        if got != expected:
            raise AssertionError(f"{argument!r} gave {got!r}")

    return part


@case("socketmodule.c socket_getservbyname sp", quiet=OUTSIDE)
def getservbyname():
    return agree(socket.getservbyname, "http"), agree(socket.getservbyname, "ssh")


@case("socketmodule.c socket_getservbyport sp", quiet=OUTSIDE)
def getservbyport():
    return agree(socket.getservbyport, 80), agree(socket.getservbyport, 22)


@case("socketmodule.c socket_getprotobyname sp")
def getprotobyname():
    return agree(socket.getprotobyname, "tcp"), agree(socket.getprotobyname, "udp")


@case("socketmodule.c _socket_socket_inet_ntoa_impl inet_ntoa", quiet="glibc has one result for each thread")
def inet_ntoa():
    return agree(socket.inet_ntoa, b"abcd"), agree(socket.inet_ntoa, b"efgh")


@case("pwdmodule.c pwd_getpwall_impl pwent")
def getpwall():
    return lambda: pwd.getpwall()


@case("_localemodule.c _locale_setlocale_impl setlocale")
def setlocale():
    return lambda: (locale.setlocale(locale.LC_CTYPE, "C"), locale.setlocale(locale.LC_CTYPE, "C.UTF-8"))


@case("_localemodule.c _locale_localeconv_impl lc", quiet=OUTSIDE)
def localeconv():
    def change():
        locale.setlocale(locale.LC_NUMERIC, "C")
        locale.setlocale(locale.LC_NUMERIC, "C.UTF-8")

    return lambda: (locale.localeconv(), locale.nl_langinfo(locale.RADIXCHAR)), change


@case("posixmodule.c os_putenv_impl,os_unsetenv_impl env", quiet=OUTSIDE)
def putenv():
    return lambda: (os.putenv("CONFIRM", f"text {number()}"), os.unsetenv("CONFIRM"))


@case("posixmodule.c parse_file_actions seq", loops=10)
def file_actions():
    def make():
        return (os.POSIX_SPAWN_CLOSE, number() % 1000 + 100)

    items = [make() for _ in range(10)]
    return lambda: os.posix_spawn("/nowhere", ["nowhere"], {}, file_actions=items), refill(items, make, 10)


@case("posixmodule.c DirEntry_get_lstat self->lstat", loops=1)
def dir_entry():
    many = list(os.scandir("/usr/bin"))[:50]
    return lambda: [(one.stat(follow_symlinks=False), one.stat()) for one in many]


@case("_posixsubprocess.c subprocess_fork_exec_impl fast_args", loops=5)
def fork_exec():
    def make():
        return b"text %d" % number()

    items = [make() for _ in range(50)]

    def use():
        # The last argument is of a wrong type: it ends before it forks.
        _posixsubprocess.fork_exec(
            items, [b"/nowhere"], True, (), None, None, -1, -1, -1, -1, -1, -1, -1, 3, False, False, -1,
            None, [], "wrong", -1, None, True,
        )

    return use, refill(items, make, 50)


def terminal():
    _, slave = pty.openpty()
    return slave, termios.tcgetattr(slave)


@case("termios.c termios_tcsetattr_impl SET_FROM_LIST")
def tcsetattr():
    slave, settings = terminal()
    before = list(settings)

    def change():
        settings[:] = [one + 0 if isinstance(one, int) else one for one in before]

    return lambda: termios.tcsetattr(slave, termios.TCSANOW, settings), change


@case("termios.c termios_tcsetattr_impl PyList_GetItem")
def tcsetattr_characters():
    slave, settings = terminal()
    characters = settings[6]
    before = list(characters)

    def change():
        characters.clear()
        characters.extend([b"".join([one]) if isinstance(one, bytes) else one + 0 for one in before])
        for i, one in enumerate(before):
            characters[i] = (one + b" ")[:1] if isinstance(one, bytes) else one

    return lambda: termios.tcsetattr(slave, termios.TCSANOW, settings), change


@case("faulthandler.c faulthandler_dump_traceback reentrant", loops=10)
def dump_traceback():
    out = open(os.devnull, "w")
    faulthandler.register(signal.SIGUSR1, file=out, all_threads=False)
    return lambda: signal.pthread_kill(threading.get_ident(), signal.SIGUSR1)


@case("faulthandler.c faulthandler_disable_fatal_handler,faulthandler_enable,faulthandler_disable enabled", loops=20)
def fault_enable():
    out = open(os.devnull, "w")
    return lambda: (faulthandler.enable(out), faulthandler.disable())


@case("getbuildinfo.c Py_GetBuildInfo initialized", quiet="has run while the interpreter started")
def build_info():
    function = ctypes.pythonapi.Py_GetBuildInfo
    return lambda: function()


@case("atexitmodule.c PyUnstable_AtExit ll_callbacks", loops=50)
def at_exit():
    api = ctypes.pythonapi
    api.PyInterpreterState_Get.restype = ctypes.c_void_p
    interp = ctypes.c_void_p(api.PyInterpreterState_Get())
    function = ctypes.cast(ctypes.CDLL(None).free, ctypes.c_void_p)
    return lambda: api.PyUnstable_AtExit(interp, function, None)


@case(
    "_threadmodule.c rlock_release,rlock_acquire,rlock_release_save rlock_count",
    quiet="only the owner changes the count",
)
def rlock():
    one = _thread.RLock()

    def use():
        with one:
            with one:
                one._acquire_restore(one._release_save())
        one._recursion_count()

    return use


@case("_threadmodule.c rlock_release,rlock_release_save,rlock__at_fork_reinit rlock_")
def rlock_reinit():
    one = _thread.RLock()

    def use():
        with one:
            pass

    return use, lambda: one._at_fork_reinit()


@case("_threadmodule.c ThreadHandle_start,thread_shutdown ident", loops=5)
def thread_shutdown():
    def start():
        handles = [_thread.start_joinable_thread(int, daemon=False) for _ in range(5)]
        for handle in handles:
            handle.join()

    return start, lambda: _thread._shutdown()


@case(
    "_interpchannelsmodule.c _channel_next,_channel_finish_closing,channel_clear_sent chan->",
    loops=1,
    quiet="the look-up gives back the channel with its lock held",
)
def channels():
    ids = [_interpchannels.create(2) for _ in range(50)]
    for one in ids:
        _interpchannels.send(one, 1, blocking=False)
        _interpchannels.send(one, 2, blocking=False)
        _interpchannels.close(one, send=True)

    def receive():
        for one in ids:
            try:
                _interpchannels.recv(one, None)
            except _interpchannels.ChannelError:
                pass

    return receive, receive


@case("_interpchannelsmodule.c _get_current_channelend_type,set_channelend_types _channel_type", loops=20)
def channel_types():
    def change():
        _interpchannels._register_end_types(type("Send", (), {}), type("Receive", (), {}))

    return change, change


@case("_interpqueuesmodule.c resolve_module_errcode,set_external_exc_types state->Queue", loops=20)
def queue_types():
    one = _interpqueues.create(2, 0, 1)

    def register():
        empty = type("Empty", (_interpqueues.QueueError,), {})
        full = type("Full", (_interpqueues.QueueError,), {})
        _interpqueues._register_heap_types(type("New", (), {}), empty, full)

    register()
    return lambda: _interpqueues.get(one), register


@case(
    "_interpqueuesmodule.c _queue_mark_waiter,_queue_unmark_waiter num_waiters",
    loops=20,
    quiet="counted under the lock of all queues, here or by the caller",
)
def queue_waiters():
    one = _interpqueues.create(0, 0, 1)
    return lambda: (_interpqueues.put(one, 1, 0, 1), _interpqueues.get(one), _interpqueues.get_count(one))


@case(
    "pyexpat.c pyexpat_xmlparser_SetReparseDeferralEnabled_impl,pyexpat_xmlparser_Parse_impl self->",
    "pyexpat.c call_character_handler,pyexpat_xmlparser_GetInputContext_impl in_callback",
    loops=30,
)
def expat():
    one = ParserCreate()
    one.CharacterDataHandler = lambda data: None
    one.Parse("<root>")

    def change():
        one.SetReparseDeferralEnabled(True)
        one.SetBase("text")
        one.CharacterDataHandler = lambda data: None
        one.GetInputContext()

    return lambda: one.Parse("<a>text</a>"), change


if __name__ == "__main__":
    main()
