using System;
using System.Buffers;
using System.Threading;

namespace ShmBroker;

/// <summary>
/// A value at an offset of a segment, copied as a whole: a load never returns half of a store.
/// </summary>
/// <typeparam name="T">A struct of the same layout in all programs.</typeparam>
public readonly struct SegmentView<T> : IEquatable<SegmentView<T>> where T : unmanaged
{
    private readonly Segment _segment;
    private readonly long _offset;

    internal SegmentView(Segment segment, long offset)
    {
        _segment = segment;
        _offset = offset;
    }

    /// <summary>Compares two views.</summary>
    /// <param name="left">One.</param>
    /// <param name="right">The other.</param>
    /// <returns>True: they are of the same place.</returns>
    public static bool operator ==(SegmentView<T> left, SegmentView<T> right) => left.Equals(right);

    /// <summary>Compares two views.</summary>
    /// <param name="left">One.</param>
    /// <param name="right">The other.</param>
    /// <returns>True: they are of different places.</returns>
    public static bool operator !=(SegmentView<T> left, SegmentView<T> right) => !left.Equals(right);

    /// <summary>
    /// Loads the value, without the lock. Waits 5 seconds at most while programs write. Private
    /// memory and segments that were opened without the directory have no snapshots: there it takes
    /// the lock.
    /// </summary>
    /// <returns>The value.</returns>
    /// <exception cref="ShmbException">It could not be read.</exception>
    public T Load() => Load(TimeSpan.FromSeconds(5));

    /// <inheritdoc cref="Load()"/>
    /// <param name="timeout">How long to wait.</param>
    public unsafe T Load(TimeSpan timeout)
    {
        T value = default;
        var bytes = new Span<byte>(&value, sizeof(T));
        uint milliseconds = Native.Milliseconds(timeout, nameof(timeout));
        int result = Native.shmb_snapshot_wait(_segment.Handle, (ulong)_offset, &value, (ulong)sizeof(T),
            milliseconds, out _);
        if (result == (int)ShmbResult.BadArgument)
        {
            using SegmentLock held = _segment.Lock(timeout);
            _ = _segment.Read(_offset, bytes);
            return value;
        }
        Native.Check(result);
        return value;
    }

    /// <summary>Stores the value under the lock.</summary>
    /// <param name="value">The value.</param>
    /// <exception cref="ShmbException">Nothing was stored.</exception>
    public void Store(in T value) => Store(value, Timeout.InfiniteTimeSpan);

    /// <inheritdoc cref="Store(in T)"/>
    /// <param name="value">The value.</param>
    /// <param name="timeout">How long to wait for the lock.</param>
    public unsafe void Store(in T value, TimeSpan timeout)
    {
        T copy = value;
        _ = _segment.Update(_offset, new ReadOnlySpan<byte>(&copy, sizeof(T)), timeout);
    }

    /// <inheritdoc/>
    public bool Equals(SegmentView<T> other) => ReferenceEquals(_segment, other._segment) && _offset == other._offset;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is SegmentView<T> other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => (_segment?.GetHashCode() ?? 0) ^ _offset.GetHashCode();
}

/// <summary>A read in place that has begun. It needs no end.</summary>
public readonly struct ReadTicket : IEquatable<ReadTicket>
{
    private readonly SegmentHandle _handle;
    private readonly ulong _ticket;

    internal ReadTicket(SegmentHandle handle, ulong ticket)
    {
        _handle = handle;
        _ticket = ticket;
    }

    /// <summary>Compares two tickets.</summary>
    /// <param name="left">One.</param>
    /// <param name="right">The other.</param>
    /// <returns>True: they are the same.</returns>
    public static bool operator ==(ReadTicket left, ReadTicket right) => left.Equals(right);

    /// <summary>Compares two tickets.</summary>
    /// <param name="left">One.</param>
    /// <param name="right">The other.</param>
    /// <returns>True: they differ.</returns>
    public static bool operator !=(ReadTicket left, ReadTicket right) => !left.Equals(right);

    /// <summary>Tells whether what was read so far counts.</summary>
    /// <returns>False: a write has begun since; read again.</returns>
    /// <exception cref="ShmbException">It cannot be told.</exception>
    public bool IsValid()
    {
        int result = Native.shmb_read_valid(_handle, _ticket);
        return result != (int)ShmbResult.Busy && Native.Check(result) >= 0;
    }

    /// <inheritdoc/>
    public bool Equals(ReadTicket other) => ReferenceEquals(_handle, other._handle) && _ticket == other._ticket;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is ReadTicket other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => (_handle?.GetHashCode() ?? 0) ^ _ticket.GetHashCode();
}

/// <summary>The bytes of the last finished write, to read in place.</summary>
public readonly ref struct PublishedRead
{
    private readonly ReadTicket _ticket;

    internal PublishedRead(ReadOnlySpan<byte> bytes, ReadTicket ticket)
    {
        Bytes = bytes;
        _ticket = ticket;
    }

    /// <summary>The bytes. Believe nothing of them before <see cref="IsValid"/> returned true.</summary>
    public ReadOnlySpan<byte> Bytes { get; }

    /// <inheritdoc cref="ReadTicket.IsValid"/>
    public bool IsValid() => _ticket.IsValid();
}

/// <summary>Memory of a segment that may be stored.</summary>
internal sealed class SegmentMemory : MemoryManager<byte>
{
    private readonly Segment _segment;
    private readonly long _offset;
    private readonly int _count;

    internal SegmentMemory(Segment segment, long offset, int count)
    {
        _segment = segment;
        _offset = offset;
        _count = count;
    }

    public override Memory<byte> Memory => CreateMemory(_count);

    public override unsafe Span<byte> GetSpan() => new(_segment.Pointer(_offset, _count, 1), _count);

    /// <summary>Keeps the segment open until Unpin.</summary>
    public override unsafe MemoryHandle Pin(int elementIndex = 0)
    {
        if (elementIndex < 0 || elementIndex > _count)
            throw new ArgumentOutOfRangeException(nameof(elementIndex));
        byte* bytes = _segment.Pointer(_offset, _count, 1);
        bool added = false;
        _segment.Handle.DangerousAddRef(ref added);
        return new MemoryHandle(bytes + elementIndex, default, this);
    }

    public override void Unpin() => _segment.Handle.DangerousRelease();

    protected override void Dispose(bool disposing)
    {
    }
}
