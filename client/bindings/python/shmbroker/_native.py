"""Made by tests/checks/python.py from client/include/shmb.h: do not edit."""
from ctypes import POINTER, Structure, c_char, c_char_p, c_int32, c_uint32, c_uint64, c_void_p
from typing import Any

SHMB_READ = 1
SHMB_WRITE = 2
SHMB_INFINITE = 4294967295
SHMB_RECHECK_MS = 1000
SHMB_NAME_SIZE = 604


class shmb_list(Structure):
    pass


class shmb_queue(Structure):
    pass


class shmb_segment(Structure):
    pass


class shmb_subscription(Structure):
    pass


class shmb_options(Structure):
    _fields_ = [
        ("size", c_uint32),
        ("rights", c_uint32),
        ("wait_ms", c_uint32),
        ("reserved", c_uint32),
        ("offset", c_uint64),
        ("length", c_uint64),
        ("owner", c_char_p),
        ("reserved_pointer", c_void_p),
    ]


class shmb_lock_info(Structure):
    _fields_ = [
        ("size", c_uint32),
        ("flags", c_uint32),
        ("process", c_uint32),
        ("thread", c_uint32),
        ("since", c_uint64),
        ("reserved", c_uint64 * 2),
    ]


class shmb_queue_info(Structure):
    _fields_ = [
        ("size", c_uint32),
        ("flags", c_uint32),
        ("slots", c_uint32),
        ("slot_size", c_uint32),
        ("messages", c_uint64),
        ("put", c_uint64),
        ("got", c_uint64),
        ("dropped", c_uint64),
        ("refused", c_uint64),
        ("generation", c_uint64),
    ]


class shmb_info(Structure):
    _fields_ = [
        ("size", c_uint32),
        ("kind", c_uint32),
        ("state", c_uint32),
        ("flags", c_uint32),
        ("bytes", c_uint64),
        ("generation", c_uint64),
        ("initial", c_int32),
        ("maximum", c_int32),
        ("slots", c_uint32),
        ("slot_size", c_uint32),
        ("reserved", c_uint64 * 3),
        ("name", c_char * 604),
        ("lock", c_char * 604),
        ("rule", c_char * 64),
        ("account", c_char * 192),
    ]


class shmb_broker_info(Structure):
    _fields_ = [
        ("size", c_uint32),
        ("process", c_uint32),
        ("started", c_uint64),
        ("reserved", c_uint64 * 2),
        ("version", c_char * 40),
    ]


class shmb_request_options(Structure):
    _fields_ = [
        ("size", c_uint32),
        ("kind", c_uint32),
        ("flags", c_uint32),
        ("timeout_ms", c_uint32),
        ("initial", c_int32),
        ("maximum", c_int32),
        ("owner", c_char_p),
        ("reserved_pointer", c_void_p),
    ]


class shmb_request_info(Structure):
    _fields_ = [
        ("size", c_uint32),
        ("made", c_uint32),
        ("reason", c_uint32),
        ("retry_ms", c_uint32),
        ("used", c_uint64),
        ("most", c_uint64),
        ("bytes", c_uint64),
        ("reserved", c_uint64),
        ("rule", c_char * 64),
    ]


def declare(library: Any) -> None:
    library.shmb_open_with.argtypes = [c_char_p, POINTER(shmb_options), POINTER(POINTER(shmb_segment))]
    library.shmb_open_with.restype = c_int32
    library.shmb_close.argtypes = [POINTER(shmb_segment)]
    library.shmb_close.restype = c_int32
    library.shmb_name.argtypes = [POINTER(shmb_segment), c_void_p, c_uint32]
    library.shmb_name.restype = c_int32
    library.shmb_size.argtypes = [POINTER(shmb_segment), POINTER(c_uint64)]
    library.shmb_size.restype = c_int32
    library.shmb_data.argtypes = [POINTER(shmb_segment), POINTER(c_void_p)]
    library.shmb_data.restype = c_int32
    library.shmb_read.argtypes = [POINTER(shmb_segment), c_uint64, c_void_p, c_uint64, POINTER(c_uint64)]
    library.shmb_read.restype = c_int32
    library.shmb_write.argtypes = [POINTER(shmb_segment), c_uint64, c_void_p, c_uint64, POINTER(c_uint64)]
    library.shmb_write.restype = c_int32
    library.shmb_update.argtypes = [POINTER(shmb_segment), c_uint64, c_void_p, c_uint64, c_uint32, POINTER(c_uint64)]
    library.shmb_update.restype = c_int32
    library.shmb_write_begin.argtypes = [POINTER(shmb_segment)]
    library.shmb_write_begin.restype = c_int32
    library.shmb_write_end.argtypes = [POINTER(shmb_segment)]
    library.shmb_write_end.restype = c_int32
    library.shmb_lock.argtypes = [POINTER(shmb_segment), c_uint32]
    library.shmb_lock.restype = c_int32
    library.shmb_unlock.argtypes = [POINTER(shmb_segment)]
    library.shmb_unlock.restype = c_int32
    library.shmb_mark_consistent.argtypes = [POINTER(shmb_segment)]
    library.shmb_mark_consistent.restype = c_int32
    library.shmb_restore.argtypes = [POINTER(shmb_segment)]
    library.shmb_restore.restype = c_int32
    library.shmb_lock_state.argtypes = [POINTER(shmb_segment), POINTER(shmb_lock_info)]
    library.shmb_lock_state.restype = c_int32
    library.shmb_snapshot_wait.argtypes = [POINTER(shmb_segment), c_uint64, c_void_p, c_uint64, c_uint32, POINTER(c_uint64)]
    library.shmb_snapshot_wait.restype = c_int32
    library.shmb_read_begin.argtypes = [POINTER(shmb_segment), c_uint32, POINTER(c_uint64)]
    library.shmb_read_begin.restype = c_int32
    library.shmb_read_published.argtypes = [POINTER(shmb_segment), c_uint32, POINTER(c_void_p), POINTER(c_uint64)]
    library.shmb_read_published.restype = c_int32
    library.shmb_read_valid.argtypes = [POINTER(shmb_segment), c_uint64]
    library.shmb_read_valid.restype = c_int32
    library.shmb_wait_changed.argtypes = [POINTER(shmb_segment), POINTER(c_uint64), c_uint32]
    library.shmb_wait_changed.restype = c_int32
    library.shmb_change_number.argtypes = [POINTER(shmb_segment), POINTER(c_uint64)]
    library.shmb_change_number.restype = c_int32
    library.shmb_subscribe.argtypes = [POINTER(shmb_segment), c_uint64, POINTER(POINTER(shmb_subscription)), POINTER(c_void_p)]
    library.shmb_subscribe.restype = c_int32
    library.shmb_unsubscribe.argtypes = [POINTER(shmb_subscription)]
    library.shmb_unsubscribe.restype = c_int32
    library.shmb_first.argtypes = [POINTER(shmb_segment), c_uint32, POINTER(c_int32)]
    library.shmb_first.restype = c_int32
    library.shmb_init_done.argtypes = [POINTER(shmb_segment)]
    library.shmb_init_done.restype = c_int32
    library.shmb_queue_open_with.argtypes = [c_char_p, POINTER(shmb_options), POINTER(POINTER(shmb_queue))]
    library.shmb_queue_open_with.restype = c_int32
    library.shmb_queue_close.argtypes = [POINTER(shmb_queue)]
    library.shmb_queue_close.restype = c_int32
    library.shmb_queue_put.argtypes = [POINTER(shmb_queue), c_void_p, c_uint32, c_uint32]
    library.shmb_queue_put.restype = c_int32
    library.shmb_queue_get.argtypes = [POINTER(shmb_queue), c_void_p, c_uint32, POINTER(c_uint32), c_uint32]
    library.shmb_queue_get.restype = c_int32
    library.shmb_queue_peek.argtypes = [POINTER(shmb_queue), c_void_p, c_uint32, POINTER(c_uint32)]
    library.shmb_queue_peek.restype = c_int32
    library.shmb_queue_level.argtypes = [POINTER(shmb_queue), POINTER(shmb_queue_info)]
    library.shmb_queue_level.restype = c_int32
    library.shmb_queue_clear.argtypes = [POINTER(shmb_queue), POINTER(c_uint64)]
    library.shmb_queue_clear.restype = c_int32
    library.shmb_queue_event.argtypes = [POINTER(shmb_queue), POINTER(c_void_p)]
    library.shmb_queue_event.restype = c_int32
    library.shmb_private_create.argtypes = [c_char_p, c_uint64, POINTER(POINTER(shmb_segment)), POINTER(c_int32)]
    library.shmb_private_create.restype = c_int32
    library.shmb_describe.argtypes = [c_char_p, POINTER(shmb_info)]
    library.shmb_describe.restype = c_int32
    library.shmb_describe_broker.argtypes = [POINTER(shmb_broker_info)]
    library.shmb_describe_broker.restype = c_int32
    library.shmb_list_open.argtypes = [POINTER(POINTER(shmb_list)), POINTER(c_uint32)]
    library.shmb_list_open.restype = c_int32
    library.shmb_list_next.argtypes = [POINTER(shmb_list), POINTER(shmb_info)]
    library.shmb_list_next.restype = c_int32
    library.shmb_list_close.argtypes = [POINTER(shmb_list)]
    library.shmb_list_close.restype = c_int32
    library.shmb_state.argtypes = [POINTER(shmb_segment), POINTER(shmb_info)]
    library.shmb_state.restype = c_int32
    library.shmb_open_object.argtypes = [c_char_p, c_uint32, c_uint32, c_uint32, POINTER(c_void_p)]
    library.shmb_open_object.restype = c_int32
    library.shmb_request.argtypes = [c_char_p, c_uint64, POINTER(shmb_request_options), POINTER(shmb_request_info)]
    library.shmb_request.restype = c_int32
    library.shmb_request_ask.argtypes = [c_char_p, c_uint64, POINTER(shmb_request_options), POINTER(shmb_request_info)]
    library.shmb_request_ask.restype = c_int32
    library.shmb_release.argtypes = [c_char_p, c_uint32]
    library.shmb_release.restype = c_int32
    library.shmb_request_text.argtypes = [c_int32, POINTER(shmb_request_info), c_void_p, c_uint32]
    library.shmb_request_text.restype = c_int32
    library.shmb_result_text.argtypes = [c_int32, c_void_p, c_uint32]
    library.shmb_result_text.restype = c_int32
    library.shmb_last_failure.argtypes = [POINTER(c_uint32), POINTER(c_char_p)]
    library.shmb_last_failure.restype = c_int32
    library.shmb_version.argtypes = []
    library.shmb_version.restype = c_char_p
