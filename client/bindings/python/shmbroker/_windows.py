"""The calls of Windows that the package makes: to wait for handles, and for mutexes and events."""
from __future__ import annotations

import asyncio
import atexit
import ctypes
import sys
from ctypes import POINTER, c_int, c_long, c_ubyte, c_uint32, c_void_p
from typing import Any, Callable

from ._library import INFINITE, library, milliseconds, patiently

WAIT_OBJECT_0, WAIT_ABANDONED, WAIT_TIMEOUT, WAIT_FAILED = 0, 0x80, 0x102, INFINITE
WT_EXECUTEONLYONCE = 8
ALL_CALLBACKS = c_void_p(-1)  # INVALID_HANDLE_VALUE: UnregisterWaitEx waits for the callback

if sys.platform == "win32":
    WaitCallback = ctypes.WINFUNCTYPE(None, c_void_p, c_ubyte)
else:
    WaitCallback = ctypes.CFUNCTYPE(None, c_void_p, c_ubyte)

CALLS: dict[str, list[Any]] = {
    "CloseHandle": [c_void_p],
    "WaitForSingleObject": [c_void_p, c_uint32],
    "ReleaseMutex": [c_void_p],
    "SetEvent": [c_void_p],
    "ResetEvent": [c_void_p],
    "ReleaseSemaphore": [c_void_p, c_long, POINTER(c_long)],
    "RegisterWaitForSingleObject": [POINTER(c_void_p), c_void_p, WaitCallback, c_void_p, c_uint32,
                                    c_uint32],
    "UnregisterWaitEx": [c_void_p, c_void_p],
}
_kernel32: Any = None


def kernel32() -> Any:
    """kernel32.dll, with these calls."""
    global _kernel32
    if _kernel32 is None:
        loaded: Any
        if sys.platform == "win32":
            loaded = ctypes.WinDLL("kernel32", use_last_error=True)
        else:
            loaded = library()
        for name, arguments in CALLS.items():
            getattr(loaded, name).argtypes = arguments
            getattr(loaded, name).restype = c_uint32 if name == "WaitForSingleObject" else c_int
        _kernel32 = loaded
    return _kernel32


def failed(call: str) -> OSError:
    """The exception for a call that has just failed."""
    if sys.platform == "win32":
        return ctypes.WinError(ctypes.get_last_error())
    return OSError(f"{call} failed")


def check(call: str, *arguments: Any) -> None:
    """Makes a call that returns 0 where it fails."""
    if not getattr(kernel32(), call)(*arguments):
        raise failed(call)


def wait(handle: int, seconds: float | None) -> int:
    """Waits for a handle: WAIT_OBJECT_0, WAIT_ABANDONED or WAIT_TIMEOUT."""
    result = patiently(lambda time: int(kernel32().WaitForSingleObject(handle, time)), seconds,
                       (WAIT_TIMEOUT,))
    if result == WAIT_FAILED:
        raise failed("WaitForSingleObject")
    return result


class _Waiting:
    """A wait of the thread pool of Windows for a handle: blocks no thread of Python."""

    def __init__(self, handle: int, ended: Callable[[], None]) -> None:
        self._wait = c_void_p()
        # Windows calls it for as long as it is registered: it must not be freed before.
        self._callback = WaitCallback(lambda context, timed_out: ended())
        check("RegisterWaitForSingleObject", ctypes.byref(self._wait), handle, self._callback, None,
              INFINITE, WT_EXECUTEONLYONCE)
        _waits.add(self)

    def end(self) -> None:
        _waits.discard(self)
        kernel32().UnregisterWaitEx(self._wait, ALL_CALLBACKS)


_waits: set[_Waiting] = set()


@atexit.register
def _end_waits() -> None:
    # A loop that was stopped in the middle: no call may come into an interpreter that has ended.
    for waiting in list(_waits):
        waiting.end()


async def wait_async(handle: int, seconds: float | None) -> bool:
    """Waits for a handle; False: timed out."""
    milliseconds(seconds)
    loop = asyncio.get_running_loop()
    done: asyncio.Future[None] = loop.create_future()

    def finish() -> None:
        if not done.done():
            done.set_result(None)

    def ended() -> None:
        try:
            loop.call_soon_threadsafe(finish)
        except RuntimeError:  # the loop is closed
            pass

    waiting = _Waiting(handle, ended)
    try:
        return bool((await asyncio.wait((done,), timeout=seconds))[0])
    finally:
        waiting.end()
