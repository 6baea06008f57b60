/** Why the findings of a rule have no fix: what a person has to decide, or to write, that no edit of these lines can. */

const OWN_DESIGN = 'What it protects, and where a lock for that belongs, only the project knows.';
const LOCK_ORDER =
  'Which lock goes first, or can be given up in between, is a decision about all code that takes them.';
const DETACHED = 'What has to happen before or after the region, and what in it, depends on what the call needs.';
const INIT = 'It belongs into module initialisation, which is another function with an error path of its own.';
const NEW_OBJECT =
  'A new object has to be made and put in place of the old one, in code that counts on changing the old one.';
const DESTRUCTOR =
  'It needs another order of destruction, and what the parts do to one another in theirs only the type knows.';
const ISOLATION = 'It needs module state, and every function that uses it has to be given the module.';
const OTHER_CALLS = 'Other calls have to take its place, with other arguments and another way to fail.';
const UNPAIRED = 'Where the lock should begin or end can not be told from the code.';

export const NO_CURE: ReadonlyMap<string, string> = new Map([
  ['borrowed-function-attr', 'The function object has to be kept alive where it comes from, which is not here.'],
  [
    'borrowed-nested-parse',
    'The format has to be taken apart: parse the sequence as an object, then its items, with references.',
  ],
  [
    'borrowed-project-call',
    'The helper lends what it took from the container: it has to hand out a new reference, which each of its callers then releases.',
  ],
  [
    'borrowed-string-buffer',
    'The text outlives the call here: keep the object beside the pointer, or a copy of the text.',
  ],
  ['tuple-mutation-shared', NEW_OBJECT],
  ['bytes-inplace-write', NEW_OBJECT],
  ['unicode-internal-write', NEW_OBJECT],
  [
    'unicode-append-field',
    'The text grows in place, which is right for its only owner: a writer or a list of parts has to take its place.',
  ],
  ['bitfield-rmw', 'The flags share one word: give each a byte of its own, or lock every store to any of them.'],
  ['dict-next-body-suspends', 'The loop runs Python code, which suspends the lock: it needs a copy, or another loop.'],
  [
    'reentrancy-flag',
    'The flag stands for a thread that is inside: it has to become a lock, with an answer for those who find it taken.',
  ],
  [
    'shared-scratch-container',
    'Each call needs a container of its own, made and released by who calls, and passed to the helpers.',
  ],
  [
    'temporary-field-change',
    'The value has to reach the call as an argument: it is wrong for everybody else as long as it stands in the object.',
  ],
  ['capi-import-lazy', INIT],
  [
    'double-checked-locking',
    'The first test has to go, or to become atomic, with the pointer declared so wherever it is used.',
  ],
  ['global-container', ISOLATION],
  ['lazy-type-ready', INIT],
  ['module-global-object', ISOLATION],
  ['once-flag-plain', INIT],
  ['static-exception-object', ISOLATION],
  ['static-type', ISOLATION],
  ['static-type-mutation', INIT],
  [
    'stored-thread-or-interp-state',
    'The state belongs to the thread that stored it: others have to ask for their own, and may have none.',
  ],
  ['clinic-double-lock', 'One of the two locks is enough: take away the one that no other caller needs.'],
  ['critical-section-api-unguarded', 'Where the macros are missing, the old build needs another lock or none at all.'],
  ['critical-section-blocking', LOCK_ORDER],
  [
    'critical-section-null-operand',
    'What should happen where there is no object, and whether anything has to be locked then, is open.',
  ],
  ['critical-section-on-builtin', 'Another object has to be locked, which the code does not name.'],
  [
    'critical-section-side-effect-operand',
    'The operand has to be worked out once before the section, and may fail there.',
  ],
  [
    'critical-section-suspended-state',
    'What was read has to be read again behind the call, or copied with references before it.',
  ],
  ['critical-section-three-objects', 'Three locks at once can not be had: the work has to be parted.'],
  ['critical-section-unbalanced', UNPAIRED],
  ['critical-section-wrong-object', 'Which of the two locks is the right one depends on who else takes it.'],
  ['lock-order-inversion', LOCK_ORDER],
  ['pymutex-copied', 'The struct has to be filled field by field, or the mutex to live outside of it.'],
  ['pymutex-held-across-python', LOCK_ORDER],
  ['pymutex-islocked-decision', 'There is no call that tries: what to do when it is taken has to be thought anew.'],
  ['pymutex-self-deadlock', 'The helper needs a form for callers that hold the lock, and one for those that do not.'],
  ['allow-threads-jump-out', UNPAIRED],
  ['allow-threads-nested', 'One of the two regions has to go: the outer one may be a caller that others rely on.'],
  ['allow-threads-python-api', DETACHED],
  ['allow-threads-shared-field', DETACHED],
  [
    'pymem-detached',
    'Memory from here is freed elsewhere: all of it has to come from the raw allocator, or be taken before the region.',
  ],
  [
    'blocking-call-attached',
    'Who detaches around the call must not use objects meanwhile: what it needs has to be copied before.',
  ],
  ['eval-lock-legacy', OTHER_CALLS],
  [
    'foreign-thread-no-attach',
    'The thread has to attach, and must be able to fail when the interpreter is going down.',
  ],
  ['fork-in-extension', 'A new process has to be made without forking, or before threads are.'],
  [
    'gilstate-check-guard',
    'The question whether the GIL is held protects nothing any more. What it protected needs a lock.',
  ],
  ['gilstate-subinterpreter', 'The callback has to carry the interpreter that it belongs to.'],
  ['native-lock-across-python', LOCK_ORDER],
  ['native-lock-then-attach', LOCK_ORDER],
  ['once-callback-python', LOCK_ORDER],
  ['pythread-lock-attached', DETACHED],
  [
    'yield-gil-loop',
    'Waiting in a loop has to become waiting for an event or a condition, which somebody must signal.',
  ],
  [
    'set-refcnt',
    'A count can not be set while others count: they hold parts of it that are not in this number. A destructor that needs its object alive wants tp_finalize; an object that is to stay wants one reference more.',
  ],
  [
    'dealloc-resurrect',
    'A destructor can not take its object back: what revives it belongs into tp_finalize, which runs before.',
  ],
  ['ob-refcnt-access', 'The count stands in two places: ask what the code wants to know, and use the call for that.'],
  [
    'refcnt-compare-other',
    'The number says nothing about other threads: count users in a field of the object, under a lock.',
  ],
  ['raw-weak-pointer', 'Nobody tells the holder when the object goes: it needs a reference, or a weak one.'],
  ['set-type-shared', 'Others may be in methods of the old type: make an object of the new type instead.'],
  ['allocator-domain-mismatch', 'Which of the two ends is wrong depends on who else allocates or frees that memory.'],
  [
    'non-object-domain-for-object',
    'Who frees the object has to change with who allocates it, often in slots of its type.',
  ],
  ['realloc-published-object', NEW_OBJECT],
  ['set-allocator-replace', 'The hook has to be in place before threads are, or to work for all of them.'],
  ['limited-api-free-threaded', 'Which builds there are to be is a decision of the project.'],
  ['m-size-negative', ISOLATION],
  ['missing-multiple-interpreters', ISOLATION],
  [
    'mod-gil-in-single-phase',
    'The slot needs multi-phase initialisation: the module has to be set up by an exec function.',
  ],
  ['mod-gil-slot-unguarded', 'Which Pythons the module is built for is a decision of the project.'],
  ['module-setgil-unguarded', 'Which Pythons the module is built for is a decision of the project.'],
  ['per-interpreter-claim', ISOLATION],
  ['single-phase-init', ISOLATION],
  ['state-find-module', ISOLATION],
  ['dealloc-blocks', DESTRUCTOR],
  ['dealloc-global-state', OWN_DESIGN],
  ['dealloc-missing-untrack', DESTRUCTOR],
  ['finalizer-takes-lock', LOCK_ORDER],
  ['gc-track-early', 'What is still done to the object before it is whole has to come before it is tracked.'],
  ['traverse-missing-visit', 'Whether the field owns what it points to is known to its author.'],
  ['traverse-side-effects', 'What traversal does besides visiting has to find another place and time.'],
  ['type-cache-static', 'What is kept has to be asked for again, or to be forgotten by whoever changes the type.'],
  ['watcher-registration', INIT],
  ['weakreflist-manual', DESTRUCTOR],
  [
    'libc-environment',
    'Whoever reads it has to be told in another way: through a parameter, or by Python before threads start.',
  ],
  ['libc-iteration-state', OTHER_CALLS],
  ['libc-locale', OTHER_CALLS],
  ['libc-process-control', 'It changes the whole process: whether it may is a decision of the application.'],
  ['libc-random', OTHER_CALLS],
  [
    'atomic-refcount-own',
    'The last one out must see what all others wrote: each decrement needs the order that its free path relies on.',
  ],
  ['atomic-rmw-split', 'Reading and writing have to become one operation, and which one says what the code wants.'],
  ['mixed-atomic-plain', 'Either all uses become atomic or all take a lock, in every file that has any.'],
  ['private-atomics', OTHER_CALLS],
  ['volatile-as-sync', 'What other threads may see of it, and in which order, has to be said with atomics or a lock.'],
  ['capsule-mutation', OWN_DESIGN],
  ['memoryview-internals', OTHER_CALLS],
  [
    'py-buffer-shared',
    'Each user needs a buffer of its own, released when it is done, or one lock around all of them.',
  ],
  ['user-data-void-ptr', OWN_DESIGN],
]);

/** For the few findings of a rule that its techniques do not know. */
export const UNKNOWN_FORM =
  'This form of it is none that can be rewritten here: the page of the rule says what cures it.';
