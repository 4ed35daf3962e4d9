// What shmb.d.ts lets a program do, and what not: compiled, not run.
import { Segment, Queue, NamedObject, ShmbError, Kind, Reason, Result, WRITE, list, describeBroker, requestAsync, releaseAsync } from "shmbroker";

export async function use(signal: AbortSignal): Promise<number> {
    const memory: Segment = await Segment.openAsync("Prices", WRITE, { waitMs: 5000, signal, offset: 8 });
    const written: number = await memory.updateAsync(0, new Uint8Array(4));
    const read: Buffer = memory.locked((held) => held.abandoned ? Buffer.alloc(0) : memory.read(0, 4));
    for await (const change of memory.changes({ signal }))
        change.toFixed();
    const queue = Queue.open("Orders");
    for await (const message of queue.messages())
        message.readDoubleLE(0);
    const none: Buffer | null = await queue.getAsync({ timeoutMs: 10 });
    const before: number = NamedObject.open("Licences", Kind.SEMAPHORE).release(1);
    const { made, rule } = await requestAsync("MyApp.1", 0, { kind: Kind.EVENT, manualReset: true, timeoutMs: 100 });
    if (made && rule !== "")
        await releaseAsync("MyApp.1");
    // @ts-expect-error a queue cannot be requested
    await requestAsync("MyApp.1", 0, { kind: Kind.QUEUE });
    try {
        memory.close();
    } catch (error) {
        if (error instanceof ShmbError && error.code === Result.STALE)
            return error.win32Code;
        if (error instanceof ShmbError && error.answer?.reason === Reason.RATE)
            return error.answer.retryMs;
    }
    // @ts-expect-error the lock would be released before the function ends
    await memory.lockedAsync(async () => 1);
    // @ts-expect-error a segment is opened, not made
    new Segment(1, true);
    // @ts-expect-error no such right
    Segment.open("Prices", 3);
    return list().length + written + read.length + before + (none?.length ?? 0) + describeBroker().process;
}
