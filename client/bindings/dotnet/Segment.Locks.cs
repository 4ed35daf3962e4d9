using System;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using System.Threading;
using System.Threading.Tasks;

namespace ShmBroker;

/// <summary>What is known of the lock of a segment.</summary>
[Flags]
public enum LockFlags
{
    /// <summary>Nothing.</summary>
    None = 0,
    /// <summary>The system told whether a thread owns the lock.</summary>
    Known = 0x01,
    /// <summary>A thread owns it.</summary>
    Held = 0x02,
    /// <summary>The system told which thread.</summary>
    Owner = 0x04,
    /// <summary>An owner died.</summary>
    Abandoned = 0x08,
    /// <summary>A writer died in the middle of a write.</summary>
    Half = 0x10,
}

/// <summary>The lock of a segment, for messages; never a reason not to take the lock.</summary>
public sealed class LockInfo
{
    internal LockInfo(in shmb_lock_info info)
    {
        Flags = (LockFlags)info.flags;
        ProcessId = unchecked((int)info.process);
        ThreadId = unchecked((int)info.thread);
        // Any program that may write the segment can write the time, also one that is none.
        const ulong last = 2650467743999999999; // 9999-12-31
        Since = info.since is 0 or > last ? null : DateTime.FromFileTimeUtc((long)info.since);
    }

    /// <summary>What is known.</summary>
    public LockFlags Flags { get; }

    /// <summary>The process of the owner, or of the one that died; 0: not known.</summary>
    public int ProcessId { get; }

    /// <summary>The thread of the owner, or of the one that died; 0: not known.</summary>
    public int ThreadId { get; }

    /// <summary>When it took the lock, in UTC; null: not known.</summary>
    public DateTime? Since { get; }
}

public sealed partial class Segment
{
    private const int SliceMs = 100;
    private const int NothingBegun = int.MaxValue;

    /// <summary>
    /// Takes the lock for the calling thread, which must dispose what it gets: a lock belongs to a
    /// thread. Do not use <c>await</c> in between; see <see cref="LockAsync"/>.
    /// </summary>
    /// <returns>The lock.</returns>
    /// <exception cref="ShmbException">The segment has no lock, or it could not be taken.</exception>
    public SegmentLock Lock() => Lock(Timeout.InfiniteTimeSpan);

    /// <inheritdoc cref="Lock()"/>
    /// <param name="timeout">How long to wait. <see cref="ShmbResult.Timeout"/>: it was not free.</param>
    public SegmentLock Lock(TimeSpan timeout)
    {
        int result = Native.Check(Begin(Native.Milliseconds(timeout, nameof(timeout)), Native.shmb_lock));
        return new SegmentLock(Handle, result == (int)ShmbResult.Abandoned);
    }

    /// <summary>Takes the lock for the calling thread, if that can be done in time.</summary>
    /// <param name="timeout">How long to wait.</param>
    /// <param name="held">The lock; null: timed out.</param>
    /// <returns>True: the thread holds the lock.</returns>
    /// <exception cref="ShmbException">The segment has no lock, or it could not be taken.</exception>
    public bool TryLock(TimeSpan timeout, [NotNullWhen(true)] out SegmentLock? held)
    {
        int result = Begin(Native.Milliseconds(timeout, nameof(timeout)), Native.shmb_lock);
        held = Native.Timely(result) ? new SegmentLock(Handle, result == (int)ShmbResult.Abandoned) : null;
        return held is not null;
    }

    /// <summary>
    /// Takes the lock for asynchronous code: a thread of its own holds it, so any thread may release
    /// it. Writes under it go through <see cref="AsyncSegmentLock.RunAsync(Action)"/>.
    /// </summary>
    /// <param name="cancellationToken">Ends the wait, a tenth of a second later at most.</param>
    /// <returns>The lock.</returns>
    /// <exception cref="ShmbException">The segment has no lock, or it could not be taken.</exception>
    /// <exception cref="OperationCanceledException">The wait was cancelled.</exception>
    public async Task<AsyncSegmentLock> LockAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var thread = new OwnThread("ShmBroker lock");
        try
        {
            SegmentLock held = await thread.RunAsync(() => LockInSlices(cancellationToken)).ConfigureAwait(false);
            return new AsyncSegmentLock(thread, held);
        }
        catch
        {
            thread.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Fills the segment, if this program is the first to do so: <paramref name="fill"/> runs in the
    /// calling thread, under the lock. If it throws, or the program dies, the next program is first.
    /// </summary>
    /// <param name="fill">Writes the first content.</param>
    /// <param name="timeout">How long to wait for the lock, and for another program that is first.</param>
    /// <returns>True: this call filled it; false: it was filled already.</returns>
    /// <exception cref="ShmbException"><see cref="ShmbResult.Timeout"/>: another program is first and not done.</exception>
    public bool FillOnce(Action<Segment> fill, TimeSpan timeout)
    {
        if (fill is null)
            throw new ArgumentNullException(nameof(fill));
        int first = 0;
        Native.Check(Begin(Native.Milliseconds(timeout, nameof(timeout)), (handle, time) =>
        {
            int result = Native.shmb_first(handle, time, out first);
            // Nothing has begun where another program was first.
            return result >= 0 && first == 0 ? NothingBegun : result;
        }));
        if (first == 0)
            return false;
        using var held = new SegmentLock(Handle, false);
        fill(this);
        held.Declare();
        return true;
    }

    /// <summary>Tells who holds the lock and since when, and whether it was abandoned.</summary>
    /// <returns>What is known.</returns>
    /// <exception cref="ShmbException">The segment has no lock.</exception>
    public LockInfo GetLockInfo()
    {
        var info = new shmb_lock_info { size = (uint)Marshal.SizeOf<shmb_lock_info>() };
        Native.Check(Native.shmb_lock_state(Handle, ref info));
        return new LockInfo(info);
    }

    /// <summary>
    /// Makes a call that begins something. After a success the segment stays open until that has
    /// ended, whatever another thread does: see <see cref="ThreadBound"/>.
    /// </summary>
    private int Begin(uint timeout, Func<SegmentHandle, uint, int> call)
    {
        bool added = false, begun = false;
        Handle.DangerousAddRef(ref added);
        try
        {
            int result = call(Handle, timeout);
            begun = result is >= 0 and not NothingBegun;
            return result;
        }
        finally
        {
            if (!begun)
                Handle.DangerousRelease();
        }
    }

    private SegmentLock LockInSlices(CancellationToken cancellationToken)
    {
        TimeSpan slice = cancellationToken.CanBeCanceled ? TimeSpan.FromMilliseconds(SliceMs) : Timeout.InfiniteTimeSpan;
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (TryLock(slice, out SegmentLock? held))
                return held;
        }
    }
}

/// <summary>What a thread has begun in a segment and must end itself. Keeps the segment open.</summary>
public abstract class ThreadBound : IDisposable
{
    private readonly SegmentHandle _handle;
    private readonly int _thread = Environment.CurrentManagedThreadId;
    private int _ended;

    /// <summary>Takes over a reference to the handle.</summary>
    private protected ThreadBound(SegmentHandle handle) => _handle = handle;

    private protected SegmentHandle Handle => _handle;

    /// <summary>
    /// Ends it, in the thread that began it. In another thread it changes nothing and throws: the
    /// right thread can still end it.
    /// </summary>
    /// <exception cref="SynchronizationLockException">Another thread began it.</exception>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Ends it.</summary>
    /// <param name="disposing">False: by a finalizer.</param>
    protected virtual void Dispose(bool disposing)
    {
        if (disposing && Volatile.Read(ref _ended) == 0)
        {
            CheckThread();
            _ = Finish();
        }
    }

    /// <summary>Ends it, once.</summary>
    private protected int Finish()
    {
        _ended = 1;
        try
        {
            // The segment may have been disposed meanwhile: its handle is open, and serves no calls.
            return End(_handle.DangerousGetHandle());
        }
        finally
        {
            _handle.DangerousRelease();
        }
    }

    private protected abstract int End(IntPtr segment);

    private protected void CheckThread()
    {
        if (Volatile.Read(ref _ended) != 0)
            throw new ObjectDisposedException(GetType().Name);
        if (_thread != Environment.CurrentManagedThreadId)
            throw new SynchronizationLockException(
                "Another thread began this and must end it. Use no await in between, or use LockAsync or Update.");
    }
}

/// <summary>
/// The lock of a segment, held by the thread that took it. Dispose it in that thread. A thread may
/// take the lock again, and disposes each of them.
/// </summary>
public sealed class SegmentLock : ThreadBound
{
    private bool _released;

    internal SegmentLock(SegmentHandle handle, bool abandoned) : base(handle) => Abandoned = abandoned;

    /// <summary>
    /// True: an owner died while it held the lock, and the content may be half written. All owners
    /// get this until one calls <see cref="MarkConsistent"/>.
    /// </summary>
    public bool Abandoned { get; }

    /// <summary>Declares the content consistent after <see cref="Abandoned"/>.</summary>
    /// <exception cref="ShmbException">The segment was opened to read, or its control data is invalid.</exception>
    public void MarkConsistent()
    {
        CheckThread();
        Native.Check(Native.shmb_mark_consistent(Handle));
    }

    /// <summary>
    /// Puts the last published value back and declares it consistent; needs <c>snapshots: double</c>.
    /// Undoes what this thread has written since <see cref="Segment.BeginWrite"/>.
    /// </summary>
    /// <exception cref="ShmbException">Nothing was changed.</exception>
    public void Restore()
    {
        CheckThread();
        Native.Check(Native.shmb_restore(Handle));
    }

    /// <summary>Releases the lock as Dispose does, and throws if that fails.</summary>
    /// <exception cref="ShmbException"><see cref="ShmbResult.Stale"/>: the thread has not had the lock
    /// any more, since the broker moved its control data.</exception>
    public void Release()
    {
        CheckThread();
        Native.Check(Finish());
    }

    /// <summary>Declares the first content initialised, which releases the lock once.</summary>
    internal void Declare()
    {
        CheckThread();
        int result = Native.shmb_init_done(Handle.DangerousGetHandle());
        // The lock is released after SHMB_OK and SHMB_STALE.
        _released = result >= 0 || result == (int)ShmbResult.Stale;
        Native.Check(result);
    }

    private protected override int End(IntPtr segment) => _released ? 0 : Native.shmb_unlock(segment);
}

/// <summary>A write in progress. Dispose it in the thread that began it, before its lock.</summary>
public sealed class SegmentWrite : ThreadBound
{
    internal SegmentWrite(SegmentHandle handle) : base(handle)
    {
    }

    private protected override int End(IntPtr segment) => Native.shmb_write_end(segment);
}

/// <summary>
/// The lock of a segment, held by a thread of its own, for asynchronous code: any thread may run
/// something under it, and release it.
/// </summary>
public sealed class AsyncSegmentLock : IDisposable
{
    private readonly OwnThread _thread;
    private readonly SegmentLock _held;
    private int _released;

    internal AsyncSegmentLock(OwnThread thread, SegmentLock held)
    {
        _thread = thread;
        _held = held;
    }

    /// <inheritdoc cref="SegmentLock.Abandoned"/>
    public bool Abandoned => _held.Abandoned;

    /// <summary>Runs something in the thread that holds the lock: what writes must run there.</summary>
    /// <param name="action">What; it may write, but not wait for what runs under the same lock.</param>
    /// <returns>Ends when the action has ended, and fails as it failed.</returns>
    public Task RunAsync(Action action)
    {
        if (action is null)
            throw new ArgumentNullException(nameof(action));
        return RunAsync(() =>
        {
            action();
            return true;
        });
    }

    /// <inheritdoc cref="RunAsync(Action)"/>
    /// <typeparam name="T">What it returns.</typeparam>
    /// <param name="function">What to run.</param>
    public Task<T> RunAsync<T>(Func<T> function) =>
        function is null ? throw new ArgumentNullException(nameof(function)) : _thread.RunAsync(function);

    /// <inheritdoc cref="SegmentLock.MarkConsistent"/>
    /// <returns>Ends when it is done.</returns>
    public Task MarkConsistentAsync() => RunAsync(_held.MarkConsistent);

    /// <inheritdoc cref="SegmentLock.Restore"/>
    /// <returns>Ends when it is done.</returns>
    public Task RestoreAsync() => RunAsync(_held.Restore);

    /// <summary>Releases the lock, after what runs under it.</summary>
    /// <returns>Ends when the lock is released, and fails as <see cref="SegmentLock.Release"/>.</returns>
    public async Task ReleaseAsync()
    {
        if (Interlocked.Exchange(ref _released, 1) != 0)
            return;
        try
        {
            await _thread.RunAsync(() =>
            {
                _held.Release();
                return true;
            }).ConfigureAwait(false);
        }
        finally
        {
            _thread.Dispose();
        }
    }

    /// <summary>
    /// Releases the lock, in any thread. Does not wait for what runs under it; <see cref="ReleaseAsync"/>
    /// does.
    /// </summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _released, 1) != 0)
            return;
        _ = _thread.RunAsync(() =>
        {
            _held.Dispose();
            return true;
        });
        _thread.Dispose();
    }
}
