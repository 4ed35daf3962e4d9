'use strict';
// Tests of the package, against a broker: node test.js. The file itself is also the second program,
// in another thread: a lock belongs to a thread.
const assert = require('assert');
const { Worker, isMainThread, parentPort, workerData } = require('worker_threads');
const shmb = require('shmbroker');
const { Segment, Queue, NamedObject, ShmbError, Result, Kind, State, Flag, LockFlag, Reason, READ, WRITE } = shmb;

// What a thread does that has a segment's lock until it is told to go on.
function other() {
    const { name, action, shared } = workerData;
    const gate = new Int32Array(shared);
    const memory = Segment.open(name, WRITE);
    const held = () => {
        parentPort.postMessage('ready');
        Atomics.wait(gate, 0, 0, 30000);
    };
    if (action === 'lock')
        memory.locked(held);
    memory.close();
}

// Starts a thread that takes the lock; the result releases it.
async function lockedElsewhere(name) {
    const shared = new SharedArrayBuffer(4);
    const worker = new Worker(__filename, { workerData: { name, action: 'lock', shared } });
    const ended = new Promise((resolve, reject) => worker.on('exit', resolve).on('error', reject));
    await new Promise((resolve, reject) => worker.on('message', resolve).on('error', reject));
    return () => {
        Atomics.store(new Int32Array(shared), 0, 1);
        Atomics.notify(new Int32Array(shared), 0);
        return ended;
    };
}

const failsWith = (result) => (error) => error instanceof ShmbError && error.code === Result[result] && error.result === result;
const isAborted = (error) => error.name === 'AbortError';
// Each wait that must not block lets this go on meanwhile.
const turn = () => new Promise((resolve) => setImmediate(resolve));

// Calls a function with what it opens, and closes that.
async function using(object, run) {
    try {
        return await run(object);
    } finally {
        object.close();
    }
}

const bytes = (text) => Buffer.from(text);
const tests = {
    async 'reads what C wrote, and C reads what this writes'() {
        await using(Segment.open('Node.FromC'), (memory) => {
            assert.strictEqual(memory.read(0, 24).toString('utf16le'), 'written in C');
            assert.throws(() => memory.update(0, bytes('x')), failsWith('ACCESS_DENIED'));
        });
        await using(Segment.open('Node.ToC', WRITE), (memory) => memory.update(0, Buffer.from('written in Node\0', 'utf16le')));
    },

    async 'says what it is'() {
        await using(Segment.open('Global\\Node.Mutex', READ), (memory) => {
            assert.strictEqual(memory.name, 'Node.Mutex');
            assert.strictEqual(memory.size, 4096);
            assert.strictEqual(memory.state, Result.OK);
            const info = memory.info;
            assert.strictEqual(info.name, 'Node.Mutex');
            assert.strictEqual(info.kind, Kind.SEGMENT);
            assert.strictEqual(info.state, State.HELD);
            assert.strictEqual(info.bytes, 4096);
            assert.strictEqual(info.flags & (Flag.NOTIFY | Flag.HAS_LOCK | Flag.FAST), Flag.NOTIFY | Flag.HAS_LOCK);
            assert.strictEqual(info.lock, 'Node.Mutex.lock');
            assert(info.generation > 0);
        });
    },

    async 'maps a part'() {
        await using(Segment.open('Node.Mutex', WRITE), (whole) => using(
            Segment.open('Node.Mutex', WRITE, 0, { offset: 10, length: 20 }), (part) => {
                assert.strictEqual(part.size, 20);
                assert.strictEqual(part.update(15, bytes('1234567890')), 5);
                assert.strictEqual(whole.snapshot(25, 5).toString(), '12345');
            }));
    },

    async 'failures have a code, a name and a sentence'() {
        assert.throws(() => Segment.open('Node.None'), (error) =>
            failsWith('NOT_FOUND')(error) && error.win32Code === 0 && error.systemCall === null && error.message.length > 10);
        assert.throws(() => Segment.open('a\\b\\c'), failsWith('BAD_NAME'));
        assert.throws(() => Segment.open('Node.Queue'), failsWith('WRONG_KIND'));
        assert.throws(() => Segment.open('Node.Mutex', READ, 0, { owner: 'nobody' }), failsWith('BAD_ARGUMENT'));
        await assert.rejects(Segment.openAsync('Node.None', READ, { waitMs: 120 }), failsWith('NOT_FOUND'));
        const memory = Segment.open('Node.Mutex');
        memory.close();
        assert.throws(() => memory.size, failsWith('BAD_ARGUMENT'));
    },

    async 'a lock is held until the function returns'() {
        for (const name of ['Node.Mutex', 'Node.Fast'])
            await using(Segment.open(name, WRITE), async (memory) => {
                assert.throws(() => memory.write(0, bytes('x')), failsWith('NOT_OWNER'));
                const said = memory.locked((held) => {
                    assert.strictEqual(held.abandoned, false);
                    assert.strictEqual(memory.lockInfo.process, process.pid);
                    assert(memory.lockInfo.flags & LockFlag.HELD);
                    memory.writing(() => {
                        memory.write(0, bytes('one'));
                        assert.throws(() => memory.snapshot(0, 3, 0), failsWith('BUSY'));
                        memory.write(3, bytes('two'));
                    });
                    return memory.snapshot(0, 6).toString();
                });
                assert.strictEqual(said, 'onetwo');
                assert(!(memory.lockInfo.flags & LockFlag.HELD));
                assert.throws(() => memory.locked(() => { throw new RangeError('mine'); }), /mine/);
                assert.throws(() => memory.locked(async () => 1), TypeError);
                assert(!(memory.lockInfo.flags & LockFlag.HELD));
            });
    },

    async 'waits for a lock without blocking'() {
        for (const name of ['Node.Mutex', 'Node.Fast'])
            await using(Segment.open(name, WRITE), async (memory) => {
                const release = await lockedElsewhere(name);
                assert.throws(() => memory.update(0, bytes('no'), 0), failsWith('TIMEOUT'));
                await assert.rejects(memory.updateAsync(0, bytes('no'), 30), failsWith('TIMEOUT'));
                await assert.rejects(memory.lockedAsync(() => 1, { timeoutMs: 30 }), failsWith('TIMEOUT'));
                const stop = new AbortController();
                const given = memory.lockedAsync(() => 1, { signal: stop.signal });
                stop.abort();
                await assert.rejects(given, isAborted);
                const waits = [memory.updateAsync(0, bytes('first'), 20000),
                    memory.lockedAsync(() => memory.write(8, bytes('second')), { timeoutMs: 20000 })];
                let done = 0;
                waits.forEach((one) => one.then(() => done++));
                for (let i = 0; i < 5; i++)
                    await turn();
                assert.strictEqual(done, 0);
                await release();
                assert.deepStrictEqual(await Promise.all(waits), [5, 6]);
                assert.strictEqual(memory.snapshot(0, 5).toString(), 'first');
                assert.strictEqual(memory.snapshot(8, 6).toString(), 'second');
            });
    },

    async 'a segment that is closed meanwhile is unmapped after the write'() {
        const memory = Segment.open('Node.Mutex', WRITE);
        const release = await lockedElsewhere('Node.Mutex');
        const written = memory.updateAsync(100, bytes('late'), 20000);
        const waits = memory.lockedAsync(() => 1);
        memory.close();
        await assert.rejects(waits, isAborted);
        await release();
        assert.strictEqual(await written, 4);
        await using(Segment.open('Node.Mutex'), (again) => assert.strictEqual(again.snapshot(100, 4).toString(), 'late'));
    },

    async 'puts the last value back'() {
        await using(Segment.open('Node.Double', WRITE), (memory) => {
            memory.update(0, bytes('good'));
            memory.locked((held) => {
                memory.writing(() => {
                    memory.write(0, bytes('half'));
                    held.restore();
                });
                held.markConsistent();
            });
            assert.strictEqual(memory.snapshot(0, 4).toString(), 'good');
            memory.restore();
            assert.strictEqual(memory.snapshot(0, 4).toString(), 'good');
        });
    },

    async 'fills once'() {
        await using(Segment.open('Node.First', WRITE), (memory) => {
            assert.throws(() => memory.fillOnce(() => { throw new Error('mine'); }), /mine/);
            assert.strictEqual(memory.fillOnce(() => { memory.write(0, bytes('filled')); }), true);
            assert.strictEqual(memory.fillOnce(() => assert.fail()), false);
            assert.strictEqual(memory.snapshot(0, 6).toString(), 'filled');
        });
    },

    async 'iterates over changes'() {
        await using(Segment.open('Node.Mutex', WRITE), async (memory) => {
            const before = memory.changeNumber, seen = [];
            const changes = memory.changes(); // counts from here
            memory.update(0, bytes('1'));
            for await (const number of changes) {
                seen.push(number);
                if (seen.length === 3)
                    break;
                setImmediate(() => memory.update(0, bytes('2')));
            }
            assert.deepStrictEqual(seen, [before + 1, before + 2, before + 3]);
            for await (const number of memory.changes({ since: before })) {
                assert.strictEqual(number, before + 3);
                break;
            }
        });
    },

    async 'an iterator ends by its signal, and by close'() {
        const memory = Segment.open('Node.Mutex', WRITE), stop = new AbortController();
        const first = memory.changes({ signal: stop.signal }).next(), second = memory.changes().next();
        await turn();
        stop.abort();
        await assert.rejects(first, isAborted);
        await assert.rejects(memory.changes({ signal: stop.signal }).next(), isAborted);
        memory.close();
        assert.deepStrictEqual(await second, { value: undefined, done: true });
    },

    async 'waits for a change'() {
        await using(Segment.open('Node.Mutex', WRITE), async (memory) => {
            memory.waitChanged(0);
            assert.strictEqual(await memory.waitChangedAsync({ timeoutMs: 20 }), false);
            const wait = memory.waitChangedAsync();
            memory.update(0, bytes('3'));
            assert.strictEqual(await wait, true);
            assert.strictEqual(memory.waitChanged(0), false);
            const stop = new AbortController(), given = memory.waitChangedAsync({ signal: stop.signal });
            stop.abort();
            await assert.rejects(given, isAborted);
        });
    },

    async 'passes messages'() {
        await using(await Queue.openAsync('Node.Queue'), async (queue) => {
            queue.clear();
            assert.strictEqual(await queue.getAsync({ timeoutMs: 20 }), null);
            // Several wait, each gets one.
            const waits = [queue.getAsync(), queue.getAsync(), queue.getAsync()];
            await turn();
            for (const one of ['a', 'b', 'c'])
                assert.strictEqual(await queue.putAsync(bytes(one)), true);
            assert.deepStrictEqual((await Promise.all(waits)).map(String).sort(), ['a', 'b', 'c']);
            // Full: waits until one was got.
            assert(queue.put(bytes('1')) && queue.put(bytes('2')) && !queue.put(bytes('3')));
            assert.strictEqual(await queue.putAsync(bytes('3'), { timeoutMs: 20 }), false);
            const put = queue.putAsync(bytes('3'));
            assert.strictEqual(String(queue.peek()), '1');
            const got = [];
            for await (const message of queue.messages())
                if (got.push(String(message)) === 3)
                    break;
            assert.deepStrictEqual(got, ['1', '2', '3']);
            assert.strictEqual(await put, true);
            const info = queue.info;
            assert.strictEqual(info.slots, 2);
            assert.strictEqual(info.slotSize, 128);
            assert.strictEqual(info.messages, 0);
            assert.strictEqual(info.put, info.got);
            assert.throws(() => queue.put(Buffer.alloc(129)), failsWith('RANGE'));
        });
    },

    async 'a message ends a wait, and not only the look each second'() {
        await using(Queue.open('Node.Queue'), async (queue) => {
            queue.clear();
            const begin = Date.now();
            for (let i = 0; i < 12; i++) {
                const waits = [queue.getAsync(), queue.getAsync()];
                await turn();
                // Two messages may set the event once.
                queue.put(bytes('a'));
                queue.put(bytes('b'));
                assert.deepStrictEqual((await Promise.all(waits)).map(String).sort(), ['a', 'b']);
            }
            assert(Date.now() - begin < 9000);
        });
    },

    async 'a queue that is closed ends what waits'() {
        const queue = Queue.open('Node.Queue'), stop = new AbortController();
        const given = queue.getAsync({ signal: stop.signal }), wait = queue.getAsync(), messages = queue.messages().next();
        await turn();
        stop.abort();
        await assert.rejects(given, isAborted);
        queue.close();
        await assert.rejects(wait, isAborted);
        assert.deepStrictEqual(await messages, { value: undefined, done: true });
    },

    async 'lists and describes'() {
        const objects = shmb.list();
        assert(objects.some((one) => one.name === 'Node.Fast' && one.flags & Flag.FAST));
        const queue = objects.find((one) => one.name === 'Node.Queue');
        assert.deepStrictEqual([queue.kind, queue.slots, queue.slotSize], [Kind.QUEUE, 2, 128]);
        assert.deepStrictEqual([shmb.describe('Node.Licences').initial, shmb.describe('Node.Licences').maximum], [1, 3]);
        assert.throws(() => shmb.describe('Node.None'), failsWith('NOT_FOUND'));
        const broker = shmb.describeBroker();
        assert(broker.version.startsWith(shmb.version().split('-')[0]));
        assert(broker.process > 0 && Math.abs(Date.now() - broker.started) < 3600000);
    },

    async 'mutexes, events and semaphores'() {
        await using(NamedObject.open('Node.Run', Kind.MUTEX), (mutex) => {
            assert(mutex.wait() && !mutex.abandoned);
            mutex.release();
            assert.throws(() => mutex.release(), (error) => error.win32Code === 288);
        });
        await using(NamedObject.open('Node.Stop', Kind.EVENT), (event) => {
            event.set();
            assert(event.wait());
            event.reset();
            assert(!event.wait());
        });
        await using(NamedObject.open('Node.Licences', Kind.SEMAPHORE), (semaphore) => {
            assert(semaphore.wait() && !semaphore.wait(10));
            assert.strictEqual(semaphore.release(1), 0);
        });
        assert.throws(() => NamedObject.open('Node.Stop', Kind.MUTEX), failsWith('WRONG_KIND'));
    },

    async 'a refused request says why'() {
        const check = (error) => failsWith('NOT_ALLOWED')(error) && error.answer.reason === Reason.NO_RULE &&
            error.message === error.answer.text && /rule/.test(error.message);
        assert.throws(() => shmb.request('Stranger.Asked', 64), check);
        await assert.rejects(shmb.requestAsync('Stranger.Asked', 64), check);
        const semaphore = { kind: Kind.SEMAPHORE, initial: 1, maximum: 2, owner: 'S-1-5-18', timeoutMs: 30000 };
        const told = shmb.askRequest('Global\\Stranger.Asked', 0, semaphore);
        assert.deepStrictEqual(told, {
            result: Result.NOT_ALLOWED, made: false, reason: Reason.NO_RULE, used: 0, most: 0, bytes: 0, retryMs: 0, rule: '',
            text: told.text,
        });
        assert(/rule/.test(told.text));
        assert.deepStrictEqual(await shmb.askRequestAsync('Stranger.Asked', 0, semaphore), told);
        assert.throws(() => shmb.askRequest('Stranger.Asked'), failsWith('BAD_ARGUMENT'));
        await assert.rejects(shmb.requestAsync('a\\b', 1), (error) => failsWith('BAD_NAME')(error) && error.answer === null);
        await assert.rejects(shmb.releaseAsync('a\\b'), failsWith('BAD_NAME'));
        assert.deepStrictEqual([shmb.describe('Node.Run').rule, shmb.describe('Node.Run').account], ['', '']);
    },

    async 'what a rule allows is held until it is released'() {
        const name = 'Node.Asked.Segment', ask = shmb.askRequest;
        assert(ask(name, 100).made);
        assert.throws(() => Segment.open(name), failsWith('NOT_FOUND'));
        assert.deepStrictEqual(await shmb.requestAsync(name, 100), {
            result: Result.OK, made: true, reason: Reason.NONE, used: 0, most: 0, bytes: 100, retryMs: 0, rule: 'NodeRule',
            text: '',
        });
        assert(!shmb.request(name, 1).made);
        const memory = Segment.open(name, WRITE);
        assert.strictEqual(memory.size, 100);
        assert.strictEqual(memory.update(0, bytes('node')), 4);
        const { flags, rule, account } = shmb.describe(name);
        assert(flags & Flag.REQUESTED && rule === 'NodeRule' && account.startsWith('S-1-'));
        assert(shmb.list().some((one) => one.name === name && one.account === account));

        const larger = ask(name, 101), large = ask('Node.Asked.Large', 4097);
        assert.deepStrictEqual([larger.result, larger.reason, larger.bytes], [Result.RANGE, Reason.OTHER, 100]);
        assert.strictEqual(ask(name, 0, { kind: Kind.MUTEX }).result, Result.WRONG_KIND);
        assert.deepStrictEqual([large.reason, large.most, large.rule], [Reason.SIZE, 4096, 'NodeRule']);
        assert(large.text.includes('rule NodeRule allows at most 4096 bytes'));

        await Promise.all([
            shmb.requestAsync('Node.Asked.Mutex', 0, { kind: Kind.MUTEX }),
            shmb.requestAsync('Node.Asked.Event', 0, { kind: Kind.EVENT, manualReset: true, set: true }),
            shmb.requestAsync('Node.Asked.Semaphore', 0, { kind: Kind.SEMAPHORE, initial: 1, maximum: 2 }),
        ]);
        await assert.rejects(shmb.requestAsync('Node.Asked.Fifth', 1), (error) => failsWith('QUOTA')(error) &&
            error.answer.reason === Reason.EACH_OBJECTS && error.answer.used === 4 && error.answer.most === 4);
        await using(NamedObject.open('Node.Asked.Mutex', Kind.MUTEX), (mutex) => {
            assert(mutex.wait());
            mutex.release();
        });
        await using(NamedObject.open('Node.Asked.Event', Kind.EVENT, READ), (event) => assert(event.wait() && event.wait()));
        await using(NamedObject.open('Node.Asked.Semaphore', Kind.SEMAPHORE), (semaphore) => {
            assert(semaphore.wait() && !semaphore.wait());
            semaphore.release(2);
        });

        shmb.release(name);
        for (const one of ['Mutex', 'Event', 'Semaphore'])
            await shmb.releaseAsync(`Node.Asked.${one}`);
        assert.notStrictEqual(memory.state, Result.OK);
        memory.close();
        assert.throws(() => Segment.open(name), failsWith('NOT_FOUND'));
        await assert.rejects(shmb.releaseAsync(name, 30000), failsWith('NOT_FOUND'));
        assert(!shmb.request('Node.ToC', 64).made);
    },

    async 'private memory'() {
        await using(Segment.createPrivate(null, 16), (memory) => {
            assert(memory.first);
            assert.strictEqual(memory.update(0, bytes('mine')), 4);
            assert.strictEqual(memory.read(0, 4).toString(), 'mine');
        });
    },
};

async function main() {
    for (const [name, run] of Object.entries(tests)) {
        await run();
        console.log(`ok ${name}`);
    }
    console.log(`${Object.keys(tests).length} tests`);
}

if (isMainThread)
    main().catch((error) => {
        console.log(error);
        process.exit(1);
    });
else
    other();
