using System;
using System.Collections.Generic;
using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.Win32.SafeHandles;

namespace ShmBroker;

public sealed partial class Segment
{
    private long _reported;

    /// <summary>
    /// The change number: 0 at first, another one after each finished write of the library. Makes no
    /// system call.
    /// </summary>
    /// <exception cref="ShmbException">The segment was opened without the directory, or is stale.</exception>
    public long ChangeNumber
    {
        get
        {
            Native.Check(Native.shmb_change_number(Handle, out ulong number));
            return unchecked((long)number);
        }
    }

    /// <summary>
    /// Waits for a change since the last one that this object reported; the first call, since the
    /// first write ever. Several changes may end one wait. Needs <c>notify: true</c>.
    /// </summary>
    /// <param name="timeout">How long to wait.</param>
    /// <returns>True: there was a change; false: timed out.</returns>
    /// <exception cref="ShmbException">The segment has no changes to wait for, or is stale.</exception>
    public bool WaitForChange(TimeSpan timeout)
    {
        long seen = Volatile.Read(ref _reported);
        if (!WaitForChange(ref seen, timeout))
            return false;
        Volatile.Write(ref _reported, seen);
        return true;
    }

    /// <summary>Waits until the change number differs.</summary>
    /// <param name="seen">The number that the program has seen; the new one afterwards.</param>
    /// <param name="timeout">How long to wait.</param>
    /// <returns>True: there was a change; false: timed out.</returns>
    /// <exception cref="ShmbException">The segment has no changes to wait for, or is stale.</exception>
    public bool WaitForChange(ref long seen, TimeSpan timeout)
    {
        ulong number = unchecked((ulong)seen);
        if (!Native.Timely(Native.shmb_wait_changed(Handle, ref number, Native.Milliseconds(timeout, nameof(timeout)))))
            return false;
        seen = unchecked((long)number);
        return true;
    }

    /// <inheritdoc cref="WaitForChange(TimeSpan)"/>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Ends after a change.</returns>
    /// <exception cref="OperationCanceledException">The wait was cancelled.</exception>
    /// <exception cref="ObjectDisposedException">The segment was disposed.</exception>
    public async Task WaitForChangeAsync(CancellationToken cancellationToken = default)
    {
        long seen = Volatile.Read(ref _reported);
        Volatile.Write(ref _reported, await WaitForChangeAsync(seen, cancellationToken).ConfigureAwait(false));
    }

    /// <summary>Waits until the change number differs. Blocks no thread.</summary>
    /// <param name="seen">The number that the program has seen.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The new number.</returns>
    /// <exception cref="ShmbException">The segment has no changes to wait for, or is stale.</exception>
    /// <exception cref="OperationCanceledException">The wait was cancelled.</exception>
    /// <exception cref="ObjectDisposedException">The segment was disposed.</exception>
    public async Task<long> WaitForChangeAsync(long seen, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        long now = ChangeNumber;
        if (now != seen)
            return now;
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _closing.Token);
        using ChangeSubscription changes = Subscribe(seen);
        try
        {
            while (true)
            {
                await WaitHandles.WaitAsync(changes.Event, ending.Token).ConfigureAwait(false);
                now = ChangeNumber;
                if (now != seen)
                    return now;
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new ObjectDisposedException(nameof(Segment));
        }
        catch (OperationCanceledException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw;
        }
    }

#if NET8_0_OR_GREATER
    /// <summary>The change numbers, from now on, for <c>await foreach</c>. Several changes may be one number.</summary>
    /// <param name="cancellationToken">Ends them.</param>
    /// <returns>The numbers.</returns>
    /// <exception cref="ShmbException">The segment has no changes to wait for, or is stale.</exception>
    public async IAsyncEnumerable<long> ChangesAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        long seen = ChangeNumber;
        while (true)
        {
            seen = await WaitForChangeAsync(seen, cancellationToken).ConfigureAwait(false);
            yield return seen;
        }
    }
#endif

    /// <summary>One event for all changes, for programs that wait for many things.</summary>
    /// <param name="seen">The change number that the program has seen.</param>
    /// <returns>The subscription.</returns>
    /// <exception cref="ShmbException">The segment has no changes to wait for, or is stale.</exception>
    public ChangeSubscription Subscribe(long seen)
    {
        Native.Check(Native.shmb_subscribe(Handle, unchecked((ulong)seen), out SubscriptionHandle handle, out IntPtr changed));
        return new ChangeSubscription(handle, changed);
    }
}

/// <summary>
/// An event that is set after each change of a segment. Several changes may set it once, and it may
/// be set for a change that the program has seen. If the change number cannot be read any more, it is
/// set once, and <see cref="Segment.ChangeNumber"/> says why. It may outlive its segment.
/// </summary>
public sealed class ChangeSubscription : IDisposable
{
    private readonly SubscriptionHandle _handle;

    internal ChangeSubscription(SubscriptionHandle handle, IntPtr changed)
    {
        _handle = handle;
        try
        {
            Event = WaitHandles.Duplicate(changed);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    /// <summary>The event. A wait that it ends resets it.</summary>
    public WaitHandle Event { get; }

    /// <summary>Ends the subscription; a thread that waits for the event wakes.</summary>
    public void Dispose()
    {
        _handle.Dispose();
        Event.Dispose();
    }
}

/// <summary>Waiting for events of the library.</summary>
internal static class WaitHandles
{
    private const uint SameAccess = 2; // DUPLICATE_SAME_ACCESS

    private sealed class Shared : WaitHandle
    {
        internal Shared(IntPtr handle) => SafeWaitHandle = new SafeWaitHandle(handle, true);
    }

    /// <summary>A handle of our own, which is valid until we close it, whatever the library does.</summary>
    internal static WaitHandle Duplicate(IntPtr handle)
    {
        IntPtr process = Native.GetCurrentProcess();
        return Native.DuplicateHandle(process, handle, process, out IntPtr own, 0, 0, SameAccess) != 0
            ? new Shared(own)
            : throw new Win32Exception(Marshal.GetLastWin32Error());
    }

    /// <summary>Waits for a handle without a thread.</summary>
    internal static async Task WaitAsync(WaitHandle handle, CancellationToken cancellationToken)
    {
        var done = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        RegisteredWaitHandle wait = ThreadPool.RegisterWaitForSingleObject(handle,
            static (state, _) => ((TaskCompletionSource<bool>)state!).TrySetResult(true), done, -1, true);
        try
        {
            using (cancellationToken.Register(static state => ((TaskCompletionSource<bool>)state!).TrySetCanceled(), done))
                _ = await done.Task.ConfigureAwait(false);
        }
        finally
        {
            _ = wait.Unregister(null);
        }
    }
}
