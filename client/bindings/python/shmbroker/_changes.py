"""One event for all changes of a segment."""
from __future__ import annotations

import types
from typing import Any

from . import _windows
from ._library import Closable, Opened


class Subscription(Closable):
    """
    An event that is set after each change of a segment. Several changes may set it once, and it may
    be set for a change that the program has seen. If the change number cannot be read any more, it
    is set once, and Segment.change_number says why. It may outlive its segment.
    """

    def __init__(self, opened: Opened, event: Any) -> None:
        super().__init__(opened)
        self._event = event

    @property
    def handle(self) -> int:
        """The Win32 handle of the event, valid until close(). Do not close, set or reset it."""
        self._in_use()
        return int(self._event.value)

    def wait(self, timeout: float | None = None) -> bool:
        """Waits until the event is set, and resets it; False: timed out."""
        opened = self._in_use()
        result = _windows.wait(self._event, timeout)
        del opened
        return result != _windows.WAIT_TIMEOUT

    async def wait_async(self, timeout: float | None = None) -> bool:
        """The same without a thread."""
        opened = self._in_use()
        signalled = await _windows.wait_async(self._event, timeout)
        del opened
        return signalled

    def __enter__(self) -> Subscription:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None,
                 trace: types.TracebackType | None) -> None:
        self.close()
