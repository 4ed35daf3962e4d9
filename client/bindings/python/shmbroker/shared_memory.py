"""
SharedMemory with the interface of multiprocessing.shared_memory, over a segment of the broker.

    from shmbroker.shared_memory import SharedMemory
"""
from __future__ import annotations

import io
from typing import Any

from ._results import AccessDeniedError
from ._segment import Segment
from ._segment import open as open_segment


class SharedMemory:
    """
    A segment of the broker, for code that uses multiprocessing.shared_memory.SharedMemory.

    name    of the segment. The administrator configures the names and sizes
    create  opens the segment all the same, which the broker has created
    size    with `create`: the bytes that the program needs; ValueError: the segment is smaller
    track   ignored: the broker holds the memory

    `buf` is read-only, if the program may only read the segment. `segment` is the segment itself,
    for what this class lacks: locks, snapshots, changes. Snapshots and waits notice what is written
    to `buf` within `with memory.segment.writing():` only.
    """

    def __init__(self, name: str | None = None, create: bool = False, size: int = 0, *,
                 track: bool = True) -> None:
        if size < 0:
            raise ValueError("'size' must be a positive integer")
        if create and size == 0:
            raise ValueError("'size' must be a positive number different from zero")
        if name is None:
            raise ValueError("the broker creates no memory without a name: the administrator "
                             "configures the segments")
        try:
            segment = open_segment(name, write=True)
        except AccessDeniedError:
            segment = open_segment(name)
        if create and segment.size < size:
            segment.close()
            raise ValueError(f"the segment {name} has {segment.size} bytes, and {size} are needed: "
                             "the administrator configures the size")
        self.segment: Segment = segment
        self._name = segment.name
        self._buf: memoryview | None = segment.memory

    @property
    def buf(self) -> memoryview:
        """The memory."""
        if self._buf is None:
            raise ValueError("the SharedMemory is closed")
        return self._buf

    @property
    def name(self) -> str:
        """The name of the segment."""
        return self._name

    @property
    def size(self) -> int:
        """Bytes, exact."""
        return self.segment.size

    def close(self) -> None:
        """Closes it for this program. Views of `buf`, such as arrays of numpy, stay valid."""
        self._buf = None
        self.segment.close()

    def unlink(self) -> None:
        """Always fails: the broker holds the segment until the administrator removes it."""
        raise io.UnsupportedOperation("the broker holds the segment: the administrator removes it "
                                      "from the configuration")

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.name, False, self.size)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.name!r}, size={self.size})"
