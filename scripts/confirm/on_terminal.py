"""curses and readline: both keep what they know in globals of the process."""

import os
import time

os.environ.setdefault("TERM", "xterm")

import curses
import curses.panel
import readline

from racing import case, main

number = time.perf_counter_ns


@case("_cursesmodule.c _curses_initscr_impl,_curses_napms_impl initialised", loops=5)
def initscr():
    return lambda: (curses.initscr(), curses.napms(1))


@case("_cursesmodule.c PyCursesWindow_New codeset", quiet="the C library is not instrumented")
def newwin():
    curses.initscr()
    return lambda: curses.newwin(3, 3)


@case(
    "_curses_panel.c insert_lop,remove_lop,find_po lop",
    "_curses_panel.c remove_lop temp",
    "_curses_panel.c find_po temp",
    loops=20,
)
def panels():
    curses.initscr()

    def use():
        panel = curses.panel.new_panel(curses.newwin(3, 3))
        panel.bottom()
        curses.panel.top_panel()

    return use


@case("_curses_panel.c _curses_panel_panel_window_impl,_curses_panel_panel_replace_impl wo", loops=30)
def panel_window():
    curses.initscr()
    panel = curses.panel.new_panel(curses.newwin(3, 3))
    return lambda: panel.replace(curses.newwin(3, 3)), lambda: panel.window()


@case(
    "readline.c readline_set_history_length_impl,readline_get_history_length_impl _history_length",
)
def history_length():
    return lambda: (readline.set_history_length(number() % 50), readline.get_history_length())


@case(
    "readline.c set_hook,readline_set_completion_display_matches_hook_impl hook",
)
def hooks():
    def use():
        readline.set_completion_display_matches_hook(lambda *rest: None)
        readline.set_startup_hook(lambda: None)
        readline.set_pre_input_hook(lambda: None)
        readline.set_completer(lambda *rest: None)

    return use


@case("readline.c readline_set_completer_delims completer_word_break_characters")
def delims():
    return lambda: (readline.set_completer_delims(f"text {number()}"), readline.get_completer_delims())


@case(
    "readline.c readline_add_history_impl,readline_get_history_item_impl,readline_remove_history_item_impl hist",
    loops=50,
)
def history():
    def use():
        readline.add_history(f"text {number()}")
        readline.get_history_item(1)
        readline.parse_and_bind("set bell-style none")
        try:
            readline.remove_history_item(0)
        except ValueError:
            pass

    return use


if __name__ == "__main__":
    main()
