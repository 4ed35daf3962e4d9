using System;
using System.Threading;
using Xunit;

namespace ShmBroker.Tests;

/// <summary>What the package does before it calls the library: runs on any machine.</summary>
public class HostTests
{
    [Fact]
    public void A_name_is_checked()
    {
        Assert.Throws<ArgumentNullException>("name", () => Segment.Open(null!));
        Assert.Throws<ArgumentNullException>("name", () => MessageQueue.Open(null!));
        Assert.Throws<ArgumentNullException>("name", () => Broker.Describe(null!));
        // To the library it would be the name "Prices".
        Assert.Throws<ArgumentException>("name", () => Segment.Open("Prices\0.lock"));
        Assert.Throws<ArgumentException>("name", () => Segment.CreatePrivate("Prices\0", 1));
        Assert.Throws<ArgumentException>("name", () => Broker.OpenMutex("Prices\0"));
        Assert.Throws<ArgumentException>("name", () => Broker.Request("Prices\0", 1));
        Assert.Throws<ArgumentException>("name", () => Broker.Release("Prices\0"));
    }

    [Theory]
    [InlineData(-2)]
    [InlineData(4294967295.0)]
    [InlineData(1e15)]
    public void A_time_is_checked(double milliseconds)
    {
        TimeSpan time = TimeSpan.FromTicks((long)(milliseconds * TimeSpan.TicksPerMillisecond / 1000) * 1000);
        Assert.Throws<ArgumentOutOfRangeException>("wait", () => Segment.Open("Prices", Rights.Read, time));
        Assert.Throws<ArgumentOutOfRangeException>("Wait",
            () => Segment.Open("Prices", new SegmentOptions { Wait = time }));
        Assert.Throws<ArgumentOutOfRangeException>("timeout",
            () => Broker.AskRequest("Prices", 1, new RequestOptions { Timeout = time }));
        Assert.Throws<ArgumentOutOfRangeException>("timeout", () => Broker.Release("Prices", time));
    }

    [Fact]
    public void Offsets_and_sizes_are_not_negative()
    {
        Assert.Throws<ArgumentOutOfRangeException>("Offset",
            () => Segment.Open("Prices", new SegmentOptions { Offset = -1 }));
        Assert.Throws<ArgumentOutOfRangeException>("Length",
            () => Segment.Open("Prices", new SegmentOptions { Length = long.MinValue }));
        Assert.Throws<ArgumentOutOfRangeException>("size", () => Broker.Request("Prices", -1));
        Assert.Throws<ArgumentOutOfRangeException>("size", () => Segment.CreatePrivate("Prices", -1));
        Assert.Throws<ArgumentNullException>("options", () => Segment.Open("Prices", null!));
        Assert.Throws<ArgumentNullException>("options", () => MessageQueue.Open("Orders", null!));
    }

    [Fact]
    public void An_exception_of_no_call_says_so()
    {
        var inner = new InvalidOperationException();
        var failure = new ShmbException("text", inner);
        Assert.Equal("text", failure.Message);
        Assert.Same(inner, failure.InnerException);
        Assert.Equal(ShmbResult.System, failure.Result);
        Assert.Equal(0, failure.Win32Code);
        Assert.Null(failure.SystemCall);
    }

    [Fact]
    [Trait("needs", "no library")]
    public void Without_the_library_the_exception_names_it()
    {
        Assert.Contains("shmbclient", Assert.Throws<DllNotFoundException>(() => Segment.Open("Prices")).Message);
    }

    [Fact]
    [Trait("needs", "no library")]
    public void No_limit_is_the_frameworks_word()
    {
        // It comes as far as the library.
        Assert.Throws<DllNotFoundException>(() => Segment.Open("Prices", Rights.Read, Timeout.InfiniteTimeSpan));
    }
}
