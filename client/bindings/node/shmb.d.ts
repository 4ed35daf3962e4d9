// The types of shmb.js. shmb.h has all details, and README.md tells about threads.
/// <reference types="node" />

export const READ: 1;
export const WRITE: 2;
export type Rights = typeof READ | typeof WRITE;
/** A time without a limit. */
export const INFINITE: 0xFFFFFFFF;

export const Result: Readonly<{
    OK: 0; ABANDONED: 1; NOT_FOUND: -1; NO_BROKER: -2; ACCESS_DENIED: -3; WRONG_KIND: -4; NOT_OURS: -5;
    BAD_NAME: -6; BAD_ARGUMENT: -7; RANGE: -8; TIMEOUT: -9; NOT_OWNER: -10; NO_SLOT: -11; BUSY: -12;
    INCONSISTENT: -13; CORRUPT: -14; VERSION_MISMATCH: -15; STALE: -16; NO_MEMORY: -17; SYSTEM: -18;
    NOT_ALLOWED: -19; QUOTA: -20;
}>;
export const Kind: Readonly<{ SEGMENT: 0; MUTEX: 1; EVENT: 2; SEMAPHORE: 3; QUEUE: 4 }>;
export const State: Readonly<{ HELD: 1; CONFLICT: 2; FAILED: 3 }>;
/** Of ObjectInfo.flags and QueueInfo.flags. */
export const Flag: Readonly<{
    MANUAL_RESET: 0x01; READERS_MAY_WAIT: 0x02; INITIAL: 0x04; COMPANION: 0x08; HAS_LOCK: 0x10; ROUNDED: 0x20;
    NOTIFY: 0x40; PRIVATE: 0x80; DOUBLE: 0x100; FAST: 0x200; ONE_PRODUCER: 0x400; ONE_CONSUMER: 0x800;
    REFUSE: 0x1000; DROP_OLDEST: 0x2000; REQUESTED: 0x4000;
}>;
/** Of LockInfo.flags. */
export const LockFlag: Readonly<{ KNOWN: 0x01; HELD: 0x02; OWNER: 0x04; ABANDONED: 0x08; HALF: 0x10 }>;
/** Why a request was refused, of RequestInfo.reason; shmb.h says more of each. */
export const Reason: Readonly<{
    NONE: 0; NO_RULE: 1; WHO: 2; KIND: 3; SIZE: 4; EACH_OBJECTS: 5; EACH_MEMORY: 6; TOTAL_OBJECTS: 7;
    TOTAL_MEMORY: 8; LIMITS: 9; RATE: 10; TAKEN: 11; FOREIGN: 12; OTHER: 13; NO_ACCESS: 14; NOT_REQUESTED: 15;
    NOT_YOURS: 16; LIVES: 17; STOPPING: 18; SYSTEM: 19; MESSAGE: 20; NO_PIPE: 21;
}>;

/** A call of the library that failed. The message is the library's sentence. */
export class ShmbError extends Error {
    constructor(code: number, answer?: RequestInfo | null);
    /** One of Result. */
    readonly code: number;
    /** Its name, such as 'NOT_FOUND'. */
    readonly result: string;
    /** Of the system call that failed; 0: none did. */
    readonly win32Code: number;
    readonly systemCall: string | null;
    /** Of a request; null: the broker answered nothing, or it was another call. */
    readonly answer: RequestInfo | null;
}

export interface OpenOptions {
    /** SID of one more owner to trust, if the broker runs under an account of its own. */
    owner?: string;
}

export interface SegmentOptions extends OpenOptions {
    /** First byte to map. */
    offset?: number;
    /** Bytes to map; 0: to the end. */
    length?: number;
}

/** How long to wait for a broker that does not hold the name yet. */
export interface OpenWait {
    waitMs?: number;
    signal?: AbortSignal;
}

/** Without timeoutMs: no limit, unless the call's comment names one. */
export interface Wait {
    timeoutMs?: number;
    /** Rejects the promise with the signal's reason, or an AbortError. */
    signal?: AbortSignal;
}

export interface ObjectInfo {
    name: string;
    /** One of Kind. */
    kind: number;
    /** One of State. */
    state: number;
    /** Of Flag. */
    flags: number;
    /** Segment, queue: size. */
    bytes: number;
    /** Grows each time the object is recreated; 0: unknown. */
    generation: number;
    /** Semaphore. */
    initial: number;
    /** Semaphore. */
    maximum: number;
    /** Queue: messages that fit in. */
    slots: number;
    /** Queue: most bytes of a message. */
    slotSize: number;
    /** Segment with a lock: name of its mutex, or of a fast lock's event. */
    lock: string;
    /** Requested: the rule that allows it; else ''. */
    rule: string;
    /** Requested: the SID of the account that has asked; else ''. */
    account: string;
}

/** What to ask for. */
export interface RequestOptions {
    /** Of Kind, but no queue. Default: a segment. */
    kind?: 0 | 1 | 2 | 3;
    /** Event: it stays set until it is reset. */
    manualReset?: boolean;
    /** Event: it is set when it is created. */
    set?: boolean;
    /** Semaphore: first count. */
    initial?: number;
    /** Semaphore: greatest count. */
    maximum?: number;
    /** For a broker and its answer; default: 5000 */
    timeoutMs?: number;
    /** SID of one more owner to trust, if the broker runs under an account of its own. */
    owner?: string;
}

/** What the broker answered to a request. */
export interface RequestInfo {
    /** OK: it holds the object; else why not. One of Result. */
    result: number;
    /** This request created the object, or would create it; false: it existed. */
    made: boolean;
    /** One of Reason. */
    reason: number;
    /** Objects or bytes, see the reason. */
    used: number;
    /** Objects or bytes, see the reason. */
    most: number;
    /** Segment: size. */
    bytes: number;
    /** When another try may succeed; 0: that would not help. */
    retryMs: number;
    /** The rule that decided; '': none. */
    rule: string;
    /** Why it was refused, with the rule and the numbers; '': it was not. */
    text: string;
}

export interface LockInfo {
    flags: number;
    process: number;
    thread: number;
    since: Date | null;
}

export interface QueueInfo {
    flags: number;
    slots: number;
    slotSize: number;
    /** In the queue now. */
    messages: number;
    put: number;
    got: number;
    dropped: number;
    refused: number;
    generation: number;
}

export interface BrokerInfo {
    version: string;
    process: number;
    started: Date | null;
}

/** What a function under the lock gets; good for this call only. */
export interface Held {
    /** An owner died while it held the lock, and the content may be half written. */
    readonly abandoned: boolean;
    /** Declares the content consistent, after `abandoned`. */
    markConsistent(): void;
    /** Puts the last published value back; needs `snapshots: double`. */
    restore(): void;
}

/** What Segment.watch returns. */
export interface Watch {
    close(): void;
}

/** A function that is not asynchronous: the lock is released when it returns. */
export type Synchronous<T> = T extends PromiseLike<unknown> ? never : T;

export class Segment {
    private constructor();
    /** Blocks while it waits. */
    static open(name: string, rights?: Rights, waitMs?: number, options?: SegmentOptions): Segment;
    static openAsync(name: string, rights?: Rights, options?: SegmentOptions & OpenWait): Promise<Segment>;
    /** Memory without the broker; null: a name that no object has. */
    static createPrivate(name: string | null, size: number): Segment;
    /** Rejects the promises that still wait, and ends iterators. */
    close(): void;

    /** Private memory: this call created it. */
    readonly first: boolean;
    readonly name: string;
    readonly size: number;
    /** OK: current. STALE: open it again, then close this one. NOT_FOUND, NO_BROKER: gone. */
    readonly state: number;
    /** What was known when it was opened. */
    readonly info: ObjectInfo;
    /** Who holds the lock: for messages, never as a reason not to take it. */
    readonly lockInfo: LockInfo;

    /** A copy that never has half of a write in it. timeoutMs: 1000 */
    snapshot(offset: number, count: number, timeoutMs?: number): Buffer;
    /** A copy without a lock or a check. */
    read(offset: number, count: number): Buffer;
    /** Writes, within `locked`; returns the number of bytes written. */
    write(offset: number, bytes: Uint8Array): number;
    /** Writes under the lock; returns the number of bytes written. timeoutMs: 5000 */
    update(offset: number, bytes: Uint8Array, timeoutMs?: number): number;
    updateAsync(offset: number, bytes: Uint8Array, timeoutMs?: number): Promise<number>;

    /** Calls a function under the lock. timeoutMs: 5000 */
    locked<T>(run: (held: Held) => Synchronous<T>, timeoutMs?: number): T;
    /** Waits without blocking. timeoutMs: 5000 */
    lockedAsync<T>(run: (held: Held) => Synchronous<T>, options?: Wait): Promise<T>;
    /** Several writes that snapshots see as one, within `locked`. */
    writing<T>(run: () => Synchronous<T>): T;
    /** Calls a function, under the lock, if this program must fill the segment. timeoutMs: 5000 */
    fillOnce(fill: () => void, timeoutMs?: number): boolean;
    /** Takes the lock, and puts the last published value back. timeoutMs: 5000 */
    restore(timeoutMs?: number): void;

    readonly changeNumber: number;
    /** Calls a function after each change, until it is closed; needs `notify: true`. */
    watch(changed: () => void): Watch;
    /** True: there was a change since the last call; false: timed out. Blocks. */
    waitChanged(timeoutMs: number): boolean;
    waitChangedAsync(options?: Wait): Promise<boolean>;
    /** The change numbers, from the next change on, or the first one after `since`. */
    changes(options?: { since?: number; signal?: AbortSignal }): AsyncGenerator<number, void, void>;
}

export class Queue {
    private constructor();
    /** Blocks while it waits. */
    static open(name: string, rights?: Rights, waitMs?: number, options?: OpenOptions): Queue;
    static openAsync(name: string, rights?: Rights, options?: OpenOptions & OpenWait): Promise<Queue>;
    /** Rejects the promises that still wait, and ends iterators. */
    close(): void;
    readonly info: QueueInfo;
    /** True: put; false: timed out, the queue is full. timeoutMs: 0 */
    put(bytes: Uint8Array, timeoutMs?: number): boolean;
    putAsync(bytes: Uint8Array, options?: Wait): Promise<boolean>;
    /** The oldest message; null: there is none, or timed out. timeoutMs: 0 */
    get(timeoutMs?: number): Buffer | null;
    getAsync(options?: Wait): Promise<Buffer | null>;
    /** The messages, which it gets. */
    messages(options?: { signal?: AbortSignal }): AsyncGenerator<Buffer, void, void>;
    /** The oldest message, and leaves it in the queue. */
    peek(): Buffer | null;
    /** Removes all messages; returns how many. */
    clear(): number;
}

/** A mutex, event or semaphore of the broker. */
export class NamedObject {
    private constructor();
    static open(name: string, kind: 1 | 2 | 3, rights?: Rights, waitMs?: number): NamedObject;
    /** The Win32 handle. */
    readonly handle: number | bigint;
    /** Mutex: the owner before died with it. */
    readonly abandoned: boolean;
    /** Blocks; false: timed out. timeoutMs: 0. A mutex belongs to this thread then. */
    wait(timeoutMs?: number): boolean;
    /** Event. */
    set(): void;
    /** Event. */
    reset(): void;
    /** Mutex. */
    release(): void;
    /** Semaphore: adds to its count, and returns what it was. */
    release(count: number): number;
    close(): void;
}

/** All objects of the broker. */
export function list(): ObjectInfo[];
/** One object, without opening it. */
export function describe(name: string): ObjectInfo;
export function describeBroker(): BrokerInfo;
/** Asks the broker to hold an object that the configuration does not name: open it afterwards. Blocks. */
export function request(name: string, size?: number, options?: RequestOptions): RequestInfo;
export function requestAsync(name: string, size?: number, options?: RequestOptions): Promise<RequestInfo>;
/** What a request would be answered, a refusal as well; nothing else happens. Blocks. */
export function askRequest(name: string, size?: number, options?: RequestOptions): RequestInfo;
export function askRequestAsync(name: string, size?: number, options?: RequestOptions): Promise<RequestInfo>;
/** Gives back an object that this account has requested. Blocks. timeoutMs: 5000 */
export function release(name: string, timeoutMs?: number): void;
export function releaseAsync(name: string, timeoutMs?: number): Promise<void>;
/** The version of the DLL. */
export function version(): string;
