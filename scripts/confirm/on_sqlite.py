"""One connection of sqlite3 with check_same_thread=False, used by two threads."""

import sqlite3
import time

from racing import case, main, refill

number = time.perf_counter_ns


def connect(**options):
    return sqlite3.connect(":memory:", check_same_thread=False, **options)


@case("_sqlite/blob.c pysqlite_close_all_blobs blobs", loops=1)
def blobs():
    many = []
    for _ in range(5):
        one = connect()
        one.execute("create table t(a)")
        one.execute("insert into t values(zeroblob(100))")
        many.append(one)

    def work(function):
        def part():
            for one in many:
                for _ in range(10):
                    try:
                        function(one)
                    except sqlite3.Error:
                        pass

        return part

    return work(lambda one: one.blobopen("t", "a", 1)), work(lambda one: one.close())


@case("_sqlite/blob.c blob_read_impl,blob_write_impl,inner_read,inner_write offset")
def blob_offset():
    one = connect()
    one.execute("create table t(a)")
    one.execute("insert into t values(zeroblob(1000))")
    blob = one.blobopen("t", "a", 1)
    return lambda: (blob.seek(0), blob.read(5), blob.write(b"text"))


@case(
    "_sqlite/connection.c pysqlite_connection_cursor_impl row_factory",
    "_sqlite/cursor.c register_cursor,pysqlite_cursor_init_impl connection->cursors",
)
def cursors():
    one = connect()

    def use():
        one.row_factory = lambda cursor, row: row
        for _ in range(50):
            one.cursor()

    return use


@case("_sqlite/connection.c _pysqlite_drop_unused_cursor_references weakref")
def cursors_weak():
    one = connect()
    return lambda: [one.cursor() for _ in range(250)]


@case("_sqlite/cursor.c pysqlite_build_row_cast_map converter")
def converters():
    one = connect(detect_types=sqlite3.PARSE_DECLTYPES)
    one.execute("create table t(a thing)")
    one.execute("insert into t values(1)")

    def change():
        for _ in range(10):
            sqlite3.register_converter("thing", lambda data: data)

    return lambda: one.execute("select a from t").fetchall(), change


@case(
    "_sqlite/cursor.c _pysqlite_query_execute,_pysqlite_fetch_one_row,pysqlite_cursor_iternext self->statement",
)
def cursor():
    one = connect(detect_types=sqlite3.PARSE_DECLTYPES)
    one.row_factory = sqlite3.Row
    one.execute("create table t(a integer, b text)")
    one.executemany("insert into t values(?, ?)", [(i, str(i)) for i in range(5)])
    shared = one.cursor()
    return lambda: shared.execute("select a, b from t").fetchall()


@case("_sqlite/cursor.c pysqlite_build_row_cast_map row_cast_map")
def cast_map():
    one = connect(detect_types=sqlite3.PARSE_DECLTYPES)
    shared = one.cursor()
    return lambda: shared.execute("create table if not exists t(a)")


@case("_sqlite/cursor.c _pysqlite_fetch_one_row converter")
def cast_map_fetch():
    one = connect(detect_types=sqlite3.PARSE_DECLTYPES)
    shared = one.cursor()

    def fetch():
        for _ in shared:
            pass

    return lambda: shared.execute("select 1, 2, 3 union select 4, 5, 6"), fetch


@case("_sqlite/row.c pysqlite_row_new_impl description")
def row_description():
    one = connect()
    shared = one.cursor()
    return lambda: shared.execute("select 1, 2"), lambda: sqlite3.Row(shared, (1, 2))


@case("_sqlite/cursor.c bind_parameters parameters")
def parameters():
    one = connect()
    items = [number(), number()]
    return lambda: one.execute("select ?, ?", items), refill(items, number, 2)


if __name__ == "__main__":
    main()
