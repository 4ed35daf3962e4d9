"""Queues of messages."""
from __future__ import annotations

import ctypes
import time
import types
from dataclasses import dataclass
from typing import Any, AsyncIterator

from . import _native, _windows
from ._library import (READ, RECHECK, WRITE, Closable, Opened, bytes_of, check, failure, library,
                       patiently, sized, text)
from ._objects import NOT_THERE
from ._results import Flags, Result


@dataclass(frozen=True)
class QueueInfo:
    """A queue, as of one moment."""

    flags: Flags
    slots: int  # messages that fit in
    slot_size: int  # most bytes of a message
    messages: int  # in the queue now
    put: int  # since the queue was made, as all that follow
    got: int  # with those that were dropped or cleared
    dropped: int  # for newer ones
    refused: int  # puts that failed because the queue was full
    generation: int  # grows each time the queue is recreated


class Queue(Closable):
    """
    A queue of the broker: passes messages between programs, in order. Any thread may make any call.
    Times are in seconds; None has no limit.
    """

    def __init__(self, name: str, write: bool, wait: float | None, owner: str | None) -> None:
        options = sized(_native.shmb_options)
        options.rights = WRITE if write else READ
        options.owner = None if owner is None else text(owner)
        pointer = ctypes.POINTER(_native.shmb_queue)()

        def once(time: int) -> int:
            options.wait_ms = time
            return int(library().shmb_queue_open_with(text(name), ctypes.byref(options),
                                                      ctypes.byref(pointer)))

        check(patiently(once, wait, NOT_THERE))
        super().__init__(Opened(pointer, library().shmb_queue_close))
        self.slot_size = self.info().slot_size

    def __enter__(self) -> Queue:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None,
                 trace: types.TracebackType | None) -> None:
        self.close()

    def put(self, data: Any, timeout: float | None = None) -> None:
        """Puts a message. TimedOutError: the queue is full."""
        check(self._put(data, timeout))

    def try_put(self, data: Any, timeout: float | None = 0) -> bool:
        """The same; False: the queue is full."""
        result = self._put(data, timeout)
        return result != Result.TIMEOUT and check(result) >= 0

    def _put(self, data: Any, timeout: float | None) -> int:
        source, count = bytes_of(data)
        opened = self._in_use()
        # ctypes would cut a larger number.
        if count >= 1 << 32:
            raise failure(Result.RANGE)

        def once(time: int) -> int:
            self._in_use()
            return int(library().shmb_queue_put(opened.pointer, source, count, time))

        if self.info().flags & Flags.REFUSE:  # each vain put counts as one that was refused
            return once(0)
        return patiently(once, timeout)

    def get(self, timeout: float | None = None) -> bytes:
        """Gets the oldest message. TimedOutError: none came."""
        message = self.try_get(timeout)
        if message is None:
            raise failure(Result.TIMEOUT)
        return message

    def try_get(self, timeout: float | None = 0) -> bytes | None:
        """The same; None: none came."""
        opened = self._in_use()

        def call(buffer: Any, size: int, length: Any) -> int:
            def once(time: int) -> int:
                self._in_use()
                return int(library().shmb_queue_get(opened.pointer, buffer, size, length, time))
            return patiently(once, timeout)

        return self._message(call)

    def peek(self) -> bytes | None:
        """Copies the oldest message and leaves it in the queue; None: there is none."""
        opened = self._in_use()
        return self._message(lambda buffer, size, length: int(
            library().shmb_queue_peek(opened.pointer, buffer, size, length)))

    def _message(self, call: Any) -> bytes | None:
        size = self.slot_size
        while True:
            buffer, length = ctypes.create_string_buffer(size), ctypes.c_uint32()
            result = call(buffer, size, ctypes.byref(length))
            if result == Result.TIMEOUT:
                return None
            if result != Result.RANGE or length.value <= size:
                check(result)
                return buffer.raw[:length.value]
            size = length.value

    async def get_async(self, timeout: float | None = None) -> bytes:
        """Gets the oldest message, and blocks no thread meanwhile. TimedOutError: none came."""
        end = None if timeout is None else time.monotonic() + timeout
        while True:
            message = self.try_get()
            if message is not None:
                return message
            handle = self.handle()
            # A producer can end before it sets the event.
            left = RECHECK if end is None else min(RECHECK, end - time.monotonic())
            if left <= 0:
                raise failure(Result.TIMEOUT)
            opened = self._in_use()
            await _windows.wait_async(handle, left)
            del opened

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while True:
            yield await self.get_async()

    def info(self) -> QueueInfo:
        """The queue, as of this moment."""
        opened = self._in_use()
        info = sized(_native.shmb_queue_info)
        check(library().shmb_queue_level(opened.pointer, ctypes.byref(info)))
        return QueueInfo(Flags(info.flags), info.slots, info.slot_size, info.messages, info.put,
                         info.got, info.dropped, info.refused, info.generation)

    def clear(self) -> int:
        """Removes all messages, and repairs a damaged queue; returns how many there were."""
        opened, count = self._in_use(), ctypes.c_uint64()
        check(library().shmb_queue_clear(opened.pointer, ctypes.byref(count)))
        return count.value

    def handle(self) -> int:
        """
        The Win32 handle of the event that the next message sets, for programs that wait for several
        things: see shmb_queue_event in shmb.h. Call it before each wait. Do not close it.
        """
        opened, event = self._in_use(), ctypes.c_void_p()
        check(library().shmb_queue_event(opened.pointer, ctypes.byref(event)))
        assert event.value is not None
        return event.value


def open_queue(name: str, *, write: bool = True, wait: float | None = 0,
               owner: str | None = None) -> Queue:
    """
    Opens a queue of the broker.

    write  to put and get; else to peek
    wait   seconds to wait for a broker that does not run yet or does not hold the name yet
    owner  SID of one more owner to trust, if the broker runs under an account of its own
    """
    return Queue(name, write, wait, owner)
