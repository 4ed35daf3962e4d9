"""
Shared memory, locks and queues that the ShmBroker service holds, for programs in any session of a
Windows machine. The service creates the objects from its configuration; a program opens them.

    with shmbroker.open("Prices", write=True, wait=5) as prices:
        prices.update(0, b"1.25")
        print(prices.snapshot(0, 4))

Times are in seconds, None has no limit. A call that fails raises a ShmBrokerError: its `result` says
which failure it is.
"""
from ._changes import Subscription
from ._locks import AsyncLock, Lock, LockInfo, ThreadBound, Write
from ._objects import (BrokerInfo, Event, Mutex, ObjectInfo, Semaphore, WaitObject, describe,
                       describe_broker, library_version, objects, open_event, open_mutex,
                       open_semaphore)
from ._queue import Queue, QueueInfo, open_queue
from ._requests import RequestInfo, release, request, request_ask
from ._results import (AccessDeniedError, Flags, Kind, LockFlags, NotAllowedError, NotFoundError,
                       QuotaError, Reason, RequestFlags, Result, ShmBrokerError, StaleError, State,
                       TimedOutError)
from ._segment import ReadTicket, Segment, create_private, open

__version__ = "1.0.0rc1"

__all__ = [
    "AccessDeniedError", "AsyncLock", "BrokerInfo", "Event", "Flags", "Kind", "Lock", "LockFlags",
    "LockInfo", "Mutex", "NotAllowedError", "NotFoundError", "ObjectInfo", "Queue", "QueueInfo",
    "QuotaError", "ReadTicket", "Reason", "RequestFlags", "RequestInfo", "Result", "Segment",
    "Semaphore", "ShmBrokerError", "StaleError", "State", "Subscription", "ThreadBound",
    "TimedOutError", "WaitObject", "Write", "create_private", "describe", "describe_broker",
    "library_version", "objects", "open", "open_event", "open_mutex", "open_queue",
    "open_semaphore", "release", "request", "request_ask",
]
