"""Results, kinds and flags of shmb.h, and the exceptions for results that are failures."""
from __future__ import annotations

import enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ._requests import RequestInfo


class Result(enum.IntEnum):
    """The result of a call: 0 or above is a success. The numbers never change."""

    OK = 0
    ABANDONED = 1  # done, and the lock is held; but an owner died while it held the lock
    NOT_FOUND = -1  # the broker runs, but holds no object of this name
    NO_BROKER = -2  # no such object, and no broker runs
    ACCESS_DENIED = -3  # the access list does not give this right
    WRONG_KIND = -4  # the name belongs to an object of another kind
    NOT_OURS = -5  # the object exists, but the broker did not make it
    BAD_NAME = -6  # not a valid object name
    BAD_ARGUMENT = -7  # a parameter is wrong, or the call does not fit the object
    RANGE = -8  # the start is beyond the end; a message is too long
    TIMEOUT = -9  # timed out
    NOT_OWNER = -10  # this thread does not hold the lock
    NO_SLOT = -11  # no slot for this thread: max_lockers in the configuration
    BUSY = -12  # writers kept changing the bytes; of a queue: another thread has this end
    INCONSISTENT = -13  # a writer died in the middle of a write
    CORRUPT = -14  # the shared control data is invalid
    VERSION_MISMATCH = -15  # the broker has another, incompatible version
    STALE = -16  # retired, recreated, or its control data moved: open it again
    NO_MEMORY = -17  # out of memory or address space
    SYSTEM = -18  # a system call failed
    NOT_ALLOWED = -19  # no rule of the configuration allows this request
    QUOTA = -20  # a quota of the rule is used up


class Kind(enum.IntEnum):
    """What an object is."""

    SEGMENT = 0
    MUTEX = 1
    EVENT = 2
    SEMAPHORE = 3
    QUEUE = 4


class State(enum.IntEnum):
    """Whether the broker holds an object."""

    HELD = 1
    CONFLICT = 2  # an object that is not the broker's has the name
    FAILED = 3  # the system could not create it


class Flags(enum.IntFlag):
    """Properties of an object."""

    MANUAL_RESET = 0x01  # event
    READERS_MAY_WAIT = 0x02  # segment
    INITIAL = 0x04  # segment: the broker wrote its initial content
    COMPANION = 0x08  # belongs to a segment or queue
    HAS_LOCK = 0x10  # segment
    ROUNDED = 0x20  # the size is rounded up: opened without the directory
    NOTIFY = 0x40  # segment: changes can be waited for
    PRIVATE = 0x80  # segment: private memory
    DOUBLE = 0x100  # segment: `snapshots: double`
    FAST = 0x200  # segment: its lock is a fast one
    ONE_PRODUCER = 0x400  # queue: one thread at a time may put
    ONE_CONSUMER = 0x800  # queue: one thread at a time may get
    REFUSE = 0x1000  # queue: a put into a full queue fails
    DROP_OLDEST = 0x2000  # queue: it drops the oldest message instead
    REQUESTED = 0x4000  # a program has asked for it


class Reason(enum.IntEnum):
    """Why a request was refused."""

    NONE = 0
    NO_RULE = 1  # no rule is for this name
    WHO = 2  # the rule does not let this program ask
    KIND = 3  # the rule does not have this kind
    SIZE = 4  # `most`: bytes of the largest segment of the rule
    EACH_OBJECTS = 5  # `used`, `most`: objects of this account
    EACH_MEMORY = 6  # `used`, `most`: bytes of this account
    TOTAL_OBJECTS = 7  # `used`, `most`: objects of the rule
    TOTAL_MEMORY = 8  # `used`, `most`: bytes of the rule
    LIMITS = 9  # `limits` of the configuration, or the most there can be
    RATE = 10  # this account asks too often: `retry`
    TAKEN = 11  # the name belongs to another object of the broker
    FOREIGN = 12  # an object that is not the broker's has the name
    OTHER = 13  # it exists, but is of another kind, or smaller: `size`
    NO_ACCESS = 14  # it exists, but you may not open it
    NOT_REQUESTED = 15  # release: nobody has requested it
    NOT_YOURS = 16  # release: another account has requested it
    LIVES = 17  # release: it lives as long as the broker
    STOPPING = 18  # the broker is starting or stopping
    SYSTEM = 19  # the system refused it
    MESSAGE = 20  # the broker does not understand this library
    NO_PIPE = 21  # the configuration has no `requests:`


class RequestFlags(enum.IntFlag):
    """How an event is created on request."""

    MANUAL_RESET = 0x1
    SET = 0x2  # signalled when it is created


class LockFlags(enum.IntFlag):
    """What is known of a lock."""

    KNOWN = 0x01  # the system told whether a thread owns it
    HELD = 0x02  # a thread owns it
    OWNER = 0x04  # the system told which process and thread
    ABANDONED = 0x08  # an owner died
    HALF = 0x10  # a writer died in the middle of a write


class ShmBrokerError(OSError):
    """A call of the library failed. The message is the library's sentence for it."""

    def __init__(self, message: str, result: Result = Result.SYSTEM, win32_code: int = 0,
                 system_call: str | None = None) -> None:
        super().__init__(message)
        self.result = result
        self.win32_code = win32_code  # 0: no system call failed
        self.system_call = system_call
        self.answer: RequestInfo | None = None  # request: what the broker answered


class NotFoundError(ShmBrokerError, FileNotFoundError):
    """No such object: Result.NOT_FOUND, Result.NO_BROKER."""


class AccessDeniedError(ShmBrokerError, PermissionError):
    """The access list does not give this right, or it was opened to read: Result.ACCESS_DENIED."""


class TimedOutError(ShmBrokerError, TimeoutError):
    """Timed out: Result.TIMEOUT."""


class NotAllowedError(ShmBrokerError, PermissionError):
    """No rule of the configuration allows this request: Result.NOT_ALLOWED; see `answer`."""


class QuotaError(ShmBrokerError):
    """A quota of the rule is used up: Result.QUOTA; see `answer`."""


class StaleError(ShmBrokerError):
    """Retired, recreated, or its control data moved; open it again: Result.STALE."""


ERRORS: dict[int, type[ShmBrokerError]] = {
    Result.NOT_FOUND: NotFoundError,
    Result.NO_BROKER: NotFoundError,
    Result.ACCESS_DENIED: AccessDeniedError,
    Result.TIMEOUT: TimedOutError,
    Result.STALE: StaleError,
    Result.NOT_ALLOWED: NotAllowedError,
    Result.QUOTA: QuotaError,
}
