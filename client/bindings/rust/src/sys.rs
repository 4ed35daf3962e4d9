// Made by tests/checks/rust.py from client/include/shmb.h: do not edit.

//! What the library declares.
#![allow(non_camel_case_types, missing_docs)]

use crate::library::declare;
use std::os::raw::{c_char, c_void};

pub enum shmb_segment {}
pub enum shmb_queue {}
pub enum shmb_subscription {}
pub enum shmb_list {}

declare! {
    fn shmb_open(name: *const c_char, rights: u32, wait_ms: u32, segment: *mut *mut shmb_segment) -> i32;
    fn shmb_open_with(name: *const c_char, options: *const shmb_options, segment: *mut *mut shmb_segment) -> i32;
    fn shmb_close(segment: *mut shmb_segment) -> i32;
    fn shmb_name(segment: *const shmb_segment, buffer: *mut c_char, size: u32) -> i32;
    fn shmb_size(segment: *const shmb_segment, size: *mut u64) -> i32;
    fn shmb_data(segment: *const shmb_segment, data: *mut *mut c_void) -> i32;
    fn shmb_read(segment: *const shmb_segment, offset: u64, buffer: *mut c_void, count: u64, done: *mut u64) -> i32;
    fn shmb_write(segment: *mut shmb_segment, offset: u64, buffer: *const c_void, count: u64, done: *mut u64) -> i32;
    fn shmb_update(segment: *mut shmb_segment, offset: u64, buffer: *const c_void, count: u64, timeout_ms: u32, done: *mut u64) -> i32;
    fn shmb_write_begin(segment: *mut shmb_segment) -> i32;
    fn shmb_write_end(segment: *mut shmb_segment) -> i32;
    fn shmb_lock(segment: *mut shmb_segment, timeout_ms: u32) -> i32;
    fn shmb_unlock(segment: *mut shmb_segment) -> i32;
    fn shmb_mark_consistent(segment: *mut shmb_segment) -> i32;
    fn shmb_restore(segment: *mut shmb_segment) -> i32;
    fn shmb_lock_state(segment: *const shmb_segment, info: *mut shmb_lock_info) -> i32;
    fn shmb_snapshot_wait(segment: *const shmb_segment, offset: u64, buffer: *mut c_void, count: u64, timeout_ms: u32, done: *mut u64) -> i32;
    fn shmb_read_published(segment: *const shmb_segment, timeout_ms: u32, data: *mut *const c_void, ticket: *mut u64) -> i32;
    fn shmb_read_valid(segment: *const shmb_segment, ticket: u64) -> i32;
    fn shmb_wait_changed(segment: *mut shmb_segment, number: *mut u64, timeout_ms: u32) -> i32;
    fn shmb_change_number(segment: *const shmb_segment, number: *mut u64) -> i32;
    fn shmb_subscribe(segment: *mut shmb_segment, number: u64, subscription: *mut *mut shmb_subscription, event: *mut *mut c_void) -> i32;
    fn shmb_unsubscribe(subscription: *mut shmb_subscription) -> i32;
    fn shmb_first(segment: *mut shmb_segment, timeout_ms: u32, first: *mut i32) -> i32;
    fn shmb_init_done(segment: *mut shmb_segment) -> i32;
    fn shmb_queue_open(name: *const c_char, rights: u32, wait_ms: u32, queue: *mut *mut shmb_queue) -> i32;
    fn shmb_queue_open_with(name: *const c_char, options: *const shmb_options, queue: *mut *mut shmb_queue) -> i32;
    fn shmb_queue_close(queue: *mut shmb_queue) -> i32;
    fn shmb_queue_put(queue: *mut shmb_queue, bytes: *const c_void, count: u32, timeout_ms: u32) -> i32;
    fn shmb_queue_get(queue: *mut shmb_queue, buffer: *mut c_void, size: u32, length: *mut u32, timeout_ms: u32) -> i32;
    fn shmb_queue_peek(queue: *const shmb_queue, buffer: *mut c_void, size: u32, length: *mut u32) -> i32;
    fn shmb_queue_level(queue: *const shmb_queue, info: *mut shmb_queue_info) -> i32;
    fn shmb_queue_clear(queue: *mut shmb_queue, count: *mut u64) -> i32;
    fn shmb_queue_event(queue: *mut shmb_queue, event: *mut *mut c_void) -> i32;
    fn shmb_private_create(name: *const c_char, size: u64, segment: *mut *mut shmb_segment, first: *mut i32) -> i32;
    fn shmb_describe(name: *const c_char, info: *mut shmb_info) -> i32;
    fn shmb_describe_broker(info: *mut shmb_broker_info) -> i32;
    fn shmb_list_open(list: *mut *mut shmb_list, count: *mut u32) -> i32;
    fn shmb_list_next(list: *mut shmb_list, info: *mut shmb_info) -> i32;
    fn shmb_list_close(list: *mut shmb_list) -> i32;
    fn shmb_state(segment: *const shmb_segment, info: *mut shmb_info) -> i32;
    fn shmb_open_object(name: *const c_char, kind: u32, rights: u32, wait_ms: u32, handle: *mut *mut c_void) -> i32;
    fn shmb_request(name: *const c_char, bytes: u64, options: *const shmb_request_options, info: *mut shmb_request_info) -> i32;
    fn shmb_request_ask(name: *const c_char, bytes: u64, options: *const shmb_request_options, info: *mut shmb_request_info) -> i32;
    fn shmb_release(name: *const c_char, timeout_ms: u32) -> i32;
    fn shmb_request_text(result: i32, info: *const shmb_request_info, buffer: *mut c_char, size: u32) -> i32;
    fn shmb_result_text(result: i32, buffer: *mut c_char, size: u32) -> i32;
    fn shmb_last_failure(win32_code: *mut u32, call: *mut *const c_char) -> i32;
    fn shmb_version() -> *const c_char;
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct shmb_options {
    pub size: u32,
    pub rights: u32,
    pub wait_ms: u32,
    pub reserved: u32,
    pub offset: u64,
    pub length: u64,
    pub owner: *const c_char,
    pub reserved_pointer: *const c_void,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct shmb_lock_info {
    pub size: u32,
    pub flags: u32,
    pub process: u32,
    pub thread: u32,
    pub since: u64,
    pub reserved: [u64; 2],
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct shmb_queue_info {
    pub size: u32,
    pub flags: u32,
    pub slots: u32,
    pub slot_size: u32,
    pub messages: u64,
    pub put: u64,
    pub got: u64,
    pub dropped: u64,
    pub refused: u64,
    pub generation: u64,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct shmb_info {
    pub size: u32,
    pub kind: u32,
    pub state: u32,
    pub flags: u32,
    pub bytes: u64,
    pub generation: u64,
    pub initial: i32,
    pub maximum: i32,
    pub slots: u32,
    pub slot_size: u32,
    pub reserved: [u64; 3],
    pub name: [c_char; 604],
    pub lock: [c_char; 604],
    pub rule: [c_char; 64],
    pub account: [c_char; 192],
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct shmb_broker_info {
    pub size: u32,
    pub process: u32,
    pub started: u64,
    pub reserved: [u64; 2],
    pub version: [c_char; 40],
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct shmb_request_options {
    pub size: u32,
    pub kind: u32,
    pub flags: u32,
    pub timeout_ms: u32,
    pub initial: i32,
    pub maximum: i32,
    pub owner: *const c_char,
    pub reserved_pointer: *const c_void,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct shmb_request_info {
    pub size: u32,
    pub made: u32,
    pub reason: u32,
    pub retry_ms: u32,
    pub used: u64,
    pub most: u64,
    pub bytes: u64,
    pub reserved: u64,
    pub rule: [c_char; 64],
}
