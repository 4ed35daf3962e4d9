using System;
using System.Runtime.InteropServices;

namespace ShmBroker;

/// <summary>The result of a call: 0 or above is a success. The numbers never change.</summary>
public enum ShmbResult
{
    /// <summary>Success.</summary>
    Ok = 0,
    /// <summary>Done, and you hold the lock; but an owner died while it held the lock.</summary>
    Abandoned = 1,
    /// <summary>The broker runs, but holds no object of this name.</summary>
    NotFound = -1,
    /// <summary>No such object, and no broker runs.</summary>
    NoBroker = -2,
    /// <summary>The access list does not give you this right.</summary>
    AccessDenied = -3,
    /// <summary>The name belongs to an object of another kind.</summary>
    WrongKind = -4,
    /// <summary>The object exists, but the broker did not make it.</summary>
    NotOurs = -5,
    /// <summary>Not a valid object name.</summary>
    BadName = -6,
    /// <summary>A parameter is wrong, or the call does not fit the object.</summary>
    BadArgument = -7,
    /// <summary>The start is beyond the end; a message is too long, or the buffer too small.</summary>
    Range = -8,
    /// <summary>Timed out.</summary>
    Timeout = -9,
    /// <summary>This thread does not hold the lock.</summary>
    NotOwner = -10,
    /// <summary>No slot for this thread: see max_lockers in the configuration.</summary>
    NoSlot = -11,
    /// <summary>Writers kept changing the bytes; of a queue: another thread has this end.</summary>
    Busy = -12,
    /// <summary>A writer died in the middle of a write.</summary>
    Inconsistent = -13,
    /// <summary>The shared control data is invalid.</summary>
    Corrupt = -14,
    /// <summary>The broker has another, incompatible version.</summary>
    VersionMismatch = -15,
    /// <summary>The object was retired or recreated, or its control data moved: open it again.</summary>
    Stale = -16,
    /// <summary>Out of memory or address space.</summary>
    NoMemory = -17,
    /// <summary>A system call failed: see <see cref="ShmbException.Win32Code"/>.</summary>
    System = -18,
    /// <summary>No rule of the configuration allows this request: see <see cref="ShmbException.Answer"/>.</summary>
    NotAllowed = -19,
    /// <summary>A quota of the rule is used up: see <see cref="ShmbException.Answer"/>.</summary>
    Quota = -20,
}

/// <summary>A call of the library failed. The message is the library's sentence for it.</summary>
public sealed class ShmbException : Exception
{
    private const int TextSize = 1024;

    /// <summary>Creates an exception without a result of the library.</summary>
    public ShmbException()
    {
    }

    /// <summary>Creates an exception without a result of the library.</summary>
    /// <param name="message">The message.</param>
    public ShmbException(string message) : base(message)
    {
    }

    /// <summary>Creates an exception without a result of the library.</summary>
    /// <param name="message">The message.</param>
    /// <param name="innerException">What caused it.</param>
    public ShmbException(string message, Exception innerException) : base(message, innerException)
    {
    }

    private ShmbException(ShmbResult result, string message, int win32Code, string? systemCall, RequestInfo? answer)
        : base(message)
    {
        Answer = answer;
        Result = result;
        Win32Code = win32Code;
        SystemCall = systemCall;
    }

    /// <summary>Which failure it is.</summary>
    public ShmbResult Result { get; } = ShmbResult.System;

    /// <summary>The code of the system call that failed; 0: none did.</summary>
    public int Win32Code { get; }

    /// <summary>The name of the system call that failed; null: none did.</summary>
    public string? SystemCall { get; }

    /// <summary>
    /// What the broker answered to <see cref="Broker.Request"/>; null: nothing, or it was another call.
    /// </summary>
    public RequestInfo? Answer { get; }

    /// <summary>Call it in the thread of the failed call, before the thread's next call.</summary>
    internal static unsafe ShmbException FromResult(int result, shmb_request_info? told = null)
    {
        char* text = stackalloc char[TextSize];
        _ = Native.shmb_result_textW(result, text, TextSize);
        uint code = 0;
        IntPtr call = IntPtr.Zero;
        if (Native.shmb_last_failure(out uint lastCode, out IntPtr lastCall) == result)
            (code, call) = (lastCode, lastCall);
        return new ShmbException((ShmbResult)result, new string(text), unchecked((int)code),
            code == 0 ? null : Marshal.PtrToStringAnsi(call),
            told is { } info ? new RequestInfo(result, info) : null);
    }
}
