'use strict';
// shmb.js - the library for Node.js on Windows, with koffi (npm install koffi).
//
//     const { Segment, WRITE } = require('./shmb');
//     const prices = Segment.open('Prices', WRITE, 5000);
//     prices.update(0, Buffer.from('1.25\0'));
//     console.log(prices.snapshot(0, 16).toString().split('\0')[0]);
//     const watch = prices.watch(() => console.log(prices.snapshot(0, 16).toString()));
//     watch.close();
//     prices.close();
//
// A call that fails throws a ShmbError; its `code` is one of SHMB_... in shmb.h.
// A call that waits blocks the whole program: use short times, or watch.
const path = require('path');
const koffi = require('koffi');

const dll = koffi.load(process.env.SHMB_DLL || path.join(__dirname, 'shmbclient.dll'));
const calls = {};
for (const prototype of [
    'int32_t __stdcall shmb_open(const char *name, uint32_t rights, uint32_t wait_ms, _Out_ void **segment)',
    'int32_t __stdcall shmb_private_create(const char *name, uint64_t size, _Out_ void **segment, _Out_ int32_t *first)',
    'int32_t __stdcall shmb_close(void *segment)',
    'int32_t __stdcall shmb_size(void *segment, _Out_ uint64_t *size)',
    'int32_t __stdcall shmb_read(void *segment, uint64_t offset, _Out_ uint8_t *buffer, uint64_t count, _Out_ uint64_t *done)',
    'int32_t __stdcall shmb_snapshot_wait(void *segment, uint64_t offset, _Out_ uint8_t *buffer, uint64_t count, uint32_t timeout_ms, _Out_ uint64_t *done)',
    'int32_t __stdcall shmb_update(void *segment, uint64_t offset, const uint8_t *buffer, uint64_t count, uint32_t timeout_ms, _Out_ uint64_t *done)',
    'int32_t __stdcall shmb_lock(void *segment, uint32_t timeout_ms)',
    'int32_t __stdcall shmb_restore(void *segment)',
    'int32_t __stdcall shmb_unlock(void *segment)',
    'int32_t __stdcall shmb_wait_changed(void *segment, _Inout_ uint64_t *number, uint32_t timeout_ms)',
    'int32_t __stdcall shmb_change_number(void *segment, _Out_ uint64_t *number)',
    'int32_t __stdcall shmb_subscribe(void *segment, uint64_t number, _Out_ void **subscription, _Out_ uintptr_t *event)',
    'int32_t __stdcall shmb_unsubscribe(void *subscription)',
    'int32_t __stdcall shmb_queue_open(const char *name, uint32_t rights, uint32_t wait_ms, _Out_ void **queue)',
    'int32_t __stdcall shmb_queue_close(void *queue)',
    'int32_t __stdcall shmb_queue_put(void *queue, const uint8_t *bytes, uint32_t count, uint32_t timeout_ms)',
    'int32_t __stdcall shmb_queue_get(void *queue, _Out_ uint8_t *buffer, uint32_t size, _Out_ uint32_t *length, uint32_t timeout_ms)',
    'int32_t __stdcall shmb_queue_peek(void *queue, _Out_ uint8_t *buffer, uint32_t size, _Out_ uint32_t *length)',
    'int32_t __stdcall shmb_queue_clear(void *queue, _Out_ uint64_t *count)',
    'int32_t __stdcall shmb_result_text(int32_t result, _Out_ uint8_t *buffer, uint32_t size)',
]) {
    calls[/shmb_\w+/.exec(prototype)[0]] = dll.func(prototype);
}

const READ = 1, WRITE = 2, RANGE = -8, TIMEOUT = -9;

class ShmbError extends Error {
    constructor(code) {
        const text = Buffer.alloc(1024);
        calls.shmb_result_text(code, text, text.length);
        super(text.toString('utf8', 0, text.indexOf(0)));
        this.code = code;
    }
}

function check(result) {
    if (result < 0)
        throw new ShmbError(result);
    return result;
}

// Windows, for watch: one thread waits for the events of all watches. The first event is set
// when their list changes.
const kernel32 = koffi.load('kernel32.dll');
const createEvent = kernel32.func('uintptr_t __stdcall CreateEventW(void *attributes, int manual, int set, void *name)');
const setEvent = kernel32.func('int __stdcall SetEvent(uintptr_t event)');
const waitForAny = kernel32.func('uint32_t __stdcall WaitForMultipleObjects(uint32_t count, uint8_t *handles, int all, uint32_t ms)');
const INFINITE = 0xFFFFFFFF, WATCHES_MOST = 63; // 64 handles are the most that one call waits for
const watches = [];
let listChanged = 0, waiting = false;

function waitOn() {
    if (waiting)
        return;
    // No thread waits for their events now.
    for (const watch of watches.filter((watch) => watch.ended))
        watch.end();
    if (watches.length === 0)
        return;
    const list = [...watches], width = koffi.sizeof('uintptr_t');
    const handles = Buffer.alloc((list.length + 1) * width);
    [listChanged, ...list.map((watch) => watch.event)].forEach((event, i) =>
        width === 8 ? handles.writeBigUInt64LE(BigInt(event), i * 8) : handles.writeUInt32LE(Number(event), i * 4));
    waiting = true;
    waitForAny.async(list.length + 1, handles, 0, INFINITE, (error, which) => {
        waiting = false;
        const watch = !error && which > 0 && which < handles.length / width ? list[which - 1] : undefined;
        // The next wait first: the function may throw.
        waitOn();
        if (watch !== undefined && !watch.ended)
            watch.changed();
    });
}

// What Segment.watch returns.
class Watch {
    constructor(segment, changed) {
        if (watches.length === WATCHES_MOST)
            throw new RangeError(`at most ${WATCHES_MOST} watches`);
        const number = [0], subscription = [null], event = [0];
        check(calls.shmb_change_number(segment.handle, number));
        check(calls.shmb_subscribe(segment.handle, number[0], subscription, event));
        this.subscription = subscription[0];
        this.event = event[0];
        this.changed = changed;
        this.ended = false;
        if (!listChanged)
            listChanged = createEvent(null, 0, 0, null);
        watches.push(this);
        this.tell();
    }

    // No call of the function follows. The program does not end before its last watch is closed.
    close() {
        if (this.ended)
            return;
        this.ended = true;
        this.tell();
    }

    tell() {
        if (waiting)
            setEvent(listChanged);
        else
            waitOn();
    }

    // Not while a thread waits for the event.
    end() {
        watches.splice(watches.indexOf(this), 1);
        calls.shmb_unsubscribe(this.subscription);
    }
}

class Segment {
    constructor(handle, first) {
        this.handle = handle;
        this.first = first; // private memory: created by this call
        this.number = [0];
    }

    static open(name, rights = READ, waitMs = 0) {
        const handle = [null];
        check(calls.shmb_open(name, rights, waitMs, handle));
        return new Segment(handle[0], false);
    }

    // Private memory, without the broker; null: a name that no object has.
    static createPrivate(name, size) {
        const handle = [null], first = [0];
        check(calls.shmb_private_create(name, size, handle, first));
        return new Segment(handle[0], first[0] !== 0);
    }

    close() {
        check(calls.shmb_close(this.handle));
        this.handle = null;
    }

    get size() {
        const size = [0];
        check(calls.shmb_size(this.handle, size));
        return Number(size[0]);
    }

    // Copies bytes, never with half of a write; fewer than count at the end of the segment.
    // Waits while programs keep writing; with snapshots: double it never does.
    snapshot(offset, count, timeoutMs = 1000) {
        const buffer = Buffer.alloc(count), done = [0];
        check(calls.shmb_snapshot_wait(this.handle, offset, buffer, count, timeoutMs, done));
        return buffer.subarray(0, Number(done[0]));
    }

    // Copies bytes without a lock or a check.
    read(offset, count) {
        const buffer = Buffer.alloc(count), done = [0];
        check(calls.shmb_read(this.handle, offset, buffer, count, done));
        return buffer.subarray(0, Number(done[0]));
    }

    // Writes under the lock; returns the number of bytes written.
    update(offset, buffer, timeoutMs = 5000) {
        const done = [0];
        check(calls.shmb_update(this.handle, offset, buffer, buffer.length, timeoutMs, done));
        return Number(done[0]);
    }

    // Puts the last published value back, under the lock, after a writer died in the middle;
    // needs snapshots: double.
    restore(timeoutMs = 5000) {
        check(calls.shmb_lock(this.handle, timeoutMs));
        try {
            check(calls.shmb_restore(this.handle));
        } finally {
            check(calls.shmb_unlock(this.handle));
        }
    }

    // Calls `changed` after each change from now on, until close() of what it returns. Blocks
    // nothing, and needs `notify: true`. Several changes may be one call. The segment may be closed
    // before its watches.
    watch(changed) {
        return new Watch(this, changed);
    }

    // True: there was a change since the last call; false: timed out.
    waitChanged(timeoutMs) {
        const result = calls.shmb_wait_changed(this.handle, this.number, timeoutMs);
        return result === TIMEOUT ? false : check(result) === 0;
    }
}

class Queue {
    constructor(handle) {
        this.handle = handle;
        this.buffer = Buffer.alloc(64); // grows to the longest message
    }

    static open(name, rights = WRITE, waitMs = 0) {
        const handle = [null];
        check(calls.shmb_queue_open(name, rights, waitMs, handle));
        return new Queue(handle[0]);
    }

    close() {
        check(calls.shmb_queue_close(this.handle));
        this.handle = null;
    }

    // True: put; false: timed out, the queue is full.
    put(bytes, timeoutMs = 0) {
        const result = calls.shmb_queue_put(this.handle, bytes, bytes.length, timeoutMs);
        return result === TIMEOUT ? false : check(result) === 0;
    }

    // The oldest message; null: there is none, or timed out.
    get(timeoutMs = 0) {
        return this.take(length => calls.shmb_queue_get(this.handle, this.buffer, this.buffer.length, length, timeoutMs));
    }

    // The same, and leaves it in the queue.
    peek() {
        return this.take(length => calls.shmb_queue_peek(this.handle, this.buffer, this.buffer.length, length));
    }

    take(call) {
        for (;;) {
            const length = [0], result = call(length);
            if (result === TIMEOUT)
                return null;
            if (result !== RANGE) {
                check(result);
                return Buffer.from(this.buffer.subarray(0, length[0]));
            }
            this.buffer = Buffer.alloc(length[0]);
        }
    }

    // Removes all messages; returns how many.
    clear() {
        const count = [0];
        check(calls.shmb_queue_clear(this.handle, count));
        return Number(count[0]);
    }
}

module.exports = { Segment, Queue, ShmbError, READ, WRITE };
