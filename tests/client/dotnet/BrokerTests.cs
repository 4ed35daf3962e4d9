using System;
using System.Buffers;
using System.Collections.Generic;
using System.IO.MemoryMappedFiles;
using System.Linq;
using System.Runtime.InteropServices;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using Xunit;

namespace ShmBroker.Tests;

/// <summary>
/// With a broker in another session, that holds objects.yaml. The tests share its objects: those of one
/// class run one after the other.
/// </summary>
[Trait("needs", "broker")]
public class BrokerTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan NoWait = TimeSpan.Zero;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [StructLayout(LayoutKind.Sequential)]
    private struct Quote
    {
        public double Bid, Ask;
    }

    /// <summary>So long that a copy takes a while.</summary>
    private unsafe struct Row
    {
        public fixed long Values[256];

        public Row(long value)
        {
            for (int i = 0; i < 256; i++)
                Values[i] = value;
        }

        public readonly long First => Values[0];

        public readonly long Last => Values[255];
    }

    private static void InAnotherThread(Action action)
    {
        Exception? failure = null;
        var thread = new Thread(() => failure = Record.Exception(action));
        thread.Start();
        Assert.True(thread.Join(TimeSpan.FromMinutes(1)));
        Assert.Null(failure);
    }

    private static ShmbResult Failure(Action action) => Assert.Throws<ShmbException>(action).Result;

    // ---- opening -------------------------------------------------------------------------

    [Fact]
    public void A_segment_tells_what_it_is()
    {
        using Segment segment = Segment.Open(@"Global\Net.Double", Rights.Read, Soon);
        Assert.Equal("Net.Double", segment.Name);
        Assert.Equal(1000, segment.Size);
        Assert.Equal(ShmbResult.Ok, segment.State);
        Assert.False(segment.CreatedHere);
        Assert.Equal("Net.Double", segment.Info.Name);
        Assert.Equal("Net.Double.lock", segment.Info.LockName);
        Assert.Equal(1000, segment.Info.Size);
        Assert.Equal(ObjectFlags.Double | ObjectFlags.HasLock,
            segment.Info.Flags & ~ObjectFlags.ReadersMayWait);
        Assert.StartsWith("1.", Broker.LibraryVersion, StringComparison.Ordinal);
    }

    [Fact]
    public void A_failure_has_a_result_and_a_sentence()
    {
        var failure = Assert.Throws<ShmbException>(() => Segment.Open("Net.Nothing"));
        Assert.Equal(ShmbResult.NotFound, failure.Result);
        Assert.Contains("broker", failure.Message, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(ShmbResult.WrongKind, Failure(() => Segment.Open("Net.Queue")));
        Assert.Equal(ShmbResult.WrongKind, Failure(() => MessageQueue.Open("Net.Bare")));
        Assert.Equal(ShmbResult.BadName, Failure(() => Segment.Open(@"a\b")));
        Assert.Equal(ShmbResult.BadArgument, Failure(() => Segment.Open("Net.Bare", (Rights)7)));
        Assert.Equal(ShmbResult.BadArgument, Failure(() => Segment.Open("Net.Bare", new SegmentOptions { Owner = "no SID" })));
        Assert.Equal(ShmbResult.Range, Failure(() => Segment.Open("Net.Bare", new SegmentOptions { Offset = 65 })));
    }

    [Fact]
    public void A_part_counts_from_its_start()
    {
        using Segment whole = Segment.Open("Net.Mutex", Rights.Write);
        using Segment part = Segment.Open("Net.Mutex",
            new SegmentOptions { Rights = Rights.Write, Offset = 100, Length = 10, Owner = "S-1-5-18" });
        Assert.Equal(10, part.Size);
        Assert.Equal(10, part.Update(0, "part of it, cut"u8, Soon));
        Assert.Equal("part of it"u8, whole.Read(100, 10));
        Assert.Equal(4, part.Read(6, 10).Length);
        Assert.Equal(ShmbResult.Range, Failure(() => part.Read(11, 1)));
    }

    [Fact]
    public void A_closed_segment_serves_no_call()
    {
        Segment segment = Segment.Open("Net.Mutex", Rights.Write);
        Memory<byte> memory = segment.GetMemory(0, 4);
        segment.Dispose();
        segment.Dispose();
        Assert.Throws<ObjectDisposedException>(() => segment.Read(0, 1));
        Assert.Throws<ObjectDisposedException>(() => segment.GetSpan(0, 1).Length);
        Assert.Throws<ObjectDisposedException>(() => memory.Span.Length);
        Assert.Throws<ObjectDisposedException>(() => segment.Lock());
        Assert.Throws<ObjectDisposedException>(() => segment.State);
    }

    // ---- bytes ---------------------------------------------------------------------------

    [Fact]
    public void Plain_windows_calls_see_the_same()
    {
        using Segment segment = Segment.Open("Net.Mutex", Rights.Write);
        using MemoryMappedFile file = MemoryMappedFile.OpenExisting(@"Global\Net.Mutex");
        using MemoryMappedViewAccessor view = file.CreateViewAccessor();
        segment.Update(0, BitConverter.GetBytes(1.25), Soon);
        Assert.Equal(1.25, view.ReadDouble(0));
        view.Write(8, 1.5);
        Assert.Equal(1.5, BitConverter.ToDouble(segment.Read(8, 8)));

        using Mutex mutex = Mutex.OpenExisting(@"Global\Net.Mutex.lock");
        Assert.True(mutex.WaitOne(Soon));
        InAnotherThread(() => Assert.False(segment.TryLock(NoWait, out _)));
        mutex.ReleaseMutex();
        using (segment.Lock(Soon))
            InAnotherThread(() => Assert.False(mutex.WaitOne(NoWait)));
        InAnotherThread(() =>
        {
            Assert.True(mutex.WaitOne(NoWait));
            mutex.ReleaseMutex();
        });
    }

    /// <summary>tests/checks/dotnet.sh writes the one with a program in C before, and reads the other after.</summary>
    [Fact]
    public void A_program_in_c_sees_the_same()
    {
        using Segment from = Segment.Open("Net.FromC");
        Assert.StartsWith("written in C\0", Encoding.Unicode.GetString(from.Snapshot(0, 64, Soon)), StringComparison.Ordinal);
        using Segment to = Segment.Open("Net.ToC", Rights.Write);
        Assert.Equal(30, to.Update(0, Encoding.Unicode.GetBytes("written in .NET"), Soon));
    }

    [Fact]
    public void Who_opened_to_read_writes_nothing()
    {
        using Segment segment = Segment.Open("Net.Mutex", Rights.Read);
        Assert.Equal(ShmbResult.AccessDenied, Failure(() => segment.Update(0, "x"u8, Soon)));
        Assert.Throws<UnauthorizedAccessException>(() => segment.GetSpan(0, 1).Length);
        Assert.Throws<UnauthorizedAccessException>(() => segment.GetMemory(0, 1));
        Assert.Equal(4096, segment.GetReadOnlySpan(0, 4096).Length);
        Assert.Equal(4096, segment.GetReadOnlyMemory(0, 4096).Span.Length);
    }

    [Fact]
    public void A_write_needs_the_lock_and_update_takes_it()
    {
        using Segment segment = Segment.Open("Net.Mutex", Rights.Write);
        Assert.Equal(ShmbResult.NotOwner, Failure(() => segment.Write(0, "x"u8)));
        Assert.Equal(ShmbResult.NotOwner, Failure(() => segment.BeginWrite()));
        using (segment.Lock(Soon))
            Assert.Equal(1, segment.Write(0, "x"u8));
        Assert.Equal(2, segment.Update(1, [(byte)'y', (byte)'z'], Soon));
        Assert.Equal("xyz"u8, segment.Snapshot(0, 3, Soon));
        Assert.Equal(2, segment.Update(4094, "12345678"u8, Soon));
        using Segment bare = Segment.Open("Net.Bare", Rights.Write);
        Assert.Equal(ShmbResult.BadArgument, Failure(() => bare.Lock()));
        Assert.Equal(3, bare.Write(0, "abc"u8));
    }

    [Fact]
    public void Ranges_are_checked()
    {
        using Segment segment = Segment.Open("Net.Bare", Rights.Write);
        foreach ((long offset, int count) in new (long, int)[] { (-1, 1), (65, 0), (60, 5), (0, 65), (long.MaxValue, 1), (0, -1), (1, int.MaxValue) })
        {
            Assert.Throws<ArgumentOutOfRangeException>(() => segment.GetSpan(offset, count).Length);
            Assert.Throws<ArgumentOutOfRangeException>(() => segment.GetReadOnlyMemory(offset, count));
            Assert.Throws<ArgumentOutOfRangeException>(() => segment.GetSpan<Quote>(offset, count).Length);
        }
        Assert.Throws<ArgumentOutOfRangeException>(() => segment.View<Quote>(49));
        Assert.Equal(0, segment.GetSpan(64, 0).Length);
        Assert.Equal(4, segment.GetSpan<Quote>(0, 4).Length);
        Assert.Throws<ArgumentOutOfRangeException>(() => segment.Read(-1, 1));
    }

    [Fact]
    public void A_write_in_place_is_one_write()
    {
        using Segment segment = Segment.Open("Net.Mutex", Rights.Write);
        long number = segment.ChangeNumber;
        using (segment.Lock(Soon))
        using (segment.BeginWrite())
        {
            Span<Quote> quotes = segment.GetSpan<Quote>(256, 2);
            quotes[0] = new Quote { Bid = 1, Ask = 2 };
            InAnotherThread(() => Assert.Equal(ShmbResult.Busy, Failure(() => segment.Snapshot(256, new byte[16]))));
            InAnotherThread(() => Assert.Equal(ShmbResult.Busy, Failure(() => segment.BeginRead(NoWait))));
            quotes[1] = new Quote { Bid = 3, Ask = 4 };
        }
        Assert.Equal(number + 1, segment.ChangeNumber);
        Assert.Equal(4, segment.View<Quote>(272).Load().Ask);
    }

    [Fact]
    public void A_ticket_ends_with_the_next_write()
    {
        using Segment segment = Segment.Open("Net.Mutex", Rights.Write);
        ReadTicket ticket = segment.BeginRead(Soon);
        Assert.True(ticket.IsValid());
        segment.Update(0, "x"u8, Soon);
        Assert.False(ticket.IsValid());
    }

    [Fact]
    public void Two_copies_never_wait_and_a_restore_undoes()
    {
        using Segment segment = Segment.Open("Net.Double", Rights.Write);
        segment.Update(0, "first"u8, Soon);
        using (SegmentLock held = segment.Lock(Soon))
        {
            using (segment.BeginWrite())
            {
                segment.Write(0, "wrong"u8);
                Assert.Equal("first"u8, segment.Snapshot(0, 5, NoWait));
                PublishedRead read = segment.ReadPublished(NoWait);
                Assert.Equal(1000, read.Bytes.Length);
                Assert.Equal("first"u8, read.Bytes[..5]);
                Assert.True(read.IsValid());
                held.Restore();
            }
            Assert.Equal("first"u8, segment.Read(0, 5));
        }
        segment.Update(0, "third"u8, Soon);
        Assert.Equal("third"u8, segment.ReadPublished(NoWait).Bytes[..5]);
    }

    [Theory]
    [InlineData("Net.Mutex")]
    [InlineData("Net.Fast")]
    public void A_value_is_never_half_of_another(string name)
    {
        using Segment segment = Segment.Open(name, Rights.Write);
        SegmentView<Row> view = segment.View<Row>(512);
        view.Store(new Row(1), Soon);
        using var started = new ManualResetEventSlim();
        bool ended = false;
        var writer = new Thread(() =>
        {
            for (int i = 1; !Volatile.Read(ref ended); i++)
            {
                view.Store(new Row(i));
                if (i == 100)
                    started.Set();
            }
        });
        writer.Start();
        Assert.True(started.Wait(TimeSpan.FromMinutes(1), Token));
        int different = 0;
        long last = 0;
        for (int i = 0; i < 2000; i++)
        {
            Row row = view.Load(Soon);
            different += row.First == row.Last && row.First >= last ? 0 : 1;
            last = row.First;
        }
        Volatile.Write(ref ended, true);
        writer.Join();
        Assert.Equal(0, different);
        Assert.True(last > 1);
    }

    [Fact]
    public void Memory_can_be_stored_and_a_pin_keeps_it()
    {
        Segment segment = Segment.Open("Net.Bare", Rights.Write);
        Memory<byte> memory = segment.GetMemory(8, 8);
        "stored"u8.CopyTo(memory.Span);
        using MemoryHandle pin = memory.Slice(2).Pin();
        segment.Dispose();
        unsafe
        {
            Assert.Equal((byte)'o', *(byte*)pin.Pointer);
        }
        using Segment again = Segment.Open("Net.Bare");
        Assert.Equal("stored"u8, again.Read(8, 6));
    }

    // ---- locks ---------------------------------------------------------------------------

    [Theory]
    [InlineData("Net.Mutex")]
    [InlineData("Net.Fast")]
    public void A_lock_is_released_by_its_own_thread_only(string name)
    {
        using Segment segment = Segment.Open(name, Rights.Write);
        SegmentLock held = segment.Lock(Soon);
        SegmentWrite write = segment.BeginWrite();
        InAnotherThread(() =>
        {
            Assert.Throws<SynchronizationLockException>(held.Dispose);
            Assert.Throws<SynchronizationLockException>(held.Release);
            Assert.Throws<SynchronizationLockException>(held.MarkConsistent);
            Assert.Throws<SynchronizationLockException>(write.Dispose);
            Assert.False(segment.TryLock(NoWait, out SegmentLock? none));
            Assert.Null(none);
            Assert.Equal(ShmbResult.Timeout, Failure(() => segment.Lock(NoWait)));
        });
        LockInfo info = segment.GetLockInfo();
        Assert.True(info.Flags.HasFlag(LockFlags.Held));
        Assert.Equal(Environment.ProcessId, info.ProcessId);
        write.Dispose();
        held.Release();
        held.Dispose();
        Assert.Throws<ObjectDisposedException>(held.Release);
        InAnotherThread(() =>
        {
            Assert.True(segment.TryLock(NoWait, out SegmentLock? other));
            using (other)
            using (segment.Lock(NoWait))
                Assert.False(other.Abandoned);
        });
        Assert.False(segment.GetLockInfo().Flags.HasFlag(LockFlags.Held));
    }

    [Theory]
    [InlineData("Net.Mutex")]
    [InlineData("Net.Fast")]
    public void The_death_of_an_owner_is_told_until_one_repairs(string name)
    {
        using Segment segment = Segment.Open(name, Rights.Write);
        InAnotherThread(() => segment.Lock(Soon));
        using (SegmentLock held = segment.Lock(Soon))
            Assert.True(held.Abandoned);
        segment.Update(0, "x"u8, Soon, out bool abandoned);
        Assert.True(abandoned);
        using (SegmentLock held = segment.Lock(Soon))
            held.MarkConsistent();
        using (SegmentLock held = segment.Lock(Soon))
            Assert.False(held.Abandoned);
    }

    [Theory]
    [InlineData("Net.Mutex")]
    [InlineData("Net.Fast")]
    public void A_segment_stays_open_until_its_lock_is_released(string name)
    {
        using Segment other = Segment.Open(name, Rights.Write);
        Segment segment = Segment.Open(name, Rights.Write);
        SegmentLock held = segment.Lock(Soon);
        SegmentWrite write = segment.BeginWrite();
        segment.Dispose();
        InAnotherThread(() => Assert.False(other.TryLock(NoWait, out _)));
        write.Dispose();
        held.Dispose();
        InAnotherThread(() =>
        {
            using SegmentLock taken = other.Lock(NoWait);
            Assert.False(taken.Abandoned);
        });
    }

    [Theory]
    [InlineData("Net.Mutex")]
    [InlineData("Net.Fast")]
    public async Task A_lock_of_asynchronous_code_is_released_in_any_thread(string name)
    {
        using Segment segment = Segment.Open(name, Rights.Write);
        AsyncSegmentLock held = await segment.LockAsync(Token);
        Assert.False(held.Abandoned);
        await held.RunAsync(() => segment.Write(0, "async"u8));
        Assert.Equal("async", Encoding.ASCII.GetString(await held.RunAsync(() => segment.Read(0, 5))));
        Assert.Equal(ShmbResult.Range, (await Assert.ThrowsAsync<ShmbException>(() => held.RunAsync(() => segment.Write(4097, "x"u8)))).Result);
        InAnotherThread(() => Assert.False(segment.TryLock(NoWait, out _)));
        using (var ending = new CancellationTokenSource())
        {
            Task<AsyncSegmentLock> second = segment.LockAsync(ending.Token);
            ending.Cancel();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
        }
        InAnotherThread(held.Dispose);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => held.RunAsync(() => 1));
        held = await segment.LockAsync(Token);
        await held.MarkConsistentAsync();
        await held.ReleaseAsync();
        await held.ReleaseAsync();
        InAnotherThread(() => segment.Lock(NoWait).Dispose());
    }

    [Fact]
    public void The_first_program_fills_it()
    {
        using Segment segment = Segment.Open(IntPtr.Size == 8 ? "Net.First64" : "Net.First32", Rights.Write);
        Assert.Throws<InvalidOperationException>(() =>
            segment.FillOnce(_ => throw new InvalidOperationException(), Soon));
        Assert.True(segment.FillOnce(to => to.Write(0, "first"u8), Soon));
        Assert.False(segment.FillOnce(to => to.Write(0, "other"u8), Soon));
        Assert.Equal("first"u8, segment.Snapshot(0, 5, Soon));
        InAnotherThread(() => segment.Lock(NoWait).Dispose());
    }

    // ---- changes -------------------------------------------------------------------------

    [Fact]
    public void A_change_ends_a_wait()
    {
        using Segment segment = Segment.Open("Net.Mutex", Rights.Write);
        long seen = segment.ChangeNumber;
        Assert.False(segment.WaitForChange(ref seen, NoWait));
        segment.Update(0, "x"u8, Soon);
        Assert.True(segment.WaitForChange(ref seen, NoWait));
        Assert.Equal(segment.ChangeNumber, seen);
        Assert.True(segment.WaitForChange(NoWait));
        Assert.False(segment.WaitForChange(NoWait));
        using Segment without = Segment.Open("Net.First64");
        Assert.Equal(ShmbResult.BadArgument, Failure(() => without.WaitForChange(NoWait)));
    }

    [Theory]
    [InlineData("Net.Mutex")]
    [InlineData("Net.Fast")]
    public async Task A_change_ends_an_asynchronous_wait(string name)
    {
        using Segment reader = Segment.Open(name);
        using Segment writer = Segment.Open(name, Rights.Write);
        writer.Update(0, "x"u8, Soon);
        await reader.WaitForChangeAsync(Token);
        for (int i = 0; i < 20; i++)
        {
            Task wait = reader.WaitForChangeAsync(Token);
            Assert.False(wait.IsCompleted);
            writer.Update(0, "x"u8, Soon);
            await wait.WaitAsync(Soon, Token);
        }
        // A change between two waits is not lost.
        writer.Update(0, "x"u8, Soon);
        await reader.WaitForChangeAsync(Token).WaitAsync(Soon, Token);
    }

    [Fact]
    public async Task A_wait_ends_by_its_token_or_with_the_segment()
    {
        Segment segment = Segment.Open("Net.Mutex");
        long seen = segment.ChangeNumber;
        using (var ending = new CancellationTokenSource())
        {
            Task<long> wait = segment.WaitForChangeAsync(seen, ending.Token);
            ending.Cancel();
            var cancelled = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => wait);
            Assert.Equal(ending.Token, cancelled.CancellationToken);
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => segment.WaitForChangeAsync(0, ending.Token));
        }
        Task<long> other = segment.WaitForChangeAsync(seen, Token);
        Assert.False(other.IsCompleted);
        segment.Dispose();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => other);
        using Segment without = Segment.Open("Net.First64");
        Assert.Equal(ShmbResult.BadArgument,
            (await Assert.ThrowsAsync<ShmbException>(() => without.WaitForChangeAsync(without.ChangeNumber, Token))).Result);
    }

    [Fact]
    public async Task Changes_can_be_enumerated()
    {
        using Segment segment = Segment.Open("Net.Fast", Rights.Write);
        int count = 0;
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(Token);
        IAsyncEnumerator<long> changes = segment.ChangesAsync(ending.Token).GetAsyncEnumerator(Token);
        for (; count < 5; count++)
        {
            ValueTask<bool> next = changes.MoveNextAsync();
            segment.Update(0, "x"u8, Soon);
            Assert.True(await next);
            Assert.Equal(segment.ChangeNumber, changes.Current);
        }
        ValueTask<bool> last = changes.MoveNextAsync();
        ending.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await last);
        await changes.DisposeAsync();
    }

    [Fact]
    public void A_subscription_has_one_event_and_outlives_its_segment()
    {
        using Segment writer = Segment.Open("Net.Mutex", Rights.Write);
        Segment segment = Segment.Open("Net.Mutex");
        using ChangeSubscription changes = segment.Subscribe(segment.ChangeNumber);
        segment.Dispose();
        Assert.False(changes.Event.WaitOne(NoWait));
        for (int i = 0; i < 3; i++)
        {
            writer.Update(0, "x"u8, Soon);
            Assert.True(changes.Event.WaitOne(Soon));
        }
    }

    // ---- queues --------------------------------------------------------------------------

    [Fact]
    public void Messages_come_in_their_order()
    {
        using MessageQueue queue = MessageQueue.Open("Net.Queue", Rights.Write, Soon);
        queue.Clear();
        Assert.Equal(128, queue.SlotSize);
        Assert.False(queue.TryGet(out byte[]? none));
        Assert.Null(none);
        Assert.False(queue.TryPeek(out _));
        queue.Put("one"u8);
        Assert.True(queue.TryPut([], Soon));
        Assert.False(queue.TryPut("three"u8));
        Assert.Equal(ShmbResult.Range, Failure(() => queue.Put(new byte[129])));
        QueueInfo info = queue.GetInfo();
        Assert.Equal((2, 2L, 128), (info.Slots, info.Messages, info.SlotSize));
        Assert.True(queue.TryPeek(out byte[]? oldest));
        Assert.Equal("one"u8, oldest);
        Assert.Equal(ShmbResult.Range, Failure(() => queue.TryGet(new byte[2], out _)));
        Assert.Equal("one"u8, queue.Get());
        Assert.True(queue.TryGet(new byte[2], out int length, Soon));
        Assert.Equal(0, length);
        queue.Put(new byte[128]);
        Assert.Equal(1, queue.Clear());
        using MessageQueue reader = MessageQueue.Open("Net.Queue", new OpenOptions());
        Assert.Equal(ShmbResult.AccessDenied, Failure(() => reader.Put("x"u8)));
        Assert.False(reader.TryPeek(out _));
    }

    [Theory]
    [InlineData("Net.Queue")]
    [InlineData("Net.One")]
    public async Task A_message_ends_an_asynchronous_wait(string name)
    {
        MessageQueue queue = MessageQueue.Open(name);
        using MessageQueue producer = MessageQueue.Open(name);
        for (byte i = 0; i < 20; i++)
        {
            Task<byte[]> wait = queue.GetAsync(Token);
            producer.Put([i]);
            Assert.Equal([i], await wait.WaitAsync(Soon, Token));
        }
        using (var ending = new CancellationTokenSource())
        {
            Task<byte[]> first = queue.GetAsync(ending.Token), second = queue.GetAsync(ending.Token);
            ending.Cancel();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
        }
        producer.Put("kept"u8);
        Assert.Equal("kept"u8.ToArray(), await queue.GetAsync(Token).WaitAsync(Soon, Token));
        Task<byte[]> last = queue.GetAsync(Token);
        queue.Dispose();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => last);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => queue.GetAsync(Token));
    }

    [Fact]
    public void A_message_sets_the_event()
    {
        using MessageQueue queue = MessageQueue.Open("Net.Queue");
        Assert.False(queue.TryGet(out _));
        using WaitHandle next = queue.GetEvent();
        // It may be set for a message that another wait got.
        next.WaitOne(NoWait);
        queue.Put("x"u8);
        Assert.True(next.WaitOne(Soon));
        Assert.Equal("x"u8, queue.Get());
    }

    // ---- the other objects ---------------------------------------------------------------

    [Fact]
    public void The_broker_tells_its_version()
    {
        BrokerInfo broker = Broker.Describe();
        Assert.Equal(Broker.LibraryVersion, broker.Version);
        Assert.NotEqual(0, broker.ProcessId);
        Assert.True(broker.Started <= DateTime.UtcNow && broker.Started.Year > 2000);
    }

    [Fact]
    public void All_objects_are_listed()
    {
        IReadOnlyList<ObjectInfo> all = Broker.List();
        foreach ((string name, ObjectKind kind) in new[]
        {
            ("Net.Mutex", ObjectKind.Segment), ("Net.Mutex.lock", ObjectKind.Mutex), ("Net.Queue", ObjectKind.Queue),
            ("Net.Run", ObjectKind.Mutex), ("Net.Stop", ObjectKind.Event), ("Net.Licences", ObjectKind.Semaphore),
        })
        {
            ObjectInfo one = Assert.Single(all, info => info.Name == name);
            Assert.Equal(kind, one.Kind);
            Assert.Equal(ObjectState.Held, one.State);
            Assert.Equal((one.Size, one.Flags, one.Generation, one.LockName),
                Description(Broker.Describe(name)));
        }
        Assert.Equal(ObjectFlags.ManualReset, Broker.Describe("Net.Stop").Flags);
        Assert.Equal((1, 3), (Broker.Describe("Net.Licences").InitialCount, Broker.Describe("Net.Licences").MaximumCount));
        Assert.Equal((2, 128), (Broker.Describe("Net.Queue").Slots, Broker.Describe("Net.Queue").SlotSize));
        Assert.Equal(ShmbResult.NotFound, Failure(() => Broker.Describe("Net.Nothing")));

        static (long, ObjectFlags, long, string?) Description(ObjectInfo info) =>
            (info.Size, info.Flags, info.Generation, info.LockName);
    }

    [Fact]
    public void Mutexes_events_and_semaphores_are_the_systems_own()
    {
        using (Mutex ours = Broker.OpenMutex("Net.Run", Soon), plain = Mutex.OpenExisting(@"Global\Net.Run"))
        {
            Assert.True(ours.WaitOne(NoWait));
            InAnotherThread(() => Assert.False(plain.WaitOne(NoWait)));
            ours.ReleaseMutex();
        }
        using (EventWaitHandle ours = Broker.OpenEvent("Net.Stop"), reader = Broker.OpenEvent("Net.Stop", Rights.Read),
            plain = EventWaitHandle.OpenExisting(@"Global\Net.Stop"))
        {
            Assert.False(reader.WaitOne(NoWait));
            Assert.True(ours.Set());
            Assert.True(reader.WaitOne(NoWait));
            Assert.True(plain.WaitOne(NoWait));
            Assert.True(plain.Reset());
            Assert.False(ours.WaitOne(NoWait));
        }
        using (Semaphore ours = Broker.OpenSemaphore("Net.Licences"), plain = Semaphore.OpenExisting(@"Global\Net.Licences"))
        {
            Assert.True(ours.WaitOne(NoWait));
            Assert.False(plain.WaitOne(NoWait));
            Assert.Equal(0, ours.Release());
        }
        Assert.Equal(ShmbResult.WrongKind, Failure(() => Broker.OpenEvent("Net.Run")));
    }

    [Fact]
    public void Private_memory_needs_no_broker()
    {
        using Segment mine = Segment.CreatePrivate("Net.Private", 64);
        Assert.True(mine.CreatedHere);
        using Segment again = Segment.CreatePrivate(@"Local\Net.Private", 64);
        Assert.False(again.CreatedHere);
        mine.View<Quote>(8).Store(new Quote { Bid = 1, Ask = 2 });
        Assert.Equal(2, again.View<Quote>(8).Load().Ask);
        Assert.Equal(ObjectFlags.Private, mine.Info.Flags & ObjectFlags.Private);
        using Segment nameless = Segment.CreatePrivate(null, 16);
        Assert.True(nameless.CreatedHere);
        Assert.Equal(4, nameless.Update(0, "mine"u8, NoWait));
    }

    // ---- objects on request --------------------------------------------------------------

    [Fact]
    public void A_refused_request_says_why()
    {
        var failure = Assert.Throws<ShmbException>(() => Broker.Request("Stranger.Asked", 64));
        Assert.Equal(ShmbResult.NotAllowed, failure.Result);
        Assert.NotEmpty(failure.Message);
        RequestInfo told = failure.Answer!;
        Assert.Equal(RequestReason.NoRule, told.Reason);
        Assert.Equal(ShmbResult.NotAllowed, told.Result);
        Assert.False(told.Allowed || told.Made);
        Assert.Contains(told.Text, failure.Message, StringComparison.Ordinal);
        Assert.Contains("rule", told.Text, StringComparison.Ordinal);
        Assert.Null(told.Rule);
        Assert.Null(told.Retry);
        RequestInfo asked = Broker.AskRequest(@"Global\Stranger.Asked", 0, new RequestOptions
        {
            Kind = ObjectKind.Semaphore, InitialCount = 1, MaximumCount = 2, Owner = "S-1-5-18", Timeout = Soon,
        });
        Assert.Equal(told.Reason, asked.Reason);
        Assert.False(asked.Allowed);
        Assert.Equal(ShmbResult.BadArgument, Failure(() => Broker.AskRequest("Stranger.Asked", 0)));
        Assert.Equal(ShmbResult.BadName, Failure(() => Broker.Request(@"a\b", 1)));
        Assert.Null(Assert.Throws<ShmbException>(() => Segment.Open("Stranger.Asked")).Answer);
        Assert.Null(Broker.Describe("Net.Run").Rule);
        Assert.Null(Broker.Describe("Net.Run").Account);
    }

    [Fact]
    public void What_a_rule_allows_is_held_until_it_is_released()
    {
        const string name = "Net.Asked.Segment";
        Assert.True(Broker.AskRequest(name, 100).Made);
        Assert.Equal(ShmbResult.NotFound, Failure(() => Segment.Open(name)));
        RequestInfo made = Broker.Request(name, 100), again = Broker.Request(name, 1);
        Assert.True(made.Made && made.Allowed && !again.Made);
        Assert.Equal(("NetRule", 100L, RequestReason.None), (made.Rule, made.Size, made.Reason));
        using Segment segment = Segment.Open(name, Rights.Write);
        Assert.Equal(100, segment.Size);
        Assert.Equal(3, segment.Update(0, "net"u8, Soon));
        ObjectInfo info = Broker.Describe(name);
        Assert.True(info.Flags.HasFlag(ObjectFlags.Requested));
        Assert.Equal("NetRule", info.Rule);
        Assert.StartsWith("S-1-", info.Account, StringComparison.Ordinal);
        Assert.Contains(Broker.List(), one => one.Name == name && one.Account == info.Account);

        RequestInfo larger = Broker.AskRequest(name, 101);
        Assert.Equal((ShmbResult.Range, RequestReason.Other, 100L), (larger.Result, larger.Reason, larger.Size));
        RequestInfo other = Broker.AskRequest(name, 0, new RequestOptions { Kind = ObjectKind.Mutex });
        Assert.Equal((ShmbResult.WrongKind, RequestReason.Other), (other.Result, other.Reason));
        RequestInfo large = Broker.AskRequest("Net.Asked.Large", 4097);
        Assert.Equal((RequestReason.Size, 4096L, "NetRule"), (large.Reason, large.Most, large.Rule));
        Assert.Contains("rule NetRule allows at most 4096 bytes", large.Text, StringComparison.Ordinal);
        Assert.Equal("", made.Text);

        Broker.Request("Net.Asked.Mutex", 0, new RequestOptions { Kind = ObjectKind.Mutex });
        Broker.Request("Net.Asked.Event", 0,
            new RequestOptions { Kind = ObjectKind.Event, ManualReset = true, Signalled = true });
        Broker.Request("Net.Asked.Semaphore", 0,
            new RequestOptions { Kind = ObjectKind.Semaphore, InitialCount = 1, MaximumCount = 2 });
        var quota = Assert.Throws<ShmbException>(() => Broker.Request("Net.Asked.Fifth", 1));
        Assert.Equal(ShmbResult.Quota, quota.Result);
        Assert.Equal((RequestReason.EachObjects, 4L, 4L), (quota.Answer!.Reason, quota.Answer.Used, quota.Answer.Most));
        using (Mutex mutex = Broker.OpenMutex("Net.Asked.Mutex"))
        {
            Assert.True(mutex.WaitOne(NoWait));
            mutex.ReleaseMutex();
        }
        using (EventWaitHandle signalled = Broker.OpenEvent("Net.Asked.Event", Rights.Read))
            Assert.True(signalled.WaitOne(NoWait) && signalled.WaitOne(NoWait));
        using (Semaphore semaphore = Broker.OpenSemaphore("Net.Asked.Semaphore"))
        {
            Assert.True(semaphore.WaitOne(NoWait));
            Assert.False(semaphore.WaitOne(NoWait));
            semaphore.Release(2);
        }

        foreach (string one in new[] { name, "Net.Asked.Mutex", "Net.Asked.Event", "Net.Asked.Semaphore" })
            Broker.Release(one);
        Assert.NotEqual(ShmbResult.Ok, segment.State);
        Assert.Equal(ShmbResult.NotFound, Failure(() => Segment.Open(name)));
        Assert.Equal(ShmbResult.NotFound, Failure(() => Broker.Release(name, Soon)));
        Assert.False(Broker.Request("Net.Bare", 64).Made);
    }
}
