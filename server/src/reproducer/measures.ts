/**
 * The first half of what all exported reproducers share, in Python: made-up Python code that changes containers, what calls give
 * when one thread makes them all, and which numbers must add up. Kept as text because nothing is read at run time.
 */
export const MEASURES = `# ---- From here on every reproducer is the same --------------------------------------------------------------------

SLICE = 0.4  # seconds that one line-up runs before the next has its turn
STUCK = 10.0  # seconds that a thread may take to come back
ALONE = 300  # rounds of each call in one thread, which show what is right
# New exceptions that a container explains which changed between two calls; any other one is damage.
EXPLAINED = (LookupError, RuntimeError, StopIteration, ValueError, BufferError)


class Scene(NamedTuple):
    """What is raced. A line-up holds functions of (round, thread) that run at once, again and again."""

    line_ups: list
    readings: dict = {}  # numbers that no call may lose
    unique: object = None  # of what a call returns: must never come twice
    first: tuple = ()  # (make a thing, first call on it): both threads must get the same object


COUNT = itertools.count()


def new_key():
    return f"key {next(COUNT)}"


class Wrong(Exception):
    """Something that does not happen in one thread."""


class Untried(Exception):
    """The calls don't work as they stand here, so nothing was raced."""


class Fresh:
    """An object that nobody else holds: gone as soon as it is replaced. Can be called, hashed, weakly referenced."""

    def __call__(self, *args, **kwargs):
        return args[0] if args else None


def replace(container, key="k"):
    """Python code that puts something else in an item's place: nothing but a reference keeps the old one alive."""
    if isinstance(container, dict):
        container[key] = Fresh()
    elif isinstance(container, set):
        container.clear()
        container.add(Fresh())
    elif isinstance(container, bytearray):
        container[:] = b"other" * 100
    elif len(container) == 0:
        container.append(Fresh())
    else:
        container[0] = Fresh()


def resize(container, n):
    """Python code that makes a container larger and smaller; a dict keeps its values, under new keys."""
    with contextlib.suppress(*EXPLAINED):
        if isinstance(container, dict):
            container[Fresh()] = container.pop(next(iter(container)))
        elif isinstance(container, set):
            container.clear() if n % 8 == 0 else container.add(Fresh())
        elif isinstance(container, bytearray):
            container[:] = b"other" * (n % 8 * 100)
        else:
            container[:] = [Fresh() for _ in range(n % 8)]


def total_inside(owner, name):
    """The sum of an attribute over what the containers of an object hold."""
    held = [getattr(owner, attribute, None) for attribute in dir(owner) if not attribute.startswith("__")]
    held = [one.values() if isinstance(one, dict) else one for one in held if isinstance(one, (dict, list))]
    return sum(value for items in held for item in items if isinstance(value := getattr(item, name, None), int))


def outcome(call, n, me):
    return simple(attempt(call, n, me))


def attempt(call, n, me):
    """What a call gave, or its exception."""
    try:
        return call(n, me)
    except Exception as failure:
        return failure


def simple(result):
    """A result as values and types that can be compared; an exception as its type."""
    if isinstance(result, Exception):
        return (type(result),)
    parts = result if type(result) is tuple else (result,)
    return tuple(part if isinstance(part, (str, bytes, int, float, type(None))) else type(part) for part in parts)


def failed(result):
    return len(result) == 1 and isinstance(result[0], type) and issubclass(result[0], BaseException)


class Alone:
    """What the calls give when one thread makes them all, in random order: the race is measured by that."""

    def __init__(self, calls):
        seen = [[] for _ in calls]
        order = random.Random(1)
        for n in range(ALONE * len(calls)):
            me = order.randrange(len(calls))
            seen[me].append(outcome(calls[me], n, me))
        self.failures = [{result[0] for result in results if failed(result)} for results in seen]
        self.constant = []
        self.doubted = None
        for call, results, failures in zip(calls, seen, self.failures):
            if all(map(failed, results)) and any(issubclass(one, (TypeError, AttributeError)) for one in failures):
                raise Untried(f"{call.__name__}() raises {', '.join(one.__name__ for one in failures)} every time")
            same = not failures and len({len(result) for result in results}) == 1
            parts = [part[0] if all(one == part[0] for one in part) else ... for part in zip(*results)] if same else []
            # Next to other calls a number may be seen half-way: one more while an object is being made, say.
            alike = len(set(calls)) == 1
            self.constant.append([part if alike or isinstance(part, (str, bytes)) else ... for part in parts])

    def check(self, call, me, result):
        """Parts that are always the same alone must be so now, and no exception may come that alone never comes."""
        if failed(result):
            if result[0] not in self.failures[me] and not issubclass(result[0], EXPLAINED):
                raise Wrong(f"{call.__name__}() raised {result[0].__name__}, which it never does in one thread")
        elif self.differs(me, result):
            self.doubted = me, call
            raise Wrong(f"{call.__name__}() gave {result!r}, and {tuple(self.constant[me])!r} in one thread")

    def differs(self, me, result):
        return any(one is not ... and one != part for one, part in zip(self.constant[me], result))

    def again(self):
        """A result that has changed by now in one thread too changes by itself, and shows nothing."""
        if self.doubted and self.differs(self.doubted[0], outcome(self.doubted[1], 0, self.doubted[0])):
            raise Untried(f"what {self.doubted[1].__name__}() gives changes by itself")


def numbers(readings):
    """Every number that the readings give, by name; a tuple gives several."""
    found = {}
    for name, read in readings.items():
        value = read()
        parts = enumerate(value) if isinstance(value, tuple) else [("", value)]
        found |= {f"{name}[{index}]" if index != "" else name: part for index, part in parts if isinstance(part, int)}
    return found


class Sums:
    """Readings that grow by the same amount with every call, which is found out in one thread."""

    def __init__(self, readings, calls):
        self.readings = readings
        self.moves = {}
        threads = range(len(calls))
        moved = [self.moved(calls, [me] * 20) for me in threads]
        mixed = self.moved(calls, [*threads] * 20)
        for name in mixed:
            each = [one.get(name, 0) for one in moved]
            # What does not add up in one thread is no sum.
            if sum(each) == mixed[name] and all(move % 20 == 0 for move in each):
                self.moves[name] = [move // 20 for move in each]
        self.before = numbers(readings)

    def moved(self, calls, order):
        before = numbers(self.readings)
        for n, me in enumerate(order):
            outcome(calls[me], 10**6 + n, me)
        after = numbers(self.readings)
        return {name: after[name] - value for name, value in before.items() if name in after}

    def check(self, rounds):
        after = numbers(self.readings)
        for name, moves in self.moves.items():
            right = self.before[name] + sum(move * count for move, count in zip(moves, rounds))
            if after.get(name) != right:
                raise Wrong(f"{name} is {after.get(name)} after {sum(rounds)} calls, and should be {right}")
`;
