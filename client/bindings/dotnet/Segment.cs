using System;
using System.Runtime.InteropServices;
using System.Threading;

namespace ShmBroker;

/// <summary>
/// An open segment: memory that programs of all sessions share. Any thread may make any call.
/// </summary>
/// <remarks>
/// The memory stays valid until the segment is disposed; a lock or a write that was begun keeps it
/// until it ends. Spans do not keep it: dispose the segment only when no code uses its spans any
/// more, and hold a reference to it as long as they are used. Other programs can write anything into
/// a segment: check what you read.
/// </remarks>
public sealed partial class Segment : IDisposable
{
    private readonly CancellationTokenSource _closing = new();
    private readonly IntPtr _data;
    private int _disposed;

    private Segment(SegmentHandle handle, Rights rights, bool created)
    {
        Handle = handle;
        Rights = rights;
        CreatedHere = created;
        try
        {
            Native.Check(Native.shmb_size(handle, out ulong size));
            Native.Check(Native.shmb_data(handle, out _data));
            Size = (long)size;
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    internal SegmentHandle Handle { get; }

    /// <summary>What the segment was opened for.</summary>
    public Rights Rights { get; }

    /// <summary>The number of usable bytes: of the segment, or of the part that was opened.</summary>
    public long Size { get; }

    /// <summary>True: <see cref="CreatePrivate"/> created this memory, and it holds zeros.</summary>
    public bool CreatedHere { get; }

    /// <summary>The name, without <c>Global\</c>.</summary>
    public unsafe string Name
    {
        get
        {
            const int size = 604; // SHMB_NAME_SIZE
            char* name = stackalloc char[size];
            Native.Check(Native.shmb_nameW(Handle, name, size));
            return new string(name);
        }
    }

    /// <summary>What was known of the segment when it was opened.</summary>
    public ObjectInfo Info
    {
        get
        {
            shmb_info info = ObjectInfo.Empty();
            _ = Native.shmb_state(Handle, ref info);
            return new ObjectInfo(info);
        }
    }

    /// <summary>
    /// Whether it is still current: <see cref="ShmbResult.Ok"/>; <see cref="ShmbResult.Stale"/>: open
    /// it again, then dispose this one; <see cref="ShmbResult.NotFound"/>: the broker no longer holds
    /// it; <see cref="ShmbResult.NoBroker"/>. The memory stays valid in all cases.
    /// </summary>
    public ShmbResult State
    {
        get
        {
            shmb_info info = ObjectInfo.Empty();
            return (ShmbResult)Native.shmb_state(Handle, ref info);
        }
    }

    /// <summary>Opens a segment.</summary>
    /// <param name="name">Its name, with or without <c>Global\</c>.</param>
    /// <param name="rights">What to open it for.</param>
    /// <param name="wait">How long to wait for a broker that does not run yet or does not hold the name yet.</param>
    /// <returns>The segment.</returns>
    /// <exception cref="ShmbException">It could not be opened.</exception>
    public static Segment Open(string name, Rights rights = Rights.Read, TimeSpan wait = default)
    {
        Native.Check(Native.shmb_openW(Native.Name(name), (uint)rights,
            Native.Milliseconds(wait, nameof(wait)), out SegmentHandle handle));
        return new Segment(handle, rights, false);
    }

    /// <summary>Opens a segment, or a part of it.</summary>
    /// <param name="name">Its name, with or without <c>Global\</c>.</param>
    /// <param name="options">How.</param>
    /// <returns>The segment.</returns>
    /// <exception cref="ShmbException">It could not be opened.</exception>
    public static Segment Open(string name, SegmentOptions options)
    {
        if (options is null)
            throw new ArgumentNullException(nameof(options));
        SegmentHandle? handle = null;
        Rights rights = options.Rights;
        Native.Check(options.With((ref shmb_options with) =>
            Native.shmb_open_withW(Native.Name(name), ref with, out handle)));
        return new Segment(handle!, rights, false);
    }

    /// <summary>
    /// Creates or opens memory that the processes of one user share in one session. Needs no broker
    /// and no privilege, has a lock, and ends with its last handle. It has no snapshots, change
    /// numbers or first content.
    /// </summary>
    /// <param name="name">The name, with or without <c>Local\</c>; null: a name that no object has.</param>
    /// <param name="size">How many bytes. Memory that exists may have more.</param>
    /// <returns>The memory; <see cref="CreatedHere"/> tells whether it was created.</returns>
    /// <exception cref="ShmbException">It could be neither created nor opened.</exception>
    public static Segment CreatePrivate(string? name, long size)
    {
        Native.Check(Native.shmb_private_createW(name is null ? null : Native.Name(name),
            Native.Offset(size, nameof(size)), out SegmentHandle handle, out int first));
        return new Segment(handle, Rights.Write, first != 0);
    }

    /// <summary>
    /// Closes the segment. While a <see cref="SegmentLock"/> or <see cref="SegmentWrite"/> of it is not
    /// disposed, the system closes it with the last of them. Waits for changes end with an
    /// <see cref="ObjectDisposedException"/>.
    /// </summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return;
        _closing.Cancel();
        Handle.Dispose();
        _closing.Dispose();
    }

    // ---- bytes ---------------------------------------------------------------------------

    /// <summary>
    /// Copies bytes out of the segment, without a lock or a check: hold the lock, or use
    /// <see cref="Snapshot(long, Span{byte})"/>.
    /// </summary>
    /// <param name="offset">The first byte.</param>
    /// <param name="buffer">Where to.</param>
    /// <returns>How many were copied: fewer than the buffer has at the end of the segment.</returns>
    /// <exception cref="ShmbException">The offset is beyond the end.</exception>
    public unsafe int Read(long offset, Span<byte> buffer)
    {
        fixed (byte* bytes = buffer)
        {
            Native.Check(Native.shmb_read(Handle, Native.Offset(offset, nameof(offset)), bytes,
                (ulong)buffer.Length, out ulong done));
            return (int)done;
        }
    }

    /// <summary>The same, as an array.</summary>
    /// <param name="offset">The first byte.</param>
    /// <param name="count">How many.</param>
    /// <returns>The bytes: fewer at the end of the segment.</returns>
    /// <exception cref="ShmbException">The offset is beyond the end.</exception>
    public byte[] Read(long offset, int count)
    {
        var bytes = new byte[count];
        return Cut(bytes, Read(offset, bytes.AsSpan()));
    }

    /// <summary>
    /// Copies bytes, never with half of a write by the library in them. Needs only
    /// <see cref="Rights.Read"/> and takes no lock. Tries for about 10 ms while programs write.
    /// </summary>
    /// <param name="offset">The first byte.</param>
    /// <param name="buffer">Where to.</param>
    /// <returns>How many were copied.</returns>
    /// <exception cref="ShmbException"><see cref="ShmbResult.Busy"/>: programs wrote all the time.
    /// <see cref="ShmbResult.Inconsistent"/>: a writer died in the middle of a write.</exception>
    public unsafe int Snapshot(long offset, Span<byte> buffer)
    {
        fixed (byte* bytes = buffer)
        {
            Native.Check(Native.shmb_snapshot(Handle, Native.Offset(offset, nameof(offset)), bytes,
                (ulong)buffer.Length, out ulong done));
            return (int)done;
        }
    }

    /// <summary>The same, and tries for <paramref name="timeout"/>.</summary>
    /// <param name="offset">The first byte.</param>
    /// <param name="buffer">Where to.</param>
    /// <param name="timeout">For how long.</param>
    /// <returns>How many were copied.</returns>
    /// <exception cref="ShmbException">As without a timeout.</exception>
    public unsafe int Snapshot(long offset, Span<byte> buffer, TimeSpan timeout)
    {
        fixed (byte* bytes = buffer)
        {
            Native.Check(Native.shmb_snapshot_wait(Handle, Native.Offset(offset, nameof(offset)), bytes,
                (ulong)buffer.Length, Native.Milliseconds(timeout, nameof(timeout)), out ulong done));
            return (int)done;
        }
    }

    /// <summary>The same, as an array.</summary>
    /// <param name="offset">The first byte.</param>
    /// <param name="count">How many.</param>
    /// <param name="timeout">For how long to try.</param>
    /// <returns>The bytes: fewer at the end of the segment.</returns>
    /// <exception cref="ShmbException">As without a timeout.</exception>
    public byte[] Snapshot(long offset, int count, TimeSpan timeout)
    {
        var bytes = new byte[count];
        return Cut(bytes, Snapshot(offset, bytes.AsSpan(), timeout));
    }

    /// <summary>
    /// Copies bytes into the segment. The calling thread must hold the lock, if the segment has one;
    /// <see cref="Update(long, ReadOnlySpan{byte}, TimeSpan)"/> takes it.
    /// </summary>
    /// <param name="offset">The first byte.</param>
    /// <param name="bytes">What.</param>
    /// <returns>How many were copied: fewer at the end of the segment.</returns>
    /// <exception cref="ShmbException"><see cref="ShmbResult.NotOwner"/>: this thread does not hold the
    /// lock. <see cref="ShmbResult.AccessDenied"/>: opened to read.</exception>
    public unsafe int Write(long offset, ReadOnlySpan<byte> bytes)
    {
        fixed (byte* from = bytes)
        {
            Native.Check(Native.shmb_write(Handle, Native.Offset(offset, nameof(offset)), from,
                (ulong)bytes.Length, out ulong done));
            return (int)done;
        }
    }

    /// <inheritdoc cref="Write(long, ReadOnlySpan{byte})"/>
    public int Write(long offset, byte[] bytes) => Write(offset, new ReadOnlySpan<byte>(bytes));

    /// <summary>
    /// Takes the lock, writes and releases the lock in one call: the right one for code that changes
    /// threads.
    /// </summary>
    /// <param name="offset">The first byte.</param>
    /// <param name="bytes">What.</param>
    /// <param name="timeout">How long to wait for the lock.</param>
    /// <param name="abandoned">True: written, but an owner of the lock died before.</param>
    /// <returns>How many were copied: fewer at the end of the segment.</returns>
    /// <exception cref="ShmbException">Nothing was written.</exception>
    public unsafe int Update(long offset, ReadOnlySpan<byte> bytes, TimeSpan timeout, out bool abandoned)
    {
        fixed (byte* from = bytes)
        {
            int result = Native.Check(Native.shmb_update(Handle, Native.Offset(offset, nameof(offset)), from,
                (ulong)bytes.Length, Native.Milliseconds(timeout, nameof(timeout)), out ulong done));
            abandoned = result == (int)ShmbResult.Abandoned;
            return (int)done;
        }
    }

    /// <inheritdoc cref="Update(long, ReadOnlySpan{byte}, TimeSpan, out bool)"/>
    public int Update(long offset, ReadOnlySpan<byte> bytes, TimeSpan timeout) =>
        Update(offset, bytes, timeout, out _);

    /// <inheritdoc cref="Update(long, ReadOnlySpan{byte}, TimeSpan, out bool)"/>
    public int Update(long offset, byte[] bytes, TimeSpan timeout) =>
        Update(offset, new ReadOnlySpan<byte>(bytes), timeout, out _);

    /// <inheritdoc cref="Update(long, ReadOnlySpan{byte}, TimeSpan, out bool)"/>
    public int Update(long offset, byte[] bytes, TimeSpan timeout, out bool abandoned) =>
        Update(offset, new ReadOnlySpan<byte>(bytes), timeout, out abandoned);

    /// <summary>A value at an offset, that is loaded and stored as a whole.</summary>
    /// <typeparam name="T">A struct of the same layout in all programs: fixed-width numbers, no <c>nint</c>.</typeparam>
    /// <param name="offset">The first byte.</param>
    /// <returns>The view.</returns>
    /// <exception cref="ArgumentOutOfRangeException">It is not within the segment.</exception>
    public unsafe SegmentView<T> View<T>(long offset = 0) where T : unmanaged
    {
        CheckRange(offset, sizeof(T));
        return new SegmentView<T>(this, offset);
    }

    // ---- the memory itself ---------------------------------------------------------------

    /// <summary>
    /// A range of the memory, to read and write. Writes through it belong between
    /// <see cref="BeginWrite"/> and its end, or snapshots do not notice them.
    /// </summary>
    /// <param name="offset">The first byte.</param>
    /// <param name="count">How many.</param>
    /// <returns>The span; see the remarks of <see cref="Segment"/> on how long it is valid.</returns>
    /// <exception cref="UnauthorizedAccessException">The segment was opened to read.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The range is not within the segment.</exception>
    public Span<byte> GetSpan(long offset, int count) => GetSpan<byte>(offset, count);

    /// <summary>A range of the memory, as an array of structs.</summary>
    /// <typeparam name="T">A struct of the same layout in all programs.</typeparam>
    /// <param name="offset">The first byte.</param>
    /// <param name="count">How many structs.</param>
    /// <returns>The span.</returns>
    /// <exception cref="UnauthorizedAccessException">The segment was opened to read.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The range is not within the segment.</exception>
    public unsafe Span<T> GetSpan<T>(long offset, int count) where T : unmanaged
    {
        CheckWritable();
        return new Span<T>(Pointer(offset, count, sizeof(T)), count);
    }

    /// <summary>A range of the memory, to read.</summary>
    /// <param name="offset">The first byte.</param>
    /// <param name="count">How many.</param>
    /// <returns>The span; see the remarks of <see cref="Segment"/> on how long it is valid.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The range is not within the segment.</exception>
    public ReadOnlySpan<byte> GetReadOnlySpan(long offset, int count) => GetReadOnlySpan<byte>(offset, count);

    /// <summary>A range of the memory, as an array of structs to read.</summary>
    /// <typeparam name="T">A struct of the same layout in all programs.</typeparam>
    /// <param name="offset">The first byte.</param>
    /// <param name="count">How many structs.</param>
    /// <returns>The span.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The range is not within the segment.</exception>
    public unsafe ReadOnlySpan<T> GetReadOnlySpan<T>(long offset, int count) where T : unmanaged =>
        new(Pointer(offset, count, sizeof(T)), count);

    /// <summary>
    /// A range of the memory that may be stored, and used in asynchronous code. Its span can be had
    /// until the segment is disposed; a pin keeps the segment open.
    /// </summary>
    /// <param name="offset">The first byte.</param>
    /// <param name="count">How many.</param>
    /// <returns>The memory.</returns>
    /// <exception cref="UnauthorizedAccessException">The segment was opened to read.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The range is not within the segment.</exception>
    public Memory<byte> GetMemory(long offset, int count)
    {
        CheckWritable();
        return MemoryOf(offset, count);
    }

    /// <summary>The same, to read.</summary>
    /// <param name="offset">The first byte.</param>
    /// <param name="count">How many.</param>
    /// <returns>The memory.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The range is not within the segment.</exception>
    public ReadOnlyMemory<byte> GetReadOnlyMemory(long offset, int count) => MemoryOf(offset, count);

    /// <summary>
    /// Begins a write in place, through spans, or of several writes that belong together. Snapshots
    /// wait until it is disposed. The calling thread must hold the lock, if the segment has one, and
    /// must dispose it.
    /// </summary>
    /// <returns>The write.</returns>
    /// <exception cref="ShmbException">As <see cref="Write(long, ReadOnlySpan{byte})"/>.</exception>
    public SegmentWrite BeginWrite()
    {
        Native.Check(Begin(0, static (handle, _) => Native.shmb_write_begin(handle)));
        return new SegmentWrite(Handle);
    }

    /// <summary>
    /// Waits until no write is in progress, for reading in place. Read, then ask the ticket whether
    /// what was read counts; before that, believe nothing of it.
    /// </summary>
    /// <param name="timeout">For how long.</param>
    /// <returns>The ticket.</returns>
    /// <exception cref="ShmbException"><see cref="ShmbResult.Busy"/>: a write was in progress all the time.</exception>
    public ReadTicket BeginRead(TimeSpan timeout)
    {
        Native.Check(Native.shmb_read_begin(Handle, Native.Milliseconds(timeout, nameof(timeout)), out ulong ticket));
        return new ReadTicket(Handle, ticket);
    }

    /// <summary>
    /// The same, with the bytes to read: with <c>snapshots: double</c> those of the last finished
    /// write, which need no wait.
    /// </summary>
    /// <param name="timeout">For how long.</param>
    /// <returns>The bytes and their ticket.</returns>
    /// <exception cref="ShmbException">As <see cref="BeginRead"/>.</exception>
    public unsafe PublishedRead ReadPublished(TimeSpan timeout)
    {
        if (Size > int.MaxValue)
            throw new InvalidOperationException("The segment is too large for a span: open a part of it.");
        Native.Check(Native.shmb_read_published(Handle, Native.Milliseconds(timeout, nameof(timeout)),
            out IntPtr data, out ulong ticket));
        return new PublishedRead(new ReadOnlySpan<byte>((void*)data, (int)Size), new ReadTicket(Handle, ticket));
    }

    internal unsafe byte* Pointer(long offset, long count, int size)
    {
        CheckRange(offset, count * size);
        return (byte*)_data + offset;
    }

    private static byte[] Cut(byte[] bytes, int count)
    {
        if (count < bytes.Length)
            Array.Resize(ref bytes, count);
        return bytes;
    }

    private Memory<byte> MemoryOf(long offset, int count)
    {
        CheckRange(offset, count);
        return new SegmentMemory(this, offset, count).Memory;
    }

    private void CheckWritable()
    {
        if (Rights != Rights.Write)
            throw new UnauthorizedAccessException("The segment was opened to read.");
    }

    private void CheckRange(long offset, long count)
    {
        if (Handle.IsClosed)
            throw new ObjectDisposedException(nameof(Segment));
        if (offset < 0 || offset > Size)
            throw new ArgumentOutOfRangeException(nameof(offset), offset, "It is not within the segment.");
        if (count < 0 || count > Size - offset)
            throw new ArgumentOutOfRangeException(nameof(count), count, "The range is not within the segment.");
    }
}
