"""Loads shmbclient.dll, and turns its results, times and texts into those of Python."""
from __future__ import annotations

import ctypes
import math
import os
import sys
import threading
import time
from typing import Any, Callable

from . import _native
from ._results import ERRORS, Result, ShmBrokerError

READ, WRITE, INFINITE = _native.SHMB_READ, _native.SHMB_WRITE, _native.SHMB_INFINITE
RECHECK = _native.SHMB_RECHECK_MS / 1000  # seconds
# A call into a DLL keeps Ctrl+C waiting, and does not notice that another thread closes the object:
# a long wait is made of waits of this length.
SLICE_MS = 250
TEXT_SIZE = 1024

_loading = threading.Lock()
_loaded: ctypes.CDLL | None = None


def _path() -> str:
    # The DLL is trusted: it comes from the package or from where the user says, never from PATH.
    return os.environ.get("SHMB_DLL") or os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                                      "shmbclient.dll")


def _load(path: str) -> ctypes.CDLL:
    if sys.platform == "win32":
        return ctypes.WinDLL(path)
    return ctypes.CDLL(path)  # the tests: a library with the same calls, that SHMB_DLL names


def library() -> Any:
    """The library, loaded by the first call."""
    global _loaded
    if _loaded is None:
        with _loading:
            if _loaded is None:
                if sys.platform != "win32" and "SHMB_DLL" not in os.environ:
                    raise ImportError("shmbroker runs on Windows only")
                loaded = _load(_path())
                _native.declare(loaded)
                _loaded = loaded
    return _loaded


def failure(result: int) -> ShmBrokerError:
    """The exception for a result: call it in the thread of the failed call, before its next call."""
    text = ctypes.create_string_buffer(TEXT_SIZE)
    library().shmb_result_text(result, text, TEXT_SIZE)
    code, call = ctypes.c_uint32(), ctypes.c_char_p()
    if library().shmb_last_failure(ctypes.byref(code), ctypes.byref(call)) != result:
        code, call = ctypes.c_uint32(), ctypes.c_char_p()
    try:
        known = Result(result)
    except ValueError:  # of a later library
        known = Result.SYSTEM
    system_call = call.value.decode() if code.value and call.value else None
    return ERRORS.get(result, ShmBrokerError)(text.value.decode("utf-8", "replace"), known,
                                              code.value, system_call)


def check(result: int) -> int:
    """The result, if it is a success."""
    if result < 0:
        raise failure(result)
    return result


def milliseconds(seconds: float | None) -> int:
    """Seconds, rounded up, for the library; None: no limit."""
    if seconds is None:
        return INFINITE
    if not seconds >= 0:
        raise ValueError("a timeout is 0 seconds or more; None: no limit")
    # The most that is not without a limit: 49 days.
    return INFINITE - 1 if seconds >= INFINITE // 1000 else math.ceil(seconds * 1000)


def patiently(call: Callable[[int], int], seconds: float | None,
              again: tuple[int, ...] = (Result.TIMEOUT,)) -> int:
    """Makes a call that waits up to a number of milliseconds, until its result is none of `again`."""
    left = milliseconds(seconds)
    start = time.monotonic()
    while True:
        result = call(min(left, SLICE_MS))
        if result not in again:
            return result
        if seconds is not None:
            left = milliseconds(max(0.0, seconds - (time.monotonic() - start)))
            if left == 0:
                return result


def text(name: str) -> bytes:
    """A text for C, which ends at the first zero: a name with one would be another name."""
    if "\0" in name:
        raise ValueError("the name contains a zero character")
    return name.encode("utf-8")


def unsigned(number: int, what: str) -> int:
    """ctypes cuts a number that is too large or negative, and so makes another one of it."""
    if not 0 <= number < 1 << 64:
        raise ValueError(f"the {what} is {number}: 0 or more is needed, in 64 bits")
    return number


def bytes_of(data: Any) -> tuple[Any, int]:
    """What a call reads: any object with the buffer protocol, without a copy if it is writable."""
    if isinstance(data, bytes):
        return data, len(data)
    view = memoryview(data)
    if view.nbytes == 0:
        return b"", 0
    view = view.cast("B")
    if view.readonly:
        return bytes(view), view.nbytes
    return (ctypes.c_char * view.nbytes).from_buffer(view), view.nbytes


def buffer_of(buffer: Any) -> tuple[Any, int]:
    """What a call writes into."""
    view = memoryview(buffer)
    if view.nbytes == 0:
        return None, 0
    view = view.cast("B")
    return (ctypes.c_char * view.nbytes).from_buffer(view), view.nbytes


def sized(structure: Any) -> Any:
    """A structure that begins with its size."""
    made = structure()
    made.size = ctypes.sizeof(structure)
    return made


class Opened:
    """
    Something that the library opened. Whoever uses it has a reference to it: a call, a lock, a view
    of the memory. The library closes it after the last one.
    """

    __slots__ = ("pointer", "_close")

    def __init__(self, pointer: Any, close: Callable[[Any], int]) -> None:
        self.pointer = pointer
        self._close = close

    def __del__(self) -> None:
        self._close(self.pointer)


class Closable:
    """What has an Opened, until close()."""

    def __init__(self, opened: Opened) -> None:
        self._opened: Opened | None = opened

    def _in_use(self) -> Opened:
        opened = self._opened
        if opened is None:
            raise ValueError(f"the {type(self).__name__} is closed")
        return opened

    def close(self) -> None:
        """Closes it. A second time does nothing."""
        self._opened = None

    @property
    def closed(self) -> bool:
        """True after close()."""
        return self._opened is None
