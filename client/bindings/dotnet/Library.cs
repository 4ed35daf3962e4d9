using System;
using System.Runtime.InteropServices;
using System.Threading;

// The DLL is trusted: it comes from the program's own folder or from System32, never from PATH.
[assembly: DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory | DllImportSearchPath.System32)]
[assembly: CLSCompliant(false)]
[assembly: ComVisible(false)]
#if NET8_0_OR_GREATER
[assembly: System.Runtime.Versioning.SupportedOSPlatform("windows")]
#endif

namespace ShmBroker;

internal static unsafe partial class Native
{
    internal const string Library = "shmbclient";
    internal const int RecheckMs = 1000; // SHMB_RECHECK_MS
    private const uint Infinite = 0xFFFFFFFF;

    /// <summary>Returns the result of a call, or throws if it is a failure.</summary>
    internal static int Check(int result) => result < 0 ? throw ShmbException.FromResult(result) : result;

    /// <summary>Returns false where the call timed out.</summary>
    internal static bool Timely(int result) => result != (int)ShmbResult.Timeout && Check(result) >= 0;

    internal static uint Milliseconds(TimeSpan time, string parameter)
    {
        if (time == Timeout.InfiniteTimeSpan)
            return Infinite;
        double milliseconds = Math.Ceiling(time.TotalMilliseconds);
        if (milliseconds < 0 || milliseconds >= Infinite)
            throw new ArgumentOutOfRangeException(parameter, time, "Use Timeout.InfiniteTimeSpan for no limit.");
        return (uint)milliseconds;
    }

    /// <summary>A text of C ends at the first zero: a name with one would be another name.</summary>
    internal static string Name(string name)
    {
        if (name is null)
            throw new ArgumentNullException(nameof(name));
        if (name.IndexOf('\0') >= 0)
            throw new ArgumentException("The name contains a zero character.", nameof(name));
        return name;
    }

    internal static ulong Offset(long offset, string parameter) =>
        offset >= 0 ? (ulong)offset : throw new ArgumentOutOfRangeException(parameter, offset, "It must not be negative.");

    [DllImport("kernel32", ExactSpelling = true, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    internal static extern int DuplicateHandle(IntPtr sourceProcess, IntPtr source, IntPtr targetProcess,
        out IntPtr target, uint access, int inherit, uint options);

    [DllImport("kernel32", ExactSpelling = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    internal static extern IntPtr GetCurrentProcess();

    [DllImport("kernel32", CharSet = CharSet.Unicode, ExactSpelling = true, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    internal static extern IntPtr LoadLibraryExW(string path, IntPtr reserved, uint flags);
}

internal sealed class SegmentHandle : SafeHandle
{
    public SegmentHandle() : base(IntPtr.Zero, true)
    {
    }

    public override bool IsInvalid => handle == IntPtr.Zero;

    protected override bool ReleaseHandle() => Native.shmb_close(handle) >= 0;
}

internal sealed class QueueHandle : SafeHandle
{
    public QueueHandle() : base(IntPtr.Zero, true)
    {
    }

    public override bool IsInvalid => handle == IntPtr.Zero;

    protected override bool ReleaseHandle() => Native.shmb_queue_close(handle) >= 0;
}

internal sealed class ListHandle : SafeHandle
{
    public ListHandle() : base(IntPtr.Zero, true)
    {
    }

    public override bool IsInvalid => handle == IntPtr.Zero;

    protected override bool ReleaseHandle() => Native.shmb_list_close(handle) >= 0;
}

internal sealed class SubscriptionHandle : SafeHandle
{
    public SubscriptionHandle() : base(IntPtr.Zero, true)
    {
    }

    public override bool IsInvalid => handle == IntPtr.Zero;

    protected override bool ReleaseHandle() => Native.shmb_unsubscribe(handle) >= 0;
}
