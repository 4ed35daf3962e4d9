using System;
using System.Collections.Generic;
using System.ComponentModel;
using System.IO;
using System.Runtime.InteropServices;
using System.Text;
using System.Threading;
using Microsoft.Win32.SafeHandles;

namespace ShmBroker;

/// <summary>What to open an object for.</summary>
public enum Rights
{
    /// <summary>To read; needs level <c>read</c> in the configuration.</summary>
    Read = 1,
    /// <summary>To read, write and lock; needs level <c>write</c>.</summary>
    Write = 2,
}

/// <summary>Kinds of objects.</summary>
public enum ObjectKind
{
    /// <summary>Shared memory.</summary>
    Segment = 0,
    /// <summary>A mutex.</summary>
    Mutex = 1,
    /// <summary>An event.</summary>
    Event = 2,
    /// <summary>A semaphore.</summary>
    Semaphore = 3,
    /// <summary>A queue of messages.</summary>
    Queue = 4,
}

/// <summary>Whether the broker has an object of its configuration.</summary>
public enum ObjectState
{
    /// <summary>Not known.</summary>
    None = 0,
    /// <summary>The broker holds it.</summary>
    Held = 1,
    /// <summary>An object that is not the broker's has the name.</summary>
    Conflict = 2,
    /// <summary>The system could not create it.</summary>
    Failed = 3,
}

/// <summary>Properties of an object.</summary>
[Flags]
public enum ObjectFlags
{
    /// <summary>None of them.</summary>
    None = 0,
    /// <summary>Event: it stays set until it is reset.</summary>
    ManualReset = 0x01,
    /// <summary>Segment: readers may wait for its lock.</summary>
    ReadersMayWait = 0x02,
    /// <summary>Segment: the broker wrote its initial content.</summary>
    Initial = 0x04,
    /// <summary>It belongs to a segment or queue: a lock, an event, snapshots.</summary>
    Companion = 0x08,
    /// <summary>Segment: it has a lock.</summary>
    HasLock = 0x10,
    /// <summary>The size is rounded up: the segment was opened without the broker's directory.</summary>
    Rounded = 0x20,
    /// <summary>Segment: programs can wait for changes.</summary>
    Notify = 0x40,
    /// <summary>Segment: private memory, see <see cref="Segment.CreatePrivate"/>.</summary>
    Private = 0x80,
    /// <summary>Segment: <c>snapshots: double</c>.</summary>
    Double = 0x100,
    /// <summary>Segment: its lock is a fast one.</summary>
    Fast = 0x200,
    /// <summary>Queue: one thread at a time may put.</summary>
    OneProducer = 0x400,
    /// <summary>Queue: one thread at a time may get.</summary>
    OneConsumer = 0x800,
    /// <summary>Queue: a put into a full queue fails.</summary>
    Refuse = 0x1000,
    /// <summary>Queue: a put into a full queue drops the oldest message.</summary>
    DropOldest = 0x2000,
    /// <summary>A program has asked for it: see <see cref="Broker.Request"/>.</summary>
    Requested = 0x4000,
}

/// <summary>One object of the broker, as of one moment.</summary>
public sealed class ObjectInfo
{
    internal unsafe ObjectInfo(in shmb_info info)
    {
        Kind = (ObjectKind)info.kind;
        State = (ObjectState)info.state;
        Flags = (ObjectFlags)info.flags;
        Size = unchecked((long)info.bytes);
        Generation = unchecked((long)info.generation);
        InitialCount = info.initial;
        MaximumCount = info.maximum;
        Slots = unchecked((int)info.slots);
        SlotSize = unchecked((int)info.slot_size);
        fixed (byte* name = info.name, held = info.@lock, rule = info.rule, account = info.account)
        {
            Name = Text(name);
            LockName = *held == 0 ? null : Text(held);
            Rule = *rule == 0 ? null : Text(rule);
            Account = *account == 0 ? null : Text(account);
        }
    }

    /// <summary>The name, without <c>Global\</c>.</summary>
    public string Name { get; }

    /// <summary>The kind.</summary>
    public ObjectKind Kind { get; }

    /// <summary>Whether the broker has it.</summary>
    public ObjectState State { get; }

    /// <summary>Its properties.</summary>
    public ObjectFlags Flags { get; }

    /// <summary>Segment, queue: its size in bytes.</summary>
    public long Size { get; }

    /// <summary>Grows each time the object is recreated; 0: not known.</summary>
    public long Generation { get; }

    /// <summary>Semaphore: its first count.</summary>
    public int InitialCount { get; }

    /// <summary>Semaphore: its greatest count.</summary>
    public int MaximumCount { get; }

    /// <summary>Queue: the messages that fit in.</summary>
    public int Slots { get; }

    /// <summary>Queue: the most bytes of a message.</summary>
    public int SlotSize { get; }

    /// <summary>Segment: the name of its lock; null: it has none.</summary>
    public string? LockName { get; }

    /// <summary>Requested: the rule that allows it; null: it is not requested.</summary>
    public string? Rule { get; }

    /// <summary>Requested: the SID of the account that has asked; null: it is not requested.</summary>
    public string? Account { get; }

    /// <summary>The name and the kind.</summary>
    /// <returns>Both.</returns>
    public override string ToString() => $"{Name} ({Kind})";

    internal static shmb_info Empty() => new() { size = (uint)Marshal.SizeOf<shmb_info>() };

    internal static unsafe string Text(byte* text)
    {
        int length = 0;
        while (text[length] != 0)
            length++;
        return length == 0 ? "" : Encoding.UTF8.GetString(text, length);
    }
}

/// <summary>The broker that runs.</summary>
public sealed class BrokerInfo
{
    internal unsafe BrokerInfo(shmb_broker_info info)
    {
        ProcessId = unchecked((int)info.process);
        Started = DateTime.FromFileTimeUtc(unchecked((long)info.started));
        Version = ObjectInfo.Text(info.version);
    }

    /// <summary>The id of its process.</summary>
    public int ProcessId { get; }

    /// <summary>When that process started, in UTC.</summary>
    public DateTime Started { get; }

    /// <summary>Its version, such as "1.0.0"; empty: it does not tell.</summary>
    public string Version { get; }
}

/// <summary>The objects of the broker, and those that are neither segments nor queues.</summary>
public static class Broker
{
    /// <summary>
    /// Loads shmbclient.dll from this file: for code that runs in a program of others, such as a script,
    /// where the library is neither beside the program nor beside this assembly. Call it first; it stays
    /// loaded.
    /// </summary>
    /// <param name="path">The file; its bitness is that of the process.</param>
    /// <exception cref="DllNotFoundException">It could not be loaded.</exception>
    public static void LoadLibrary(string path)
    {
        const uint searchItsFolderAndSystem32 = 0x100 | 0x800; // LOAD_LIBRARY_SEARCH_DLL_LOAD_DIR, _SYSTEM32
        string file = Path.GetFullPath(path);
        if (Native.LoadLibraryExW(file, IntPtr.Zero, searchItsFolderAndSystem32) == IntPtr.Zero)
            throw new DllNotFoundException($"{file}: {new Win32Exception(Marshal.GetLastWin32Error()).Message}");
    }

    /// <summary>The version of the library, such as "1.0.0".</summary>
    public static string LibraryVersion => Marshal.PtrToStringAnsi(Native.shmb_version()) ?? "";

    /// <summary>Describes the broker that has published the list of objects.</summary>
    /// <returns>The description.</returns>
    /// <exception cref="ShmbException">No broker runs, or the directory could not be read.</exception>
    public static BrokerInfo Describe()
    {
        var info = new shmb_broker_info { size = (uint)Marshal.SizeOf<shmb_broker_info>() };
        Native.Check(Native.shmb_describe_broker(ref info));
        return new BrokerInfo(info);
    }

    /// <summary>Lists all objects, as of one moment, in the order of the configuration.</summary>
    /// <returns>The objects.</returns>
    /// <exception cref="ShmbException">The list could not be read.</exception>
    public static IReadOnlyList<ObjectInfo> List()
    {
        Native.Check(Native.shmb_list_open(out ListHandle list, out uint count));
        using (list)
        {
            var objects = new List<ObjectInfo>((int)count);
            while (true)
            {
                shmb_info info = ObjectInfo.Empty();
                int result = Native.shmb_list_next(list, ref info);
                if (result == (int)ShmbResult.NotFound)
                    return objects;
                Native.Check(result);
                objects.Add(new ObjectInfo(info));
            }
        }
    }

    /// <summary>Describes one object, without opening it.</summary>
    /// <param name="name">Its name, with or without <c>Global\</c>.</param>
    /// <returns>The description.</returns>
    /// <exception cref="ShmbException">There is no such object, or the directory could not be read.</exception>
    public static ObjectInfo Describe(string name)
    {
        shmb_info info = ObjectInfo.Empty();
        Native.Check(Native.shmb_describeW(Native.Name(name), ref info));
        return new ObjectInfo(info);
    }

    /// <summary>
    /// Asks the broker to hold an object that the configuration does not name: open it afterwards. A rule
    /// of the configuration (<c>requests:</c>) decides. An object that exists already is as good, if it is
    /// of this kind and has this size or more.
    /// </summary>
    /// <param name="name">Its name.</param>
    /// <param name="size">Segment: its size in bytes; else 0.</param>
    /// <param name="options">What to ask for; null: a segment.</param>
    /// <returns>The answer.</returns>
    /// <exception cref="ShmbException">It was refused: see <see cref="ShmbException.Answer"/>; or no broker answered.</exception>
    public static RequestInfo Request(string name, long size, RequestOptions? options = null) =>
        Requests.Make(Native.shmb_requestW, name, size, options, refusalFails: true);

    /// <summary>
    /// Says what <see cref="Request"/> would be answered, and does nothing else. A refusal is returned as well.
    /// </summary>
    /// <param name="name">Its name.</param>
    /// <param name="size">Segment: its size in bytes; else 0.</param>
    /// <param name="options">What to ask for; null: a segment.</param>
    /// <returns>The answer.</returns>
    /// <exception cref="ShmbException">No broker answered.</exception>
    public static RequestInfo AskRequest(string name, long size, RequestOptions? options = null) =>
        Requests.Make(Native.shmb_request_askW, name, size, options, refusalFails: false);

    /// <summary>
    /// Gives back an object that this account has requested; administrators also those of others. Who has it
    /// open keeps it, and finds it stale. Waits five seconds for the broker.
    /// </summary>
    /// <param name="name">Its name.</param>
    /// <exception cref="ShmbException">
    /// <see cref="ShmbResult.NotFound"/>: nobody has requested it; <see cref="ShmbResult.AccessDenied"/>: another
    /// account has; <see cref="ShmbResult.NotAllowed"/>: it lives as long as the broker.
    /// </exception>
    public static void Release(string name) => Release(name, Requests.DefaultTimeout);

    /// <summary>The same, with another time.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="timeout">How long to wait for a broker and for its answer.</param>
    /// <exception cref="ShmbException">As without the time.</exception>
    public static void Release(string name, TimeSpan timeout) =>
        Native.Check(Native.shmb_releaseW(Native.Name(name), Requests.Milliseconds(timeout)));

    /// <summary>Opens a mutex of the broker, after a check that the broker owns it.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="wait">How long to wait for the broker.</param>
    /// <returns>The mutex. After an <see cref="AbandonedMutexException"/>, you hold it.</returns>
    /// <exception cref="ShmbException">It could not be opened.</exception>
    public static Mutex OpenMutex(string name, TimeSpan wait = default) =>
        Wrap(new Mutex(), OpenObject(name, ObjectKind.Mutex, Rights.Write, wait));

    /// <summary>Opens an event of the broker, after a check that the broker owns it.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="rights"><see cref="Rights.Read"/> is enough to wait for an event that is reset by hand.</param>
    /// <param name="wait">How long to wait for the broker.</param>
    /// <returns>The event.</returns>
    /// <exception cref="ShmbException">It could not be opened.</exception>
    public static EventWaitHandle OpenEvent(string name, Rights rights = Rights.Write, TimeSpan wait = default) =>
        Wrap(new EventWaitHandle(false, EventResetMode.AutoReset), OpenObject(name, ObjectKind.Event, rights, wait));

    /// <summary>Opens a semaphore of the broker, after a check that the broker owns it.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="wait">How long to wait for the broker.</param>
    /// <returns>The semaphore.</returns>
    /// <exception cref="ShmbException">It could not be opened.</exception>
    public static Semaphore OpenSemaphore(string name, TimeSpan wait = default) =>
        Wrap(new Semaphore(0, 1), OpenObject(name, ObjectKind.Semaphore, Rights.Write, wait));

    private static SafeWaitHandle OpenObject(string name, ObjectKind kind, Rights rights, TimeSpan wait)
    {
        Native.Check(Native.shmb_open_objectW(Native.Name(name), (uint)kind, (uint)rights,
            Native.Milliseconds(wait, nameof(wait)), out IntPtr handle));
        return new SafeWaitHandle(handle, true);
    }

    /// <summary>An object of the framework with the broker's handle in place of its own.</summary>
    private static T Wrap<T>(T own, SafeWaitHandle handle) where T : WaitHandle
    {
        own.SafeWaitHandle.Dispose();
        own.SafeWaitHandle = handle;
        return own;
    }
}
