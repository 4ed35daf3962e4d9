"""Objects on request: what the configuration does not name, and a rule of it allows."""
from __future__ import annotations

import ctypes
from dataclasses import dataclass
from typing import Any

from . import _native
from ._library import TEXT_SIZE, check, failure, library, milliseconds, sized, text, unsigned
from ._results import Kind, Reason, RequestFlags, Result

TIMEOUT = 5  # seconds, as in the library


@dataclass(frozen=True)
class RequestInfo:
    """What the broker answered to a request."""

    result: Result  # OK: it holds the object; else why not
    made: bool  # this request created the object, or would create it; False: it existed
    reason: Reason  # why it was refused
    used: int  # objects or bytes, see the reason
    most: int  # objects or bytes, see the reason
    size: int  # segment: bytes
    retry: float | None  # seconds until another try may succeed; None: that would not help
    rule: str | None  # the rule that decided
    text: str  # why it was refused, with the rule and the numbers; empty: it was not

    @property
    def allowed(self) -> bool:
        """True: not refused."""
        return self.result >= 0


def _info(result: int, info: Any) -> RequestInfo | None:
    """The structure of the library, for Python. None: the broker has answered nothing."""
    if result < 0 and not info.reason:
        return None
    try:
        reason = Reason(info.reason)
    except ValueError:  # of a later library
        reason = Reason.SYSTEM
    try:
        known = Result(result)
    except ValueError:
        known = Result.SYSTEM
    return RequestInfo(known, bool(info.made), reason, info.used, info.most, info.bytes,
                       info.retry_ms / 1000 if info.retry_ms else None,
                       info.rule.decode("utf-8", "replace") or None,
                       _sentence(result, info) if result < 0 else "")


def _sentence(result: int, info: Any) -> str:
    buffer = ctypes.create_string_buffer(TEXT_SIZE)
    library().shmb_request_text(result, ctypes.byref(info), buffer, TEXT_SIZE)
    return buffer.value.decode("utf-8", "replace")


def _milliseconds(timeout: float | None) -> int:
    return max(milliseconds(timeout), 1)  # for the library, 0 is five seconds


def _call(call: Any, name: str, size: int, kind: Kind, manual_reset: bool, signalled: bool,
          initial: int, maximum: int, timeout: float | None, owner: str | None) -> tuple[int, Any]:
    for count in (initial, maximum):
        if not 0 <= count < 1 << 31:
            raise ValueError("a count is 0 or more, in 31 bits")
    options = sized(_native.shmb_request_options)
    options.kind = kind
    options.flags = ((RequestFlags.MANUAL_RESET if manual_reset else 0) |
                     (RequestFlags.SET if signalled else 0))
    options.timeout_ms = _milliseconds(timeout)
    options.initial, options.maximum = initial, maximum
    options.owner = None if owner is None else text(owner)
    info = sized(_native.shmb_request_info)
    return int(call(text(name), unsigned(size, "size"), ctypes.byref(options), ctypes.byref(info))), info


def request(name: str, size: int = 0, *, kind: Kind = Kind.SEGMENT, manual_reset: bool = False,
            signalled: bool = False, initial: int = 0, maximum: int = 0,
            timeout: float | None = TIMEOUT, owner: str | None = None) -> RequestInfo:
    """
    Asks the broker to hold an object that the configuration does not name: open it afterwards. A
    rule of the configuration (`requests:`) decides. An object that exists already is as good, if it
    is of this kind and has this size or more.

    size          segment: bytes
    manual_reset  event
    signalled     event: set when it is created
    initial       semaphore: first count
    maximum       semaphore: greatest count
    timeout       seconds to wait for a broker and for its answer; Ctrl+C does not end it
    owner         as for open

    NotAllowedError: no rule allows it. QuotaError: a quota is used up. These and other failures have
    what the broker answered in `answer`.
    """
    result, info = _call(library().shmb_request, name, size, kind, manual_reset, signalled, initial,
                         maximum, timeout, owner)
    failed = failure(result) if result < 0 else None
    answer = _info(result, info)
    if failed is not None:
        failed.answer = answer
        raise failed
    assert answer is not None
    return answer


def request_ask(name: str, size: int = 0, *, kind: Kind = Kind.SEGMENT, manual_reset: bool = False,
                signalled: bool = False, initial: int = 0, maximum: int = 0,
                timeout: float | None = TIMEOUT, owner: str | None = None) -> RequestInfo:
    """
    What `request` would be answered; nothing else happens. A refusal is returned; a failure without
    an answer, for instance where no broker runs, is raised.
    """
    result, info = _call(library().shmb_request_ask, name, size, kind, manual_reset, signalled,
                         initial, maximum, timeout, owner)
    answer = _info(result, info)
    if answer is None:
        raise failure(result)
    return answer


def release(name: str, *, timeout: float | None = TIMEOUT) -> None:
    """
    Gives back an object that this account has requested; administrators also those of others. Who
    has it open keeps it, and finds it stale.

    NotFoundError: nobody has requested it. AccessDeniedError: another account has. NotAllowedError:
    it lives as long as the broker.
    """
    check(int(library().shmb_release(text(name), _milliseconds(timeout))))
