"""Segments: shared memory that the broker holds."""
from __future__ import annotations

import asyncio
import ctypes
import threading
import types
import warnings
from typing import Any, AsyncIterator, Callable, Iterator

from . import _native
from ._changes import Subscription
from ._library import (READ, WRITE, Closable, Opened, buffer_of, bytes_of, check, failure, library,
                       milliseconds, patiently, sized, text, unsigned)
from ._locks import AsyncLock, Holder, Lock, LockInfo, Write, current_task
from ._objects import NOT_THERE, ObjectInfo, object_info, time_of
from ._results import LockFlags, Result

Pointer = ctypes.POINTER(_native.shmb_segment)


class ReadTicket:
    """A read in place, without a lock: what was read counts only if valid() is true afterwards."""

    def __init__(self, opened: Opened, ticket: int, memory: memoryview) -> None:
        self._opened = opened
        self._ticket = ticket
        self.memory = memory  # read-only; check what is read: a write may begin at any moment

    def valid(self) -> bool:
        """False: a write has begun since."""
        result = library().shmb_read_valid(self._opened.pointer, self._ticket)
        return result != Result.BUSY and check(result) >= 0


class Segment(Closable):
    """
    An open segment, from open() or create_private(). Any thread may make any call; locks belong to
    the thread that took them. Times are in seconds; None has no limit.
    """

    def __init__(self, pointer: Any, writable: bool, created: bool = False) -> None:
        super().__init__(Opened(pointer, library().shmb_close))
        self.writable = writable
        self.created = created  # private memory: by this call, and it holds zeros
        self._reported = 0
        self._holders: dict[int, list[Holder]] = {}
        size = ctypes.c_uint64()
        check(library().shmb_size(pointer, ctypes.byref(size)))
        self.size = size.value  # bytes: of the segment, or of the mapped part

    def __del__(self) -> None:
        if getattr(self, "_opened", None) is not None:
            warnings.warn(f"{self!r} was not closed", ResourceWarning, source=self)

    def __repr__(self) -> str:
        if self.closed:
            return "<Segment, closed>"
        return f"<Segment {self.name!r}, {self.size} bytes>"

    def __len__(self) -> int:
        return self.size

    def __enter__(self) -> Segment:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None,
                 trace: types.TracebackType | None) -> None:
        self.close()

    # ---- what it is ----------------------------------------------------------------------

    @property
    def name(self) -> str:
        """The name, without `Global\\`."""
        opened = self._in_use()
        name = ctypes.create_string_buffer(_native.SHMB_NAME_SIZE)
        check(library().shmb_name(opened.pointer, name, len(name)))
        return name.value.decode("utf-8", "replace")

    @property
    def state(self) -> Result:
        """OK: current. STALE: open it again, then close this one. NOT_FOUND, NO_BROKER: gone."""
        opened = self._in_use()
        return Result(library().shmb_state(opened.pointer, None))

    @property
    def info(self) -> ObjectInfo:
        """What was known when it was opened."""
        opened = self._in_use()
        info = sized(_native.shmb_info)
        library().shmb_state(opened.pointer, ctypes.byref(info))
        return object_info(info)

    # ---- the memory ----------------------------------------------------------------------

    @property
    def memory(self) -> memoryview:
        """
        The memory itself; read-only, if it was opened to read. It and all that is made of it, such
        as an array of numpy, stay valid after close(): the segment is unmapped after the last one.
        Writes belong between writing() and its end.
        """
        opened = self._in_use()
        data = ctypes.c_void_p()
        check(library().shmb_data(opened.pointer, ctypes.byref(data)))
        memory = self._view(opened, data)
        return memory if self.writable else memory.toreadonly()

    def __buffer__(self, flags: int) -> memoryview:
        return self.memory  # memoryview(segment), since Python 3.12

    def _view(self, opened: Opened, data: ctypes.c_void_p) -> memoryview:
        assert data.value is not None
        array: Any = (ctypes.c_ubyte * self.size).from_address(data.value)
        array.opened = opened  # each view has a reference to the array
        return memoryview(array).cast("B")

    def read(self, offset: int = 0, count: int | None = None) -> bytes:
        """Copies bytes, at most to the end, without a lock or a check."""
        return self._copied(offset, count, library().shmb_read)

    def read_into(self, offset: int, buffer: Any) -> int:
        """The same into a buffer; returns the number of bytes."""
        return self._copy(offset, *buffer_of(buffer), library().shmb_read)

    def write(self, offset: int, data: Any) -> int:
        """
        Writes bytes, at most to the end, and returns their number. If the segment has a lock, this
        thread must hold it.
        """
        return self._copy(offset, *bytes_of(data), library().shmb_write)

    def update(self, offset: int, data: Any, timeout: float | None = None) -> int:
        """
        Takes the lock, writes and releases in one call. Lock.abandoned tells the next owner of the
        lock that an owner died before.
        """
        self._check_task()
        source, count = bytes_of(data)
        opened, done = self._in_use(), ctypes.c_uint64()
        unsigned(offset, "offset")
        check(self._patiently(lambda time: library().shmb_update(
            opened.pointer, offset, source, count, time, ctypes.byref(done)), timeout))
        return done.value

    def writing(self) -> Write:
        """
        A write in place, or several ones that belong together: `with segment.writing():`, under the
        lock. In between, snapshots wait.
        """
        opened = self._in_use()
        check(library().shmb_write_begin(opened.pointer))
        return Write(opened)

    def _copy(self, offset: int, buffer: Any, count: int, call: Any, *more: Any) -> int:
        opened, done = self._in_use(), ctypes.c_uint64()
        check(call(opened.pointer, unsigned(offset, "offset"), buffer, count, *more,
                   ctypes.byref(done)))
        return done.value

    def _copied(self, offset: int, count: int | None, call: Any, *more: Any) -> bytes:
        most = max(0, self.size - unsigned(offset, "offset"))
        if count is not None:
            most = min(most, unsigned(count, "count"))
        buffer = ctypes.create_string_buffer(most)
        done = self._copy(offset, buffer, most, call, *more)
        return buffer.raw if done == most else buffer.raw[:done]

    # ---- without a lock ------------------------------------------------------------------

    def snapshot(self, offset: int = 0, count: int | None = None,
                 timeout: float | None = 1.0) -> bytes:
        """
        Copies bytes, never with half of a write of the library in them. Result.BUSY: writers kept
        changing them for all of the time; Result.INCONSISTENT: a writer died in the middle.
        """
        return self._copied(offset, count, library().shmb_snapshot_wait, milliseconds(timeout))

    def snapshot_into(self, offset: int, buffer: Any, timeout: float | None = 1.0) -> int:
        """The same into a buffer; returns the number of bytes. After a failure it holds anything."""
        target, count = buffer_of(buffer)
        return self._copy(offset, target, count, library().shmb_snapshot_wait, milliseconds(timeout))

    def begin_read(self, timeout: float | None = 1.0) -> ReadTicket:
        """Waits until no write is in progress, for a read in place: see ReadTicket."""
        opened, ticket = self._in_use(), ctypes.c_uint64()
        check(library().shmb_read_begin(opened.pointer, milliseconds(timeout), ctypes.byref(ticket)))
        return ReadTicket(opened, ticket.value, self.memory.toreadonly())

    def read_published(self, timeout: float | None = 1.0) -> ReadTicket:
        """
        The same; with `snapshots: double` in the copy that was published last, without waiting. Ask
        for it before each reading.
        """
        opened, ticket, data = self._in_use(), ctypes.c_uint64(), ctypes.c_void_p()
        check(library().shmb_read_published(opened.pointer, milliseconds(timeout),
                                            ctypes.byref(data), ctypes.byref(ticket)))
        return ReadTicket(opened, ticket.value, self._view(opened, data).toreadonly())

    # ---- locks ---------------------------------------------------------------------------

    def lock(self, timeout: float | None = None, *,
             given_up: Callable[[], bool] = lambda: False) -> Lock:
        """
        Takes the lock for this thread, which releases it: `with segment.lock():`. Let no `await` be
        in between; see lock_async. TimedOutError: it was not free, or `given_up` became true.
        """
        self._check_task()
        opened = self._in_use()
        result = self._patiently(lambda time: library().shmb_lock(opened.pointer, time), timeout,
                                 given_up)
        return Lock(opened, check(result), self._holders)

    def try_lock(self, timeout: float | None = 0) -> Lock | None:
        """The same; None: timed out."""
        self._check_task()
        opened = self._in_use()
        result = self._patiently(lambda time: library().shmb_lock(opened.pointer, time), timeout)
        return None if result == Result.TIMEOUT else Lock(opened, check(result), self._holders)

    def lock_async(self, timeout: float | None = None) -> AsyncLock:
        """The lock for asynchronous code: `async with segment.lock_async() as held:`."""
        self._in_use()
        return AsyncLock(self, timeout)

    def lock_info(self) -> LockInfo:
        """Who holds the lock and since when, and whether it was abandoned."""
        opened = self._in_use()
        info = sized(_native.shmb_lock_info)
        check(library().shmb_lock_state(opened.pointer, ctypes.byref(info)))
        return LockInfo(LockFlags(info.flags), info.process, info.thread, time_of(info.since))

    def fill_once(self, fill: Callable[[Segment], None], timeout: float | None = None) -> bool:
        """
        Fills the segment, if this program is the first to do so: `fill` runs in this thread, under
        the lock. If it raises, or the program ends, the next program is first. False: it was filled.
        """
        self._check_task()
        opened, first = self._in_use(), ctypes.c_int32()
        check(self._patiently(
            lambda time: library().shmb_first(opened.pointer, time, ctypes.byref(first)), timeout))
        if not first.value:
            return False
        with Lock(opened, Result.OK, self._holders) as held:
            fill(self)
            held.declare()
        return True

    def _patiently(self, call: Callable[[int], Any], timeout: float | None,
                   given_up: Callable[[], bool] = lambda: False) -> int:
        """As patiently; ends when another thread closes the segment."""
        def once(time: int) -> int:
            self._in_use()
            if given_up():
                raise failure(Result.TIMEOUT)
            return int(call(time))
        return patiently(once, timeout)

    def _check_task(self) -> None:
        """A thread may take its lock again: another task of it would believe that it has it alone."""
        mine, task = self._holders.get(threading.get_ident(), []), current_task()
        for held in mine:
            if held.task is not None and held.task is not task and not held.task.done():
                raise RuntimeError("Another task of this thread holds the lock: use lock_async.")

    # ---- changes -------------------------------------------------------------------------

    @property
    def change_number(self) -> int:
        """0 at first, another one after each finished write of the library."""
        opened, number = self._in_use(), ctypes.c_uint64()
        check(library().shmb_change_number(opened.pointer, ctypes.byref(number)))
        return number.value

    def wait_changed(self, seen: int | None = None, timeout: float | None = None) -> int:
        """
        Waits until the change number is not `seen`, and returns it. None: what the last such wait
        of this object returned; at first 0, before the first write ever. Several changes may end
        one wait. Needs `notify: true`.
        """
        opened = self._in_use()
        number = ctypes.c_uint64(self._seen(seen))
        check(self._patiently(
            lambda time: library().shmb_wait_changed(opened.pointer, ctypes.byref(number), time),
            timeout))
        self._reported = number.value
        return number.value

    async def wait_changed_async(self, seen: int | None = None, timeout: float | None = None) -> int:
        """The same without a thread."""
        wanted = self._seen(seen)
        number = self.change_number
        if number == wanted:
            try:
                number = await asyncio.wait_for(self._changed(wanted), timeout)
            except asyncio.TimeoutError:
                raise failure(Result.TIMEOUT) from None
        self._reported = number
        return number

    async def _changed(self, seen: int) -> int:
        with self.subscribe(seen) as subscription:
            while True:
                await subscription.wait_async()
                # A subscription can be early.
                number = self.change_number
                if number != seen:
                    return number

    def changes(self, timeout: float | None = None) -> Iterator[int]:
        """The change numbers from now on; TimedOutError: no change in time."""
        seen = self.change_number
        while True:
            seen = self.wait_changed(seen, timeout)
            yield seen

    async def changes_async(self) -> AsyncIterator[int]:
        """The change numbers from now on, without a thread."""
        seen = self.change_number
        with self.subscribe(seen) as subscription:
            while True:
                await subscription.wait_async()
                number = self.change_number
                if number != seen:
                    seen = number
                    yield number

    def subscribe(self, seen: int) -> Subscription:
        """One event for all changes after `seen`, for programs that wait for several things."""
        opened = self._in_use()
        pointer, event = ctypes.POINTER(_native.shmb_subscription)(), ctypes.c_void_p()
        check(library().shmb_subscribe(opened.pointer, unsigned(seen, "change number"),
                                       ctypes.byref(pointer), ctypes.byref(event)))
        return Subscription(Opened(pointer, library().shmb_unsubscribe), event)

    def _seen(self, seen: int | None) -> int:
        return self._reported if seen is None else unsigned(seen, "change number")


def open(name: str, *, write: bool = False, wait: float | None = 0, offset: int = 0,
         length: int = 0, owner: str | None = None) -> Segment:
    """
    Opens a segment and maps it.

    write   to read, write and lock; else to read
    wait    seconds to wait for a broker that does not run yet or does not hold the name yet
    offset  with `length` (0: to the end): maps only that part, from which offsets then count
    owner   SID of one more owner to trust, if the broker runs under an account of its own
    """
    options = sized(_native.shmb_options)
    options.rights = WRITE if write else READ
    options.offset, options.length = unsigned(offset, "offset"), unsigned(length, "length")
    options.owner = None if owner is None else text(owner)
    pointer = Pointer()

    def once(time: int) -> int:
        options.wait_ms = time
        return int(library().shmb_open_with(text(name), ctypes.byref(options), ctypes.byref(pointer)))

    check(patiently(once, wait, NOT_THERE))
    return Segment(pointer, write)


def create_private(name: str | None, size: int) -> Segment:
    """
    Creates or opens memory that the programs of one user share in one session, without the broker.
    None: a name that no object has. Segment.created: this call created it. It ends with the last
    program that has it open.
    """
    pointer, first = Pointer(), ctypes.c_int32()
    check(library().shmb_private_create(None if name is None else text(name), unsigned(size, "size"),
                                        ctypes.byref(pointer), ctypes.byref(first)))
    return Segment(pointer, True, bool(first.value))
