"""What the broker holds, and its mutexes, events and semaphores."""
from __future__ import annotations

import ctypes
import datetime
import types
from dataclasses import dataclass
from typing import Any, Iterator, TypeVar

from . import _native, _windows
from ._library import READ, WRITE, Closable, Opened, check, library, patiently, sized, text
from ._results import Flags, Kind, Result, State

NOT_THERE = (Result.NOT_FOUND, Result.NO_BROKER)
Self = TypeVar("Self", bound="WaitObject")


def time_of(filetime: int) -> datetime.datetime | None:
    """A FILETIME in UTC. None: not known, or a number that is no time, which any program can write."""
    try:
        return (datetime.datetime(1601, 1, 1, tzinfo=datetime.timezone.utc) +
                datetime.timedelta(microseconds=filetime // 10)) if filetime else None
    except OverflowError:
        return None


@dataclass(frozen=True)
class ObjectInfo:
    """One object, as the broker's directory describes it."""

    name: str
    kind: Kind
    state: State
    flags: Flags
    size: int  # segment, queue: bytes
    generation: int  # grows each time the object is recreated; 0: unknown
    lock: str | None  # segment: name of its mutex, or of a fast lock's event
    initial: int  # semaphore: first count
    maximum: int  # semaphore: greatest count
    slots: int  # queue: messages that fit in
    slot_size: int  # queue: most bytes of a message
    rule: str | None = None  # requested: the rule that allows it
    account: str | None = None  # requested: SID of the account that has asked


@dataclass(frozen=True)
class BrokerInfo:
    """The broker that has published the directory."""

    process: int
    started: datetime.datetime | None
    version: str | None  # None: it does not tell


def object_info(info: Any) -> ObjectInfo:
    """The structure of the library, for Python."""
    return ObjectInfo(
        name=info.name.decode("utf-8", "replace"), kind=Kind(info.kind),
        state=State(info.state), flags=Flags(info.flags), size=info.bytes,
        generation=info.generation, lock=info.lock.decode("utf-8", "replace") or None,
        initial=info.initial, maximum=info.maximum, slots=info.slots, slot_size=info.slot_size,
        rule=info.rule.decode("utf-8", "replace") or None,
        account=info.account.decode("utf-8", "replace") or None)


def describe(name: str) -> ObjectInfo:
    """Describes one object, without opening it."""
    info = sized(_native.shmb_info)
    check(library().shmb_describe(text(name), ctypes.byref(info)))
    return object_info(info)


def describe_broker() -> BrokerInfo:
    """Describes the broker that runs."""
    info = sized(_native.shmb_broker_info)
    check(library().shmb_describe_broker(ctypes.byref(info)))
    return BrokerInfo(info.process, time_of(info.started), info.version.decode() or None)


def objects() -> Iterator[ObjectInfo]:
    """All objects of the broker as of one moment, in the order of the configuration."""
    pointer = ctypes.POINTER(_native.shmb_list)()
    check(library().shmb_list_open(ctypes.byref(pointer), None))
    opened = Opened(pointer, library().shmb_list_close)
    info = sized(_native.shmb_info)
    while True:
        result = library().shmb_list_next(opened.pointer, ctypes.byref(info))
        if result == Result.NOT_FOUND:
            return
        check(result)
        yield object_info(info)
        info = sized(_native.shmb_info)


def library_version() -> str:
    """The version of the library that runs."""
    return bytes(library().shmb_version()).decode()


class WaitObject(Closable):
    """A mutex, event or semaphore of the broker."""

    def __init__(self, kind: Kind, name: str, rights: int, wait: float | None) -> None:
        handle = ctypes.c_void_p()
        check(patiently(
            lambda time: int(library().shmb_open_object(text(name), kind, rights, time,
                                                        ctypes.byref(handle))), wait, NOT_THERE))
        super().__init__(Opened(handle, _windows.kernel32().CloseHandle))
        self.name = name

    @property
    def handle(self) -> int:
        """The Win32 handle, valid until close(): for win32event.WaitForMultipleObjects, for instance."""
        return int(self._in_use().pointer.value)

    def _wait(self, timeout: float | None) -> int:
        opened = self._in_use()
        return _windows.wait(opened.pointer, timeout)

    def _call(self, call: str, *arguments: Any) -> None:
        opened = self._in_use()
        _windows.check(call, opened.pointer, *arguments)

    def __enter__(self: Self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None,
                 trace: types.TracebackType | None) -> None:
        self.close()


class Mutex(WaitObject):
    """
    A mutex of the broker. It belongs to the thread that acquired it: the same thread releases it,
    as often as it acquired it. `abandoned`: the last acquire took it from an owner that had died.
    """

    abandoned = False

    def acquire(self, timeout: float | None = None) -> bool:
        """Takes the mutex; False: timed out."""
        result = self._wait(timeout)
        if result == _windows.WAIT_TIMEOUT:
            return False
        self.abandoned = result == _windows.WAIT_ABANDONED
        return True

    def release(self) -> None:
        """Releases it once. OSError: this thread does not have it."""
        self._call("ReleaseMutex")


class Event(WaitObject):
    """An event of the broker."""

    def wait(self, timeout: float | None = None) -> bool:
        """Waits until it is set; False: timed out. The wait resets it, unless it is manual-reset."""
        return self._wait(timeout) != _windows.WAIT_TIMEOUT

    async def wait_async(self, timeout: float | None = None) -> bool:
        """
        The same without a thread. A wait that is cancelled at the moment in which the event is set
        can reset it all the same.
        """
        opened = self._in_use()
        return await _windows.wait_async(opened.pointer, timeout)

    def set(self) -> None:
        """Sets it."""
        self._call("SetEvent")

    def clear(self) -> None:
        """Resets it."""
        self._call("ResetEvent")


class Semaphore(WaitObject):
    """A semaphore of the broker."""

    def acquire(self, timeout: float | None = None) -> bool:
        """Takes one; False: timed out."""
        return self._wait(timeout) != _windows.WAIT_TIMEOUT

    def release(self, count: int = 1) -> None:
        """Gives back `count`. OSError: that would be more than the greatest count."""
        if not 0 < count < 1 << 31:
            raise ValueError("the count is 1 or more")
        self._call("ReleaseSemaphore", count, None)


def open_mutex(name: str, *, wait: float | None = 0) -> Mutex:
    """Opens a mutex of the broker. `wait`: seconds to wait for a broker that does not hold it yet."""
    return Mutex(Kind.MUTEX, name, WRITE, wait)


def open_event(name: str, *, write: bool = True, wait: float | None = 0) -> Event:
    """Opens an event of the broker. Without `write`: only to wait, if it is manual-reset."""
    return Event(Kind.EVENT, name, WRITE if write else READ, wait)


def open_semaphore(name: str, *, wait: float | None = 0) -> Semaphore:
    """Opens a semaphore of the broker."""
    return Semaphore(Kind.SEMAPHORE, name, WRITE, wait)
