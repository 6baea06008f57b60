import unittest

import tallybook


class Watcher:
    pass


class BookTest(unittest.TestCase):
    def test_counts_labels(self):
        book = tallybook.Book("fruit")
        for label in ["apple", "pear", "apple"]:
            book.add(label)
        book.add("plum", 5)
        self.assertEqual(book.get("apple").count, 2)
        self.assertEqual(book.get("plum").count, 5)
        self.assertEqual(book.get("plum").label, "plum")
        self.assertEqual(book.top(), "plum")
        self.assertEqual(book.total, 8)
        self.assertEqual(book.history, ["apple", "pear", "apple", "plum"])

    def test_labels_are_strings(self):
        with self.assertRaises(TypeError):
            tallybook.Book().add(7)
        with self.assertRaises(TypeError):
            tallybook.Book().get([])

    def test_foreign_values_are_refused(self):
        book = tallybook.Book()
        book.counts["apple"] = "many"
        with self.assertRaises(TypeError):
            book.add("apple")
        self.assertIsNone(book.top())

    def test_history(self):
        book = tallybook.Book()
        with self.assertRaises(IndexError):
            book.first()
        book.extend(["a", "b"])
        book.extend(("c",))
        self.assertEqual(book.first(), "a")
        self.assertEqual(book.history, ["a", "b", "c"])
        with self.assertRaises(TypeError):
            book.extend(3)

    def test_intern(self):
        book = tallybook.Book()
        first, second = "".join(["a", "pple"]), "".join(["ap", "ple"])
        self.assertIs(book.intern(first), first)
        self.assertIs(book.intern(second), first)
        self.assertEqual(list(book.names), ["apple"])
        with self.assertRaises(TypeError):
            book.intern([])

    def test_loader(self):
        book = tallybook.Book()
        self.assertIsNone(book.loader)
        self.assertIsNone(book.get("x"))
        book.loader = str.upper
        self.assertIs(book.loader, str.upper)
        self.assertEqual(book.get("x"), "X")
        with self.assertRaises(TypeError):
            book.loader = 3
        book.loader = None
        self.assertIsNone(book.loader)
        book.loader = str.upper
        del book.loader
        self.assertIsNone(book.loader)

    def test_summary(self):
        book = tallybook.Book()
        self.assertEqual(book.summary(), (0, 0))
        book.add("x")
        book.get("x")
        first = book.summary()
        book.get("y")
        self.assertEqual(first, (1, 0))
        self.assertEqual(book.summary(), (1, 1))

    def test_settle(self):
        book = tallybook.Book()
        book.add("x", 3)
        self.assertEqual(book.settle(), 3)
        self.assertEqual(book.total, 0)

    def test_notes_are_made_once(self):
        book = tallybook.Book()
        book.notes.append("checked")
        self.assertEqual(book.notes, ["checked"])

    def test_watcher(self):
        self.assertIsNone(tallybook.Book("a").watcher)
        watcher = Watcher()
        book = tallybook.Book("a", watcher)
        self.assertIs(book.watcher, watcher)
        del watcher
        self.assertIsNone(book.watcher)
        with self.assertRaises(TypeError):
            tallybook.Book("a", 3)


class ModuleTest(unittest.TestCase):
    def test_ids_grow_and_books_are_counted(self):
        before = tallybook.live()
        first, second = tallybook.Book(), tallybook.Book()
        self.assertLess(first.id, second.id)
        self.assertEqual(tallybook.live(), before + 2)
        del first, second
        self.assertEqual(tallybook.live(), before)

    def test_open_book_gives_the_same_book(self):
        self.assertIs(tallybook.open_book("tea"), tallybook.open_book("tea"))
        self.assertIsNot(tallybook.open_book("tea"), tallybook.open_book("coffee"))
        with self.assertRaises(TypeError):
            tallybook.open_book([])

    def test_untitled(self):
        self.assertTrue(tallybook.Book().title.startswith("untitled ("))
        self.assertIs(tallybook.Book().title, tallybook.title())

    def test_purge(self):
        tea = tallybook.open_book("tea")
        tallybook.purge()
        self.assertIsNot(tallybook.open_book("tea"), tea)
        self.assertTrue(tallybook.Book().title.startswith("untitled ("))

    def test_to_json(self):
        book = tallybook.Book("tea")
        book.extend(["a", "b"])
        self.assertEqual(tallybook.to_json(book), '{"tea": ["a", "b"]}')
        with self.assertRaises(TypeError):
            tallybook.to_json([])

    def test_stamp_and_ticket(self):
        self.assertEqual(tallybook.stamp(0), "1970-01-01 00:00:00")
        self.assertEqual(tallybook.stamp(951_782_400), "2000-02-29 00:00:00")
        self.assertEqual(tallybook.ticket(42), "T-000000000042")
        with self.assertRaises(TypeError):
            tallybook.stamp("now")

    def test_journal(self):
        before = tallybook.journal_size()
        tallybook.Book().add("x")
        self.assertEqual(tallybook.journal_size(), before + 1)

    def test_tallies_can_be_made_alone(self):
        tally = tallybook.Tally("alone")
        self.assertEqual((tally.label, tally.count), ("alone", 0))
        with self.assertRaises(TypeError):
            tallybook.Tally(1)


if __name__ == "__main__":
    unittest.main()
