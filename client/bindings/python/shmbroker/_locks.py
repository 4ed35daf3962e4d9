"""The lock of a segment, and writes in it: both belong to the thread that began them."""
from __future__ import annotations

import asyncio
import concurrent.futures
import datetime
import threading
import types
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Callable, TypeVar

from ._library import Opened, check, library
from ._results import LockFlags, Result

if TYPE_CHECKING:
    from ._segment import Segment

T = TypeVar("T")
Self = TypeVar("Self", bound="ThreadBound")


@dataclass(frozen=True)
class LockInfo:
    """Who holds a lock, for messages; never a reason not to take the lock."""

    flags: LockFlags
    process: int  # of the owner, or of the one that died; 0: not known
    thread: int
    since: datetime.datetime | None  # in UTC; None: not known


def current_task() -> asyncio.Task[Any] | None:
    """The asyncio task that runs in this thread."""
    try:
        return asyncio.current_task()
    except RuntimeError:  # no loop runs
        return None


class Holder:
    """Which task of a thread has taken a lock."""

    def __init__(self, task: asyncio.Task[Any] | None) -> None:
        self.task = task


class ThreadBound:
    """What a thread has begun in a segment, and must end itself. Keeps the segment open."""

    def __init__(self, opened: Opened) -> None:
        self._opened: Opened | None = opened
        self._thread = threading.get_ident()

    def _own(self) -> Opened:
        if self._opened is None:
            raise RuntimeError(f"the {type(self).__name__} has ended")
        if self._thread != threading.get_ident():
            raise RuntimeError("Another thread began this and must end it: use lock_async or update.")
        return self._opened

    def _end(self, pointer: Any) -> int:
        raise NotImplementedError

    def release(self) -> None:
        """Ends it, in the thread that began it; RuntimeError in another one, which changes nothing."""
        opened = self._own()
        self._opened = None
        check(self._end(opened.pointer))

    def __enter__(self: Self) -> Self:
        self._own()
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None,
                 trace: types.TracebackType | None) -> None:
        if self._opened is None:  # released within the block
            return
        if value is None:
            self.release()
            return
        # What went wrong in the block counts, not what went wrong because of it.
        opened = self._own()
        self._opened = None
        self._end(opened.pointer)

    def __del__(self) -> None:
        opened = getattr(self, "_opened", None)
        if opened is not None:
            warnings.warn(f"a {type(self).__name__} was not released", ResourceWarning, source=self)
            if self._thread == threading.get_ident():
                self._end(opened.pointer)


class Lock(ThreadBound):
    """
    The lock of a segment, held by the thread that took it. `abandoned`: an owner died while it held
    the lock, and the content may be half written; all owners get this until one calls
    mark_consistent or restore.
    """

    def __init__(self, opened: Opened, result: int, holders: dict[int, list[Holder]]) -> None:
        super().__init__(opened)
        self.abandoned = result == Result.ABANDONED
        self._holder = Holder(current_task())
        self._holders = holders.setdefault(self._thread, [])
        self._holders.append(self._holder)
        self._declared = False

    def mark_consistent(self) -> None:
        """Declares the content consistent, after `abandoned`."""
        check(library().shmb_mark_consistent(self._own().pointer))

    def restore(self) -> None:
        """
        Puts the last published value back and declares it consistent; needs `snapshots: double`.
        Undoes what this thread has written since writing().
        """
        check(library().shmb_restore(self._own().pointer))

    def declare(self) -> None:
        """Declares the first content initialised, which releases the lock once."""
        result = library().shmb_init_done(self._own().pointer)
        # The lock is released after these.
        self._declared = result >= 0 or result == Result.STALE
        check(result)

    def _end(self, pointer: Any) -> int:
        self._holders.remove(self._holder)
        return 0 if self._declared else int(library().shmb_unlock(pointer))


class Write(ThreadBound):
    """A write in progress."""

    def _end(self, pointer: Any) -> int:
        return int(library().shmb_write_end(pointer))


class AsyncLock:
    """
    The lock of a segment for asynchronous code: a thread of its own holds it from `async with` to
    its end. What writes under the lock goes through run().
    """

    def __init__(self, segment: Segment, timeout: float | None) -> None:
        self._segment = segment
        self._timeout = timeout
        self._thread: concurrent.futures.ThreadPoolExecutor | None = None
        self._given_up = False
        self._held: Lock | None = None

    @property
    def abandoned(self) -> bool:
        """As Lock.abandoned."""
        return self._lock().abandoned

    async def run(self, function: Callable[..., T], *arguments: Any) -> T:
        """Runs a function in the thread that holds the lock, and returns what it returns."""
        self._lock()
        assert self._thread is not None
        return await asyncio.get_running_loop().run_in_executor(self._thread, function, *arguments)

    async def mark_consistent(self) -> None:
        """As Lock.mark_consistent."""
        await self.run(self._lock().mark_consistent)

    async def restore(self) -> None:
        """As Lock.restore."""
        await self.run(self._lock().restore)

    def _lock(self) -> Lock:
        if self._held is None:
            raise RuntimeError("the lock is held within `async with` only")
        return self._held

    def _take(self) -> None:
        self._held = self._segment.lock(self._timeout, given_up=lambda: self._given_up)

    def _give_back(self) -> None:
        held, self._held = self._held, None
        if held is not None:
            held.release()

    async def __aenter__(self) -> AsyncLock:
        if self._thread is not None:
            raise RuntimeError("the lock is taken already")
        self._given_up = False
        self._thread = concurrent.futures.ThreadPoolExecutor(1, "shmbroker lock")
        try:
            await asyncio.get_running_loop().run_in_executor(self._thread, self._take)
        except BaseException:
            # Cancelled, perhaps: the thread gives up soon, and gives back what it got meanwhile.
            self._given_up = True
            self._end()
            raise
        return self

    def _end(self) -> concurrent.futures.Future[None]:
        thread, self._thread = self._thread, None
        assert thread is not None
        released = thread.submit(self._give_back)
        thread.shutdown(wait=False)
        return released

    async def __aexit__(self, kind: type[BaseException] | None, value: BaseException | None,
                        trace: types.TracebackType | None) -> None:
        # A cancelled wait for the release changes nothing: the thread releases.
        await asyncio.wrap_future(self._end())
