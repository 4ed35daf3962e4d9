using System;
using System.Runtime.InteropServices;
using System.Text;

namespace ShmBroker;

/// <summary>How to open a segment or a queue.</summary>
public class OpenOptions
{
    /// <summary>What to open it for.</summary>
    public Rights Rights { get; set; } = Rights.Read;

    /// <summary>How long to wait for a broker that does not run yet or does not hold the name yet.</summary>
    public TimeSpan Wait { get; set; }

    /// <summary>
    /// The SID of one more owner to trust, if the broker runs under an account of its own; null: only
    /// the service, SYSTEM and Administrators.
    /// </summary>
    public string? Owner { get; set; }

    internal virtual long FirstByte => 0;

    internal virtual long ByteCount => 0;

    internal delegate int Open(ref shmb_options options);

    /// <summary>Makes the call with the structure of these options.</summary>
    internal unsafe int With(Open open)
    {
        var options = new shmb_options
        {
            size = (uint)Marshal.SizeOf<shmb_options>(),
            rights = (uint)Rights,
            wait_ms = Native.Milliseconds(Wait, nameof(Wait)),
            offset = Native.Offset(FirstByte, "Offset"),
            length = Native.Offset(ByteCount, "Length"),
        };
        if (Owner is null)
            return open(ref options);
        fixed (byte* owner = Encoding.UTF8.GetBytes(Owner + "\0"))
        {
            options.owner = (IntPtr)owner;
            return open(ref options);
        }
    }
}

/// <summary>How to open a segment, or a part of it.</summary>
public sealed class SegmentOptions : OpenOptions
{
    /// <summary>The first byte to map. Offsets in other calls count from it.</summary>
    public long Offset { get; set; }

    /// <summary>How many bytes to map; 0: to the end.</summary>
    public long Length { get; set; }

    internal override long FirstByte => Offset;

    internal override long ByteCount => Length;
}
