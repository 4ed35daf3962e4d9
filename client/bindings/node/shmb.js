'use strict';
// shmb.js - the library for Node.js on Windows, with koffi (npm install koffi).
//
//     const { Segment, WRITE } = require('./shmb');
//     const prices = Segment.open('Prices', WRITE, 5000);
//     prices.update(0, Buffer.from('1.25\0'));
//     console.log(prices.snapshot(0, 16).toString().split('\0')[0]);
//     prices.close();
//
// A call that fails throws a ShmbError; its `code` is one of SHMB_... in shmb.h.
// A call that waits blocks the whole program: use short times.
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
    'int32_t __stdcall shmb_result_text(int32_t result, _Out_ uint8_t *buffer, uint32_t size)',
]) {
    calls[/shmb_\w+/.exec(prototype)[0]] = dll.func(prototype);
}

const READ = 1, WRITE = 2, TIMEOUT = -9;

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

    // True: there was a change since the last call; false: timed out.
    waitChanged(timeoutMs) {
        const result = calls.shmb_wait_changed(this.handle, this.number, timeoutMs);
        return result === TIMEOUT ? false : check(result) === 0;
    }
}

module.exports = { Segment, ShmbError, READ, WRITE };
