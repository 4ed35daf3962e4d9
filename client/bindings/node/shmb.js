'use strict';
// shmb.js - the library for Node.js on Windows, with koffi. README.md tells how to install it,
// shmb.d.ts has the types, and shmb.h is the reference of the calls.
//
//     const { Segment, WRITE } = require('shmbroker'); // or './shmb'
//     const prices = Segment.open('Prices', WRITE, 5000);
//     prices.update(0, Buffer.from('1.25\0'));
//     console.log(prices.snapshot(0, 16).toString().split('\0')[0]);
//     for await (const number of prices.changes())
//         console.log(number, prices.snapshot(0, 16).toString());
//     prices.close();
//
// A call that fails throws a ShmbError; its `code` is one of SHMB_... in shmb.h. Without Async in its
// name, a call that waits blocks the whole program.
const fs = require('fs');
const path = require('path');
const koffi = require('koffi');

const READ = 1, WRITE = 2, INFINITE = 0xFFFFFFFF;
const Result = Object.freeze({
    OK: 0, ABANDONED: 1, NOT_FOUND: -1, NO_BROKER: -2, ACCESS_DENIED: -3, WRONG_KIND: -4, NOT_OURS: -5,
    BAD_NAME: -6, BAD_ARGUMENT: -7, RANGE: -8, TIMEOUT: -9, NOT_OWNER: -10, NO_SLOT: -11, BUSY: -12,
    INCONSISTENT: -13, CORRUPT: -14, VERSION_MISMATCH: -15, STALE: -16, NO_MEMORY: -17, SYSTEM: -18,
    NOT_ALLOWED: -19, QUOTA: -20,
});
const Kind = Object.freeze({ SEGMENT: 0, MUTEX: 1, EVENT: 2, SEMAPHORE: 3, QUEUE: 4 });
const State = Object.freeze({ HELD: 1, CONFLICT: 2, FAILED: 3 });
const Flag = Object.freeze({
    MANUAL_RESET: 0x01, READERS_MAY_WAIT: 0x02, INITIAL: 0x04, COMPANION: 0x08, HAS_LOCK: 0x10, ROUNDED: 0x20,
    NOTIFY: 0x40, PRIVATE: 0x80, DOUBLE: 0x100, FAST: 0x200, ONE_PRODUCER: 0x400, ONE_CONSUMER: 0x800,
    REFUSE: 0x1000, DROP_OLDEST: 0x2000, REQUESTED: 0x4000,
});
const LockFlag = Object.freeze({ KNOWN: 0x01, HELD: 0x02, OWNER: 0x04, ABANDONED: 0x08, HALF: 0x10 });
const Reason = Object.freeze({
    NONE: 0, NO_RULE: 1, WHO: 2, KIND: 3, SIZE: 4, EACH_OBJECTS: 5, EACH_MEMORY: 6, TOTAL_OBJECTS: 7,
    TOTAL_MEMORY: 8, LIMITS: 9, RATE: 10, TAKEN: 11, FOREIGN: 12, OTHER: 13, NO_ACCESS: 14, NOT_REQUESTED: 15,
    NOT_YOURS: 16, LIVES: 17, STOPPING: 18, SYSTEM: 19, MESSAGE: 20, NO_PIPE: 21,
});
const REQUEST_MANUAL_RESET = 0x1, REQUEST_SET = 0x2;

// Written by tests/checks/node.py from shmb.h.
const structures = {
    shmb_options: [
        'uint32_t size',
        'uint32_t rights',
        'uint32_t wait_ms',
        'uint32_t reserved',
        'uint64_t offset',
        'uint64_t length',
        'const char *owner',
        'const void *reserved_pointer',
    ],
    shmb_lock_info: [
        'uint32_t size',
        'uint32_t flags',
        'uint32_t process',
        'uint32_t thread',
        'uint64_t since',
        'uint64_t reserved[2]',
    ],
    shmb_queue_info: [
        'uint32_t size',
        'uint32_t flags',
        'uint32_t slots',
        'uint32_t slot_size',
        'uint64_t messages',
        'uint64_t put',
        'uint64_t got',
        'uint64_t dropped',
        'uint64_t refused',
        'uint64_t generation',
    ],
    shmb_info: [
        'uint32_t size',
        'uint32_t kind',
        'uint32_t state',
        'uint32_t flags',
        'uint64_t bytes',
        'uint64_t generation',
        'int32_t initial',
        'int32_t maximum',
        'uint32_t slots',
        'uint32_t slot_size',
        'uint64_t reserved[3]',
        'char name[604]',
        'char lock[604]',
        'char rule[64]',
        'char account[192]',
    ],
    shmb_broker_info: [
        'uint32_t size',
        'uint32_t process',
        'uint64_t started',
        'uint64_t reserved[2]',
        'char version[40]',
    ],
    shmb_request_options: [
        'uint32_t size',
        'uint32_t kind',
        'uint32_t flags',
        'uint32_t timeout_ms',
        'int32_t initial',
        'int32_t maximum',
        'const char *owner',
        'const void *reserved_pointer',
    ],
    shmb_request_info: [
        'uint32_t size',
        'uint32_t made',
        'uint32_t reason',
        'uint32_t retry_ms',
        'uint64_t used',
        'uint64_t most',
        'uint64_t bytes',
        'uint64_t reserved',
        'char rule[64]',
    ],
};
const prototypes = [
    'int32_t __stdcall shmb_open_with(const char *name, const shmb_options *options, _Out_ void **segment)',
    'int32_t __stdcall shmb_close(void *segment)',
    'int32_t __stdcall shmb_name(void *segment, _Out_ uint8_t *buffer, uint32_t size)',
    'int32_t __stdcall shmb_size(void *segment, _Out_ uint64_t *size)',
    'int32_t __stdcall shmb_read(void *segment, uint64_t offset, _Out_ uint8_t *buffer, uint64_t count, _Out_ uint64_t *done)',
    'int32_t __stdcall shmb_write(void *segment, uint64_t offset, const uint8_t *buffer, uint64_t count, _Out_ uint64_t *done)',
    'int32_t __stdcall shmb_update(void *segment, uint64_t offset, const uint8_t *buffer, uint64_t count, uint32_t timeout_ms, _Out_ uint64_t *done)',
    'int32_t __stdcall shmb_write_begin(void *segment)',
    'int32_t __stdcall shmb_write_end(void *segment)',
    'int32_t __stdcall shmb_lock(void *segment, uint32_t timeout_ms)',
    'int32_t __stdcall shmb_unlock(void *segment)',
    'int32_t __stdcall shmb_mark_consistent(void *segment)',
    'int32_t __stdcall shmb_restore(void *segment)',
    'int32_t __stdcall shmb_lock_state(void *segment, _Inout_ shmb_lock_info *info)',
    'int32_t __stdcall shmb_snapshot_wait(void *segment, uint64_t offset, _Out_ uint8_t *buffer, uint64_t count, uint32_t timeout_ms, _Out_ uint64_t *done)',
    'int32_t __stdcall shmb_wait_changed(void *segment, _Inout_ uint64_t *number, uint32_t timeout_ms)',
    'int32_t __stdcall shmb_change_number(void *segment, _Out_ uint64_t *number)',
    'int32_t __stdcall shmb_subscribe(void *segment, uint64_t number, _Out_ void **subscription, _Out_ uintptr_t *event)',
    'int32_t __stdcall shmb_unsubscribe(void *subscription)',
    'int32_t __stdcall shmb_first(void *segment, uint32_t timeout_ms, _Out_ int32_t *first)',
    'int32_t __stdcall shmb_init_done(void *segment)',
    'int32_t __stdcall shmb_queue_open_with(const char *name, const shmb_options *options, _Out_ void **queue)',
    'int32_t __stdcall shmb_queue_close(void *queue)',
    'int32_t __stdcall shmb_queue_put(void *queue, const uint8_t *bytes, uint32_t count, uint32_t timeout_ms)',
    'int32_t __stdcall shmb_queue_get(void *queue, _Out_ uint8_t *buffer, uint32_t size, _Out_ uint32_t *length, uint32_t timeout_ms)',
    'int32_t __stdcall shmb_queue_peek(void *queue, _Out_ uint8_t *buffer, uint32_t size, _Out_ uint32_t *length)',
    'int32_t __stdcall shmb_queue_level(void *queue, _Inout_ shmb_queue_info *info)',
    'int32_t __stdcall shmb_queue_clear(void *queue, _Out_ uint64_t *count)',
    'int32_t __stdcall shmb_queue_event(void *queue, _Out_ uintptr_t *event)',
    'int32_t __stdcall shmb_private_create(const char *name, uint64_t size, _Out_ void **segment, _Out_ int32_t *first)',
    'int32_t __stdcall shmb_describe(const char *name, _Inout_ shmb_info *info)',
    'int32_t __stdcall shmb_describe_broker(_Inout_ shmb_broker_info *info)',
    'int32_t __stdcall shmb_list_open(_Out_ void **list, _Out_ uint32_t *count)',
    'int32_t __stdcall shmb_list_next(void *list, _Inout_ shmb_info *info)',
    'int32_t __stdcall shmb_list_close(void *list)',
    'int32_t __stdcall shmb_state(void *segment, _Inout_ shmb_info *info)',
    'int32_t __stdcall shmb_open_object(const char *name, uint32_t kind, uint32_t rights, uint32_t wait_ms, _Out_ uintptr_t *handle)',
    'int32_t __stdcall shmb_request(const char *name, uint64_t bytes, const shmb_request_options *options, _Inout_ shmb_request_info *info)',
    'int32_t __stdcall shmb_request_ask(const char *name, uint64_t bytes, const shmb_request_options *options, _Inout_ shmb_request_info *info)',
    'int32_t __stdcall shmb_release(const char *name, uint32_t timeout_ms)',
    'int32_t __stdcall shmb_request_text(int32_t result, const shmb_request_info *info, _Out_ uint8_t *buffer, uint32_t size)',
    'int32_t __stdcall shmb_result_text(int32_t result, _Out_ uint8_t *buffer, uint32_t size)',
    'int32_t __stdcall shmb_last_failure(_Out_ uint32_t *win32_code, _Out_ const char **call)',
    'const char *__stdcall shmb_version(void)',
];

// The library: that of SHMB_DLL, or beside this file, or that of the package.
function library() {
    if (process.env.SHMB_DLL)
        return process.env.SHMB_DLL;
    const beside = path.join(__dirname, 'shmbclient.dll');
    return fs.existsSync(beside) ? beside : path.join(__dirname, 'native', process.arch, 'shmbclient.dll');
}

// koffi knows types by their names; another copy of this file may have made them.
function known(type) {
    try {
        koffi.resolve(type);
        return true;
    } catch (error) {
        return false;
    }
}

for (const [name, members] of Object.entries(structures)) {
    if (known(name))
        continue;
    koffi.struct(name, Object.fromEntries(members.map((member) => {
        const [, type, word, count] = /^(.*?)(\w+)(?:\[(\d+)\])?$/.exec(member);
        return [word, count ? koffi.array(type.trim(), Number(count)) : type.trim()];
    })));
}
const dll = koffi.load(library());
const calls = {};
for (const prototype of prototypes)
    calls[/shmb_\w+/.exec(prototype)[0]] = dll.func(prototype);

// ---- failures ---------------------------------------------------------------------------

const resultNames = new Map(Object.entries(Result).map(([name, value]) => [value, name]));

class ShmbError extends Error {
    constructor(code, answer = null) {
        const text = Buffer.alloc(1024), win32Code = [0], systemCall = [null];
        const same = calls.shmb_last_failure(win32Code, systemCall) === code;
        calls.shmb_result_text(code, text, text.length);
        // Another thread may have made the call.
        super(answer === null ? text.toString('utf8', 0, text.indexOf(0)) : answer.text);
        this.name = 'ShmbError';
        this.code = code; // one of Result
        this.result = resultNames.get(code) || String(code); // such as 'NOT_FOUND'
        this.win32Code = same ? win32Code[0] : 0; // 0: no system call failed
        this.systemCall = same && win32Code[0] ? systemCall[0] : null;
        this.answer = answer; // of a request; null: the broker answered nothing
    }
}

function check(result) {
    if (result < 0)
        throw new ShmbError(result);
    return result;
}

function abortError(message) {
    const error = new Error(message);
    error.name = 'AbortError';
    error.code = 'ABORT_ERR';
    return error;
}

// What a promise is rejected with whose signal was aborted.
function aborted(signal) {
    return signal.reason === undefined ? abortError('it was aborted') : signal.reason;
}

// ---- waiting without blocking -----------------------------------------------------------

// One thread waits for the events of all watches and queues. The first event is set when their list
// changes.
const kernel32 = koffi.load('kernel32.dll');
const createEvent = kernel32.func('uintptr_t __stdcall CreateEventW(void *attributes, int manual, int set, void *name)');
const setEvent = kernel32.func('int __stdcall SetEvent(uintptr_t event)');
const resetEvent = kernel32.func('int __stdcall ResetEvent(uintptr_t event)');
const releaseMutex = kernel32.func('int __stdcall ReleaseMutex(uintptr_t mutex)');
const releaseSemaphore = kernel32.func('int __stdcall ReleaseSemaphore(uintptr_t semaphore, int32_t count, _Out_ int32_t *before)');
const closeHandle = kernel32.func('int __stdcall CloseHandle(uintptr_t handle)');
const lastError = kernel32.func('uint32_t __stdcall GetLastError(void)');
const waitForOne = kernel32.func('uint32_t __stdcall WaitForSingleObject(uintptr_t handle, uint32_t ms)');
const waitForAny = kernel32.func('uint32_t __stdcall WaitForMultipleObjects(uint32_t count, uint8_t *handles, int all, uint32_t ms)');
const WAIT_ABANDONED = 0x80, WAIT_TIMEOUT = 258, WAIT_FAILED = 0xFFFFFFFF;
const WAITS_MOST = 63; // 64 handles are the most that one call waits for
const waits = [];
let listChanged = 0, waiting = false;

function waitOn() {
    if (waiting)
        return;
    // No thread waits for their events now.
    for (const one of waits.filter((one) => one.ended)) {
        waits.splice(waits.indexOf(one), 1);
        one.free();
    }
    if (waits.length === 0)
        return;
    const list = [...waits], width = koffi.sizeof('uintptr_t');
    const handles = Buffer.alloc((list.length + 1) * width);
    [listChanged, ...list.map((one) => one.event)].forEach((event, i) =>
        width === 8 ? handles.writeBigUInt64LE(BigInt(event), i * 8) : handles.writeUInt32LE(Number(event), i * 4));
    waiting = true;
    waitForAny.async(list.length + 1, handles, 0, INFINITE, (error, which) => {
        waiting = false;
        const one = !error && which > 0 && which <= list.length ? list[which - 1] : undefined;
        // The next wait first: the function may throw.
        waitOn();
        if (one !== undefined && !one.ended)
            one.signalled();
    });
}

function tellWaiter() {
    if (waiting)
        setEvent(listChanged);
    else
        waitOn();
}

// An event that the thread waits for, until end(): `signalled` is called each time it was set, and
// `free` once no thread waits for it.
class Wait {
    constructor(event, signalled, free) {
        Object.assign(this, { event, signalled, free, ended: false });
        if (!listChanged)
            listChanged = createEvent(null, 0, 0, null);
        waits.push(this);
        tellWaiter();
    }

    static room() {
        if (waits.filter((one) => !one.ended).length >= WAITS_MOST)
            throw new RangeError(`at most ${WAITS_MOST} watches, and queues that are waited for`);
    }

    end() {
        if (this.ended)
            return;
        this.ended = true;
        tellWaiter();
    }
}

// What Segment.watch returns.
class Watch {
    constructor(segment, changed, seen) {
        Wait.room();
        const number = [0], subscription = [null], event = [0];
        if (seen === undefined)
            check(calls.shmb_change_number(segment.handle, number));
        else
            number[0] = seen;
        check(calls.shmb_subscribe(segment.handle, number[0], subscription, event));
        this.wait = new Wait(event[0], changed, () => calls.shmb_unsubscribe(subscription[0]));
    }

    // No call of the function follows. The program does not end before its last watch is closed.
    close() {
        this.wait.end();
    }
}

// A promise that waits: `start(finish, fail)` begins, and returns what ends the waiting. `owner` is
// the segment or queue, whose close() rejects the promise.
function promise(owner, { timeoutMs = INFINITE, signal } = {}, timedOut, start) {
    return new Promise((resolve, reject) => {
        if (signal && signal.aborted) {
            reject(aborted(signal));
            return;
        }
        let done = false, stop, timer;
        const end = (settle) => (value) => {
            if (done)
                return;
            done = true;
            clearTimeout(timer);
            if (signal)
                signal.removeEventListener('abort', onAbort);
            if (owner)
                owner.pending.delete(onClose);
            if (stop)
                stop();
            settle(value);
        };
        const finish = end(resolve), fail = end(reject);
        const onAbort = () => fail(aborted(signal));
        const onClose = () => fail(abortError('it was closed'));
        if (signal)
            signal.addEventListener('abort', onAbort);
        if (owner)
            owner.pending.add(onClose);
        try {
            stop = start(finish, fail);
            if (done && stop)
                stop();
        } catch (error) {
            fail(error);
        }
        if (!done && timeoutMs < 0x7FFFFFFF)
            timer = setTimeout(() => {
                try {
                    finish(timedOut());
                } catch (error) {
                    fail(error);
                }
            }, timeoutMs);
    });
}

// Tries again and again, in this thread: for what belongs to a thread and cannot wait in another
// one. `attempt` returns undefined for "not yet".
function again(owner, options, timedOut, attempt, mostMs = 16) {
    return promise(owner, options, timedOut, (finish, fail) => {
        let timer, pause = 1;
        const next = () => {
            try {
                const value = attempt();
                if (value !== undefined) {
                    finish(value);
                    return;
                }
            } catch (error) {
                fail(error);
                return;
            }
            timer = setTimeout(next, pause);
            pause = Math.min(pause * 2, mostMs);
        };
        next();
        return () => clearTimeout(timer);
    });
}

const timeout = () => { throw new ShmbError(Result.TIMEOUT); };

// ---- opening ----------------------------------------------------------------------------

function open(call, name, rights, waitMs, { offset = 0, length = 0, owner = null } = {}) {
    const handle = [null];
    check(call(name, {
        size: koffi.sizeof('shmb_options'), rights, wait_ms: waitMs, offset, length, owner,
    }, handle));
    return handle[0];
}

function openAsync(rights, { waitMs = INFINITE, signal } = {}, attempt) {
    let failure;
    return again(null, { timeoutMs: waitMs, signal }, () => { throw failure; }, () => {
        try {
            return attempt();
        } catch (error) {
            if (error.code !== Result.NOT_FOUND && error.code !== Result.NO_BROKER)
                throw error;
            failure = error;
            return undefined;
        }
    }, 100);
}

// ---- segments ---------------------------------------------------------------------------

// What the function of Segment.locked gets. Good for this call only.
class Held {
    constructor(segment, result) {
        this.segment = segment;
        // An owner died while it held the lock, and the content may be half written: all owners get
        // this until one calls markConsistent or restore.
        this.abandoned = result === Result.ABANDONED;
    }

    markConsistent() {
        check(calls.shmb_mark_consistent(this.segment.handle));
    }

    // Puts the last published value back; needs snapshots: double.
    restore() {
        check(calls.shmb_restore(this.segment.handle));
    }
}

// Calls a function, then `end`, whose result counts if the function threw nothing.
function within(run, end) {
    let value;
    try {
        value = run();
        if (value && typeof value.then === 'function')
            throw new TypeError('the function must not be asynchronous: the lock is released when it returns');
    } catch (error) {
        end(false);
        throw error;
    }
    check(end(true));
    return value;
}

class Segment {
    constructor(handle, first) {
        this.handle = handle;
        this.first = first; // private memory: created by this call
        this.number = [0];
        this.pending = new Set();
        this.running = 0; // calls in other threads
    }

    // Options: offset and length of the part to map; owner: the SID of one more owner to trust.
    static open(name, rights = READ, waitMs = 0, options = {}) {
        return new Segment(open(calls.shmb_open_with, name, rights, waitMs, options), false);
    }

    // The same, and waits for the broker without blocking; signal: an AbortSignal.
    static openAsync(name, rights = READ, options = {}) {
        return openAsync(rights, options, () => Segment.open(name, rights, 0, options));
    }

    // Private memory, without the broker; null: a name that no object has.
    static createPrivate(name, size) {
        const handle = [null], first = [0];
        check(calls.shmb_private_create(name, size, handle, first));
        return new Segment(handle[0], first[0] !== 0);
    }

    // Rejects the promises that still wait, and ends iterators. The segment is unmapped once no call
    // runs in another thread.
    close() {
        const handle = this.handle;
        if (this.running === 0)
            check(calls.shmb_close(handle));
        else
            this.closeLater = handle;
        this.handle = null;
        for (const onClose of [...this.pending])
            onClose();
    }

    get name() {
        const text = Buffer.alloc(604);
        check(calls.shmb_name(this.handle, text, text.length));
        return text.toString('utf8', 0, text.indexOf(0));
    }

    get size() {
        const size = [0];
        check(calls.shmb_size(this.handle, size));
        return Number(size[0]);
    }

    // OK: current. STALE: open it again, then close this one. NOT_FOUND, NO_BROKER: gone.
    get state() {
        return calls.shmb_state(this.handle, null);
    }

    // What was known when it was opened.
    get info() {
        const info = { size: koffi.sizeof('shmb_info') };
        const result = calls.shmb_state(this.handle, info);
        if (result === Result.BAD_ARGUMENT)
            check(result);
        return objectInfo(info);
    }

    // Who holds the lock: for messages, never as a reason not to take it.
    get lockInfo() {
        const info = { size: koffi.sizeof('shmb_lock_info') };
        check(calls.shmb_lock_state(this.handle, info));
        return { flags: info.flags, process: info.process, thread: info.thread, since: timeOf(info.since) };
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

    // Writes; returns the number of bytes written. Within locked, if the segment has a lock.
    write(offset, buffer) {
        const done = [0];
        check(calls.shmb_write(this.handle, offset, buffer, buffer.length, done));
        return Number(done[0]);
    }

    // Writes under the lock; returns the number of bytes written.
    update(offset, buffer, timeoutMs = 5000) {
        const done = [0];
        check(calls.shmb_update(this.handle, offset, buffer, buffer.length, timeoutMs, done));
        return Number(done[0]);
    }

    // The same. If another program has the lock, another thread waits for it and writes.
    async updateAsync(offset, buffer, timeoutMs = 5000) {
        const done = [0];
        let result = calls.shmb_update(this.handle, offset, buffer, buffer.length, 0, done);
        if (result === Result.TIMEOUT && timeoutMs > 0) {
            const bytes = Buffer.from(buffer); // what it holds now
            this.running++;
            try {
                result = await new Promise((resolve, reject) => calls.shmb_update.async(
                    this.handle, offset, bytes, bytes.length, timeoutMs, done,
                    (error, value) => error ? reject(error) : resolve(value)));
            } finally {
                if (--this.running === 0 && this.closeLater)
                    calls.shmb_close(this.closeLater);
            }
        }
        check(result);
        return Number(done[0]);
    }

    // Calls a function under the lock, and returns what it returns. Several reads and writes in it
    // belong together.
    locked(run, timeoutMs = 5000) {
        const result = check(calls.shmb_lock(this.handle, timeoutMs));
        return this.runLocked(run, result);
    }

    // The same, and waits without blocking: tries again every few milliseconds. The function itself
    // must not be asynchronous.
    lockedAsync(run, options = {}) {
        return again(this, { timeoutMs: 5000, ...options }, timeout, () => {
            const result = calls.shmb_lock(this.handle, 0);
            return result === Result.TIMEOUT ? undefined : { value: this.runLocked(run, check(result)) };
        }).then(({ value }) => value);
    }

    runLocked(run, result) {
        const handle = this.handle;
        // After close(), the lock is released already.
        return within(() => run(new Held(this, result)),
            () => this.handle === handle ? calls.shmb_unlock(handle) : Result.OK);
    }

    // Several writes that snapshots see as one: within locked.
    writing(run) {
        const handle = this.handle;
        check(calls.shmb_write_begin(handle));
        return within(run, () => this.handle === handle ? calls.shmb_write_end(handle) : Result.OK);
    }

    // Calls a function, under the lock, that fills the segment, if this program is the first one; if
    // it throws, the next program is first. True: it was called.
    fillOnce(fill, timeoutMs = 5000) {
        const first = [0];
        check(calls.shmb_first(this.handle, timeoutMs, first));
        if (!first[0])
            return false;
        within(fill, (done) => done ? calls.shmb_init_done(this.handle) : calls.shmb_unlock(this.handle));
        return true;
    }

    // Puts the last published value back, under the lock, after a writer died in the middle;
    // needs snapshots: double.
    restore(timeoutMs = 5000) {
        this.locked((held) => held.restore(), timeoutMs);
    }

    get changeNumber() {
        const number = [0];
        check(calls.shmb_change_number(this.handle, number));
        return Number(number[0]);
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
        return result === Result.TIMEOUT ? false : check(result) === 0;
    }

    // The same without blocking; options: timeoutMs, signal.
    async waitChangedAsync(options = {}) {
        return await this.changeAfter(Number(this.number[0]), options) !== undefined;
    }

    changeAfter(seen, options) {
        return promise(this, options, () => undefined, (finish, fail) => {
            const look = () => {
                try {
                    const number = this.changeNumber;
                    if (number !== seen) {
                        this.number[0] = number;
                        finish(number);
                    }
                } catch (error) {
                    fail(error);
                }
            };
            const watch = new Watch(this, look, seen);
            return () => watch.close();
        });
    }

    // An asynchronous iterator over the change numbers, from the next change on, or the first one
    // after `since`; several changes may be one. close() ends it; options: since, signal.
    changes({ since = this.changeNumber, signal } = {}) {
        return this.changesAfter(since, signal);
    }

    async *changesAfter(seen, signal) {
        if (signal && signal.aborted)
            throw aborted(signal);
        let wake, failure;
        // One subscription for all of them.
        const watch = new Watch(this, () => wake && wake(), seen);
        const onAbort = () => { failure = aborted(signal); wake && wake(); };
        const onClose = () => wake && wake();
        this.pending.add(onClose);
        if (signal)
            signal.addEventListener('abort', onAbort);
        try {
            while (this.handle !== null) {
                if (failure)
                    throw failure;
                const number = this.changeNumber;
                if (number !== seen) {
                    seen = number;
                    yield number;
                    continue;
                }
                await new Promise((resolve) => { wake = resolve; });
            }
        } finally {
            watch.close();
            this.pending.delete(onClose);
            if (signal)
                signal.removeEventListener('abort', onAbort);
        }
    }
}

// ---- queues -----------------------------------------------------------------------------

const RECHECK_MS = 1000;

class Queue {
    constructor(handle) {
        this.handle = handle;
        this.buffer = Buffer.alloc(64); // grows to the longest message
        this.pending = new Set();
        this.getters = new Set();
        this.wait = null;
        this.running = 0; // 1: the waiting thread has its event
    }

    static open(name, rights = WRITE, waitMs = 0, options = {}) {
        const { owner } = options;
        return new Queue(open(calls.shmb_queue_open_with, name, rights, waitMs, { owner }));
    }

    static openAsync(name, rights = WRITE, options = {}) {
        return openAsync(rights, options, () => Queue.open(name, rights, 0, options));
    }

    // Rejects the promises that still wait, and ends iterators.
    close() {
        const handle = this.handle;
        this.handle = null;
        for (const onClose of [...this.pending])
            onClose();
        if (this.running)
            this.closeLater = handle;
        else
            check(calls.shmb_queue_close(handle));
    }

    // Slots and numbers, as of one moment.
    get info() {
        const info = { size: koffi.sizeof('shmb_queue_info') };
        check(calls.shmb_queue_level(this.handle, info));
        const { flags, slots, slot_size: slotSize } = info;
        const [messages, put, got, dropped, refused, generation] =
            ['messages', 'put', 'got', 'dropped', 'refused', 'generation'].map((name) => Number(info[name]));
        return { flags, slots, slotSize, messages, put, got, dropped, refused, generation };
    }

    // True: put; false: timed out, the queue is full.
    put(bytes, timeoutMs = 0) {
        const result = calls.shmb_queue_put(this.handle, bytes, bytes.length, timeoutMs);
        return result === Result.TIMEOUT ? false : check(result) === 0;
    }

    // The same, and waits without blocking: tries again every few milliseconds. options: timeoutMs,
    // signal.
    putAsync(bytes, options = {}) {
        return again(this, options, () => false, () => this.put(bytes) || undefined);
    }

    // The oldest message; null: there is none, or timed out.
    get(timeoutMs = 0) {
        return this.take(length => calls.shmb_queue_get(this.handle, this.buffer, this.buffer.length, length, timeoutMs));
    }

    // The same without blocking; options: timeoutMs, signal.
    getAsync(options = {}) {
        return promise(this, options, () => null, (finish, fail) => {
            const look = () => {
                try {
                    const message = this.get();
                    if (message !== null)
                        finish(message);
                    else
                        this.listen(); // a message that came meanwhile sets the event at once
                } catch (error) {
                    fail(error);
                }
            };
            this.getters.add(look);
            // A producer can die before it sets the event.
            const timer = setInterval(look, RECHECK_MS);
            look();
            return () => {
                clearInterval(timer);
                this.getters.delete(look);
                if (this.getters.size === 0 && this.wait) {
                    this.wait.end();
                    this.wait = null;
                }
            };
        });
    }

    // One event may stand for several messages.
    wake() {
        for (const look of [...this.getters])
            look();
    }

    // Says that this program waits, and lets the thread wait for the event.
    listen() {
        const event = [0];
        check(calls.shmb_queue_event(this.handle, event));
        if (this.wait)
            return;
        Wait.room();
        this.running++;
        this.wait = new Wait(event[0], () => this.wake(), () => {
            if (--this.running === 0 && this.closeLater) {
                calls.shmb_queue_close(this.closeLater);
                this.closeLater = null;
            }
        });
    }

    // An asynchronous iterator over the messages, which it gets. close() ends it; options: signal.
    async *messages({ signal } = {}) {
        while (this.handle !== null) {
            let message;
            try {
                message = await this.getAsync({ signal });
            } catch (error) {
                if (this.handle === null)
                    return;
                throw error;
            }
            yield message;
        }
    }

    // The oldest message, and leaves it in the queue.
    peek() {
        return this.take(length => calls.shmb_queue_peek(this.handle, this.buffer, this.buffer.length, length));
    }

    take(call) {
        for (;;) {
            const length = [0], result = call(length);
            if (result === Result.TIMEOUT)
                return null;
            if (result !== Result.RANGE) {
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

// ---- the broker and its objects ---------------------------------------------------------

// A Date of a FILETIME; null: not known.
function timeOf(filetime) {
    return Number(filetime) === 0 ? null : new Date(Number(filetime) / 10000 - 11644473600000);
}

function objectInfo(info) {
    return {
        name: info.name, kind: info.kind, state: info.state, flags: info.flags, bytes: Number(info.bytes),
        generation: Number(info.generation), initial: info.initial, maximum: info.maximum, slots: info.slots,
        slotSize: info.slot_size, lock: info.lock, rule: info.rule, account: info.account,
    };
}

// All objects of the broker, in the order of the configuration, a lock before its segment.
function list() {
    const handle = [null], count = [0], objects = [];
    check(calls.shmb_list_open(handle, count));
    try {
        for (;;) {
            const info = { size: koffi.sizeof('shmb_info') };
            const result = calls.shmb_list_next(handle[0], info);
            if (result === Result.NOT_FOUND)
                return objects;
            check(result);
            objects.push(objectInfo(info));
        }
    } finally {
        calls.shmb_list_close(handle[0]);
    }
}

// One object, without opening it.
function describe(name) {
    const info = { size: koffi.sizeof('shmb_info') };
    check(calls.shmb_describe(name, info));
    return objectInfo(info);
}

function describeBroker() {
    const info = { size: koffi.sizeof('shmb_broker_info') };
    check(calls.shmb_describe_broker(info));
    return { version: info.version, process: info.process, started: timeOf(info.started) };
}

// ---- objects on request -----------------------------------------------------------------

const REQUEST_MS = 5000; // the time of the library, if there is none

// The arguments of a request; the last one gets the answer.
function requestOf(name, size, {
    kind = Kind.SEGMENT, manualReset = false, set = false, initial = 0, maximum = 0, timeoutMs = REQUEST_MS, owner = null,
} = {}) {
    const flags = (manualReset ? REQUEST_MANUAL_RESET : 0) | (set ? REQUEST_SET : 0);
    return [name, size, {
        size: koffi.sizeof('shmb_request_options'), kind, flags, timeout_ms: atLeastOne(timeoutMs), initial, maximum, owner,
    }, { size: koffi.sizeof('shmb_request_info') }];
}

// For the library, 0 is five seconds.
function atLeastOne(timeoutMs) {
    return Math.max(timeoutMs, 1);
}

// What the broker answered; null: nothing.
function requestInfo(result, info) {
    if (result < 0 && info.reason === Reason.NONE)
        return null;
    const text = Buffer.alloc(1024);
    if (result < 0)
        calls.shmb_request_text(result, info, text, text.length);
    return {
        result, made: info.made !== 0, reason: info.reason, used: Number(info.used), most: Number(info.most),
        bytes: Number(info.bytes), retryMs: info.retry_ms, rule: info.rule,
        text: text.toString('utf8', 0, text.indexOf(0)),
    };
}

function requested(result, info) {
    const answer = requestInfo(result, info);
    if (result < 0)
        throw new ShmbError(result, answer);
    return answer;
}

function told(result, info) {
    const answer = requestInfo(result, info);
    if (answer === null)
        throw new ShmbError(result);
    return answer;
}

// Makes a call in a thread of the pool.
function inPool(call, args, turned) {
    return new Promise((resolve, reject) => call.async(...args, (error, result) => {
        try {
            if (error)
                throw error;
            resolve(turned(result, args[args.length - 1]));
        } catch (failure) {
            reject(failure);
        }
    }));
}

// Asks the broker to hold an object that the configuration does not name: open it afterwards. A rule of
// the configuration (`requests:`) decides. An object that exists already is as good, if it is of this kind
// and has this size or more. A refusal is a ShmbError with the `answer`. options: kind, of an event
// manualReset and set, of a semaphore initial and maximum; timeoutMs: 5000; owner.
function request(name, size = 0, options = {}) {
    const args = requestOf(name, size, options);
    return requested(calls.shmb_request(...args), args[3]);
}

async function requestAsync(name, size = 0, options = {}) {
    return inPool(calls.shmb_request, requestOf(name, size, options), requested);
}

// What a request would be answered, a refusal as well; nothing else happens.
function askRequest(name, size = 0, options = {}) {
    const args = requestOf(name, size, options);
    return told(calls.shmb_request_ask(...args), args[3]);
}

async function askRequestAsync(name, size = 0, options = {}) {
    return inPool(calls.shmb_request_ask, requestOf(name, size, options), told);
}

// Gives back an object that this account has requested. Who has it open keeps it, and its state is
// STALE or NOT_FOUND.
function release(name, timeoutMs = REQUEST_MS) {
    check(calls.shmb_release(name, atLeastOne(timeoutMs)));
}

async function releaseAsync(name, timeoutMs = REQUEST_MS) {
    await inPool(calls.shmb_release, [name, atLeastOne(timeoutMs)], check);
}

// The version of the DLL.
function version() {
    return calls.shmb_version();
}

function system(done, call) {
    if (done)
        return;
    const code = lastError(), error = new Error(`${call} failed: Win32 code ${code}`);
    error.win32Code = code;
    error.systemCall = call;
    throw error;
}

// A mutex, event or semaphore of the broker. A mutex belongs to this thread once wait has returned
// true.
class NamedObject {
    constructor(handle) {
        this.handle = handle;
        this.abandoned = false; // mutex: the owner before died with it
    }

    // kind: one of Kind.
    static open(name, kind, rights = WRITE, waitMs = 0) {
        const handle = [0];
        check(calls.shmb_open_object(name, kind, rights, waitMs, handle));
        return new NamedObject(handle[0]);
    }

    // Blocks; false: timed out.
    wait(timeoutMs = 0) {
        const result = waitForOne(this.handle, timeoutMs);
        system(result !== WAIT_FAILED, 'WaitForSingleObject');
        this.abandoned = result === WAIT_ABANDONED;
        return result !== WAIT_TIMEOUT;
    }

    // Event.
    set() {
        system(setEvent(this.handle), 'SetEvent');
    }

    // Event.
    reset() {
        system(resetEvent(this.handle), 'ResetEvent');
    }

    // Mutex: once. Semaphore: adds to its count, and returns what it was.
    release(count) {
        if (count === undefined) {
            system(releaseMutex(this.handle), 'ReleaseMutex');
            return undefined;
        }
        const before = [0];
        system(releaseSemaphore(this.handle, count, before), 'ReleaseSemaphore');
        return before[0];
    }

    close() {
        closeHandle(this.handle);
        this.handle = 0;
    }
}

module.exports = {
    Segment, Queue, NamedObject, ShmbError, list, describe, describeBroker, version,
    request, requestAsync, askRequest, askRequestAsync, release, releaseAsync,
    READ, WRITE, INFINITE, Result, Kind, State, Flag, LockFlag, Reason,
};
