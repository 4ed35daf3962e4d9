using System;
using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using System.Threading;
using System.Threading.Tasks;

namespace ShmBroker;

/// <summary>A queue, as of one moment.</summary>
public sealed class QueueInfo
{
    internal QueueInfo(in shmb_queue_info info)
    {
        Flags = (ObjectFlags)info.flags;
        Slots = unchecked((int)info.slots);
        SlotSize = unchecked((int)info.slot_size);
        Messages = unchecked((long)info.messages);
        Put = unchecked((long)info.put);
        Got = unchecked((long)info.got);
        Dropped = unchecked((long)info.dropped);
        Refused = unchecked((long)info.refused);
        Generation = unchecked((long)info.generation);
    }

    /// <summary>Its properties.</summary>
    public ObjectFlags Flags { get; }

    /// <summary>The messages that fit in.</summary>
    public int Slots { get; }

    /// <summary>The most bytes of a message.</summary>
    public int SlotSize { get; }

    /// <summary>The messages in it now.</summary>
    public long Messages { get; }

    /// <summary>How many were put since the queue was made.</summary>
    public long Put { get; }

    /// <summary>How many were got, with those that were dropped or cleared.</summary>
    public long Got { get; }

    /// <summary>How many were dropped for newer ones.</summary>
    public long Dropped { get; }

    /// <summary>How many puts failed because the queue was full.</summary>
    public long Refused { get; }

    /// <summary>Grows each time the queue is recreated.</summary>
    public long Generation { get; }
}

/// <summary>
/// An open queue: messages from any program to any other one, in the order in which they were put.
/// Each goes to one consumer. Any thread may make any call.
/// </summary>
public sealed class MessageQueue : IDisposable
{
    private readonly QueueHandle _handle;
#pragma warning disable CA2213 // it has nothing to free, and waits may still end
    private readonly SemaphoreSlim _turn = new(1, 1);
#pragma warning restore CA2213
    private readonly CancellationTokenSource _closing = new();
    private readonly object _making = new();
    private OwnThread? _consumer;
    private int _disposed;

    private MessageQueue(QueueHandle handle)
    {
        _handle = handle;
        var info = new shmb_queue_info { size = (uint)Marshal.SizeOf<shmb_queue_info>() };
        // A queue that cannot tell its level now has a slot size all the same.
        _ = Native.shmb_queue_level(handle, ref info);
        SlotSize = unchecked((int)info.slot_size);
    }

    /// <summary>The most bytes of a message.</summary>
    public int SlotSize { get; }

    /// <summary>Opens a queue.</summary>
    /// <param name="name">Its name, with or without <c>Global\</c>.</param>
    /// <param name="rights"><see cref="Rights.Read"/> is enough to peek and to ask for its level.</param>
    /// <param name="wait">How long to wait for a broker that does not run yet or does not hold the name yet.</param>
    /// <returns>The queue.</returns>
    /// <exception cref="ShmbException">It could not be opened.</exception>
    public static MessageQueue Open(string name, Rights rights = Rights.Write, TimeSpan wait = default)
    {
        Native.Check(Native.shmb_queue_openW(Native.Name(name), (uint)rights,
            Native.Milliseconds(wait, nameof(wait)), out QueueHandle handle));
        return new MessageQueue(handle);
    }

    /// <summary>Opens a queue with options.</summary>
    /// <param name="name">Its name, with or without <c>Global\</c>.</param>
    /// <param name="options">How. A queue has no parts.</param>
    /// <returns>The queue.</returns>
    /// <exception cref="ShmbException">It could not be opened.</exception>
    public static MessageQueue Open(string name, OpenOptions options)
    {
        if (options is null)
            throw new ArgumentNullException(nameof(options));
        QueueHandle? handle = null;
        Native.Check(options.With((ref shmb_options with) =>
            Native.shmb_queue_open_withW(Native.Name(name), ref with, out handle)));
        return new MessageQueue(handle!);
    }

    /// <summary>Puts a message, and waits while the queue is full.</summary>
    /// <param name="message">The message.</param>
    /// <exception cref="ShmbException">Not put. <see cref="ShmbResult.Range"/>: longer than <see cref="SlotSize"/>.
    /// <see cref="ShmbResult.Timeout"/>: a queue with <c>overflow: refuse</c> is full.</exception>
    public void Put(ReadOnlySpan<byte> message) => Native.Check(PutResult(message, Timeout.InfiniteTimeSpan));

    /// <inheritdoc cref="Put(ReadOnlySpan{byte})"/>
    public void Put(byte[] message) => Put(new ReadOnlySpan<byte>(message));

    /// <summary>Puts a message, if there is room in time.</summary>
    /// <param name="message">The message.</param>
    /// <param name="timeout">How long to wait.</param>
    /// <returns>False: the queue is full.</returns>
    /// <exception cref="ShmbException">Not put, for another reason.</exception>
    public bool TryPut(ReadOnlySpan<byte> message, TimeSpan timeout = default) =>
        Native.Timely(PutResult(message, timeout));

    /// <inheritdoc cref="TryPut(ReadOnlySpan{byte}, TimeSpan)"/>
    public bool TryPut(byte[] message, TimeSpan timeout = default) =>
        TryPut(new ReadOnlySpan<byte>(message), timeout);

    /// <summary>Gets the oldest message, and waits for one.</summary>
    /// <returns>The message.</returns>
    /// <exception cref="ShmbException">There is none to be had.</exception>
    public byte[] Get()
    {
        while (true)
        {
            if (TryGet(out byte[]? message, Timeout.InfiniteTimeSpan))
                return message;
        }
    }

    /// <summary>Gets the oldest message, if one comes in time.</summary>
    /// <param name="message">The message; null: none came.</param>
    /// <param name="timeout">How long to wait.</param>
    /// <returns>False: no message came.</returns>
    /// <exception cref="ShmbException">There is none to be had.</exception>
    public bool TryGet([NotNullWhen(true)] out byte[]? message, TimeSpan timeout = default)
    {
        message = Take(buffer => TryGet(buffer, out int length, timeout) ? length : -1);
        return message is not null;
    }

    /// <summary>Gets the oldest message into a buffer, if one comes in time.</summary>
    /// <param name="buffer">Where to; <see cref="SlotSize"/> bytes are enough for any.</param>
    /// <param name="length">How many bytes it has.</param>
    /// <param name="timeout">How long to wait.</param>
    /// <returns>False: no message came.</returns>
    /// <exception cref="ShmbException"><see cref="ShmbResult.Range"/>: the buffer is too small, and the message stays.</exception>
    public unsafe bool TryGet(Span<byte> buffer, out int length, TimeSpan timeout = default)
    {
        fixed (byte* bytes = buffer)
        {
            int result = Native.shmb_queue_get(_handle, bytes, (uint)buffer.Length, out uint got,
                Native.Milliseconds(timeout, nameof(timeout)));
            length = (int)got;
            return Native.Timely(result);
        }
    }

    /// <summary>Copies the oldest message, and leaves it in the queue.</summary>
    /// <param name="message">The message; null: there is none.</param>
    /// <returns>False: there is none.</returns>
    /// <exception cref="ShmbException">It could not be copied.</exception>
    public bool TryPeek([NotNullWhen(true)] out byte[]? message)
    {
        message = Take(buffer => TryPeek(buffer, out int length) ? length : -1);
        return message is not null;
    }

    /// <summary>Copies the oldest message into a buffer, and leaves it in the queue.</summary>
    /// <param name="buffer">Where to.</param>
    /// <param name="length">How many bytes it has.</param>
    /// <returns>False: there is none.</returns>
    /// <exception cref="ShmbException"><see cref="ShmbResult.Range"/>: the buffer is too small.</exception>
    public unsafe bool TryPeek(Span<byte> buffer, out int length)
    {
        fixed (byte* bytes = buffer)
        {
            int result = Native.shmb_queue_peek(_handle, bytes, (uint)buffer.Length, out uint got);
            length = (int)got;
            return Native.Timely(result);
        }
    }

    /// <summary>
    /// Gets the oldest message, and waits for one without the calling thread. The queue has a thread
    /// of its own for that: with <c>consumers: one</c>, the end to get belongs to it, so use either
    /// this call or the others.
    /// </summary>
    /// <param name="cancellationToken">Ends the wait; no message is lost.</param>
    /// <returns>The message.</returns>
    /// <exception cref="ShmbException">There is none to be had.</exception>
    /// <exception cref="OperationCanceledException">The wait was cancelled.</exception>
    /// <exception cref="ObjectDisposedException">The queue was disposed.</exception>
    public async Task<byte[]> GetAsync(CancellationToken cancellationToken = default)
    {
        if (_handle.IsClosed)
            throw new ObjectDisposedException(nameof(MessageQueue));
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _closing.Token);
        try
        {
            await _turn.WaitAsync(ending.Token).ConfigureAwait(false);
            try
            {
                return await Consumer().RunAsync(() => Wait(ending.Token)).ConfigureAwait(false);
            }
            finally
            {
                _ = _turn.Release();
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new ObjectDisposedException(nameof(MessageQueue));
        }
        catch (OperationCanceledException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw;
        }
    }

    /// <summary>Describes the queue.</summary>
    /// <returns>The description.</returns>
    /// <exception cref="ShmbException">The queue is damaged or stale.</exception>
    public QueueInfo GetInfo()
    {
        var info = new shmb_queue_info { size = (uint)Marshal.SizeOf<shmb_queue_info>() };
        Native.Check(Native.shmb_queue_level(_handle, ref info));
        return new QueueInfo(info);
    }

    /// <summary>Removes all messages, and repairs indices that a program has damaged.</summary>
    /// <returns>How many messages; 0 after a repair.</returns>
    /// <exception cref="ShmbException">Nothing was removed.</exception>
    public long Clear()
    {
        Native.Check(Native.shmb_queue_clear(_handle, out ulong count));
        return (long)count;
    }

    /// <summary>
    /// The event that the next message sets, for programs that wait for many things: call
    /// <see cref="TryGet(out byte[], TimeSpan)"/> until it returns false, then this, then wait for
    /// the event for a second at most, and begin again. A wait that it ends resets it.
    /// </summary>
    /// <returns>The event; dispose it.</returns>
    /// <exception cref="ShmbException">It could not be opened.</exception>
    public WaitHandle GetEvent()
    {
        Native.Check(Native.shmb_queue_event(_handle, out IntPtr handle));
        return WaitHandles.Duplicate(handle);
    }

    /// <summary>Closes the queue. Waits of <see cref="GetAsync"/> end with an <see cref="ObjectDisposedException"/>.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return;
        _closing.Cancel();
        lock (_making)
        {
            _consumer?.Dispose();
            _handle.Dispose();
        }
        _closing.Dispose();
    }

    private OwnThread Consumer()
    {
        lock (_making)
        {
            if (_handle.IsClosed)
                throw new ObjectDisposedException(nameof(MessageQueue));
            return _consumer ??= new OwnThread("ShmBroker queue");
        }
    }

    private byte[] Wait(CancellationToken cancellationToken)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (TryGet(out byte[]? message))
                return message;
            using WaitHandle next = GetEvent();
            _ = WaitHandle.WaitAny([next, cancellationToken.WaitHandle], Native.RecheckMs);
        }
    }

    private unsafe int PutResult(ReadOnlySpan<byte> message, TimeSpan timeout)
    {
        fixed (byte* bytes = message)
        {
            return Native.shmb_queue_put(_handle, bytes, (uint)message.Length,
                Native.Milliseconds(timeout, nameof(timeout)));
        }
    }

    private byte[]? Take(Func<byte[], int> take)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(SlotSize);
        try
        {
            int length = take(buffer);
            return length < 0 ? null : buffer.AsSpan(0, length).ToArray();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
