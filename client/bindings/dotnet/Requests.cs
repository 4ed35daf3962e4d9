using System;
using System.Runtime.InteropServices;
using System.Text;

namespace ShmBroker;

/// <summary>Why a request was refused. The numbers never change.</summary>
public enum RequestReason
{
    /// <summary>It was not refused.</summary>
    None = 0,
    /// <summary>No rule is for this name.</summary>
    NoRule = 1,
    /// <summary>The rule does not let this program ask.</summary>
    Who = 2,
    /// <summary>The rule does not have this kind.</summary>
    Kind = 3,
    /// <summary><see cref="RequestInfo.Most"/>: bytes of the largest segment of the rule.</summary>
    Size = 4,
    /// <summary>Used, most: objects of this account.</summary>
    EachObjects = 5,
    /// <summary>Used, most: bytes of this account.</summary>
    EachMemory = 6,
    /// <summary>Used, most: objects of the rule.</summary>
    TotalObjects = 7,
    /// <summary>Used, most: bytes of the rule.</summary>
    TotalMemory = 8,
    /// <summary><c>limits</c> of the configuration, or the most there can be.</summary>
    Limits = 9,
    /// <summary>This account asks too often: <see cref="RequestInfo.Retry"/>.</summary>
    Rate = 10,
    /// <summary>The name belongs to another object of the broker.</summary>
    Taken = 11,
    /// <summary>An object that is not the broker's has the name.</summary>
    Foreign = 12,
    /// <summary>It exists, but is of another kind, or smaller: <see cref="RequestInfo.Size"/>.</summary>
    Other = 13,
    /// <summary>It exists, but you may not open it.</summary>
    NoAccess = 14,
    /// <summary>Release: nobody has requested it.</summary>
    NotRequested = 15,
    /// <summary>Release: another account has requested it.</summary>
    NotYours = 16,
    /// <summary>Release: it lives as long as the broker.</summary>
    Lives = 17,
    /// <summary>The broker is starting or stopping.</summary>
    Stopping = 18,
    /// <summary>The system refused it.</summary>
    System = 19,
    /// <summary>The broker does not understand this library.</summary>
    Message = 20,
    /// <summary>The configuration has no <c>requests:</c>.</summary>
    NoPipe = 21,
}

[Flags]
internal enum RequestFlags
{
    None = 0,
    ManualReset = 0x1,
    Set = 0x2,
}

/// <summary>What to ask for.</summary>
public sealed class RequestOptions
{
    /// <summary>The kind; <see cref="ObjectKind.Queue"/> cannot be requested.</summary>
    public ObjectKind Kind { get; set; } = ObjectKind.Segment;

    /// <summary>Event: it stays set until it is reset.</summary>
    public bool ManualReset { get; set; }

    /// <summary>Event: it is set when it is created.</summary>
    public bool Signalled { get; set; }

    /// <summary>Semaphore: its first count.</summary>
    public int InitialCount { get; set; }

    /// <summary>Semaphore: its greatest count.</summary>
    public int MaximumCount { get; set; }

    /// <summary>How long to wait for a broker and for its answer.</summary>
    public TimeSpan Timeout { get; set; } = Requests.DefaultTimeout;

    /// <summary>As in <see cref="OpenOptions.Owner"/>.</summary>
    public string? Owner { get; set; }
}

/// <summary>What the broker answered to a request.</summary>
public sealed class RequestInfo
{
    internal unsafe RequestInfo(int result, in shmb_request_info info)
    {
        Result = (ShmbResult)result;
        Reason = (RequestReason)info.reason;
        Made = info.made != 0;
        Used = unchecked((long)info.used);
        Most = unchecked((long)info.most);
        Size = unchecked((long)info.bytes);
        Retry = info.retry_ms == 0 ? null : TimeSpan.FromMilliseconds(info.retry_ms);
        fixed (byte* rule = info.rule)
            Rule = *rule == 0 ? null : ObjectInfo.Text(rule);
        if (result >= 0)
            return;
        char* text = stackalloc char[TextSize];
        shmb_request_info told = info;
        _ = Native.shmb_request_textW(result, ref told, text, TextSize);
        Text = new string(text);
    }

    private const int TextSize = 1024;

    /// <summary><see cref="ShmbResult.Ok"/>: the broker holds the object; else why not.</summary>
    public ShmbResult Result { get; }

    /// <summary>True: not refused.</summary>
    public bool Allowed => Result >= 0;

    /// <summary>True: this request created the object, or would create it; false: it existed.</summary>
    public bool Made { get; }

    /// <summary>Why it was refused.</summary>
    public RequestReason Reason { get; }

    /// <summary>Objects or bytes, see the reason.</summary>
    public long Used { get; }

    /// <summary>Objects or bytes, see the reason.</summary>
    public long Most { get; }

    /// <summary>Segment: its size in bytes.</summary>
    public long Size { get; }

    /// <summary>When another try may succeed; null: that would not help.</summary>
    public TimeSpan? Retry { get; }

    /// <summary>The rule that decided; null: none.</summary>
    public string? Rule { get; }

    /// <summary>Why it was refused, with the rule and the numbers; empty: it was not.</summary>
    public string Text { get; } = "";
}

internal static class Requests
{
    internal static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(5);

    internal delegate int Call(string name, ulong bytes, ref shmb_request_options options, ref shmb_request_info info);

    /// <summary>The answer. Throws where there is none, and where a refusal is a failure.</summary>
    internal static unsafe RequestInfo Make(Call call, string name, long size, RequestOptions? wanted, bool refusalFails)
    {
        wanted ??= new RequestOptions();
        var options = new shmb_request_options
        {
            size = (uint)Marshal.SizeOf<shmb_request_options>(),
            kind = (uint)wanted.Kind,
            flags = (uint)((wanted.ManualReset ? RequestFlags.ManualReset : 0) |
                (wanted.Signalled ? RequestFlags.Set : 0)),
            timeout_ms = Milliseconds(wanted.Timeout),
            initial = wanted.InitialCount,
            maximum = wanted.MaximumCount,
        };
        var info = new shmb_request_info { size = (uint)Marshal.SizeOf<shmb_request_info>() };
        int result;
        fixed (byte* owner = wanted.Owner is null ? null : Encoding.UTF8.GetBytes(wanted.Owner + "\0"))
        {
            options.owner = (IntPtr)owner;
            result = call(Native.Name(name), Native.Offset(size, nameof(size)), ref options, ref info);
        }
        bool answered = result >= 0 || info.reason != 0;
        if (!answered || (refusalFails && result < 0))
            throw ShmbException.FromResult(result, answered ? info : null);
        return new RequestInfo(result, info);
    }

    /// <summary>For the library, 0 is five seconds.</summary>
    internal static uint Milliseconds(TimeSpan timeout) => Math.Max(Native.Milliseconds(timeout, nameof(timeout)), 1);
}
