using System.Collections.Immutable;
using Longwire.Attach.Memory;
using Xunit;

namespace Longwire.Tests.Attach.Memory;

/// <summary>What must be on disk before the next step, and what a crash need not find.</summary>
public sealed class MemoryChangesTests
{
    private static readonly AttachRecord s_port = new("boot", 3, 65542, 2);
    private static readonly RadioMemory s_radio = AttachBench.Known("r", "ZW0001") with { VhciPort = 3, Attached = s_port };
    private static readonly AttachMemory s_written = new() { InstanceId = "test", Radios = [s_radio] };

    [Fact]
    public void The_same_again_is_no_change() => Assert.Equal(MemoryChange.None, With(s_radio with { }).Since(s_written));

    [Fact]
    public void The_connection_the_device_on_a_port_that_the_port_is_free_and_an_outage_may_wait()
    {
        var outage = new OutageMemory(1, TimeSpan.Zero, DateTimeOffset.UnixEpoch, LastHeld: null);
        Assert.Equal(MemoryChange.MayWait, With(s_radio with { Outages = outage }).Since(s_written));
        Assert.Equal(MemoryChange.Urgent, With(s_radio with { Outages = outage, Disconnects = 1 }).Since(s_written));
        Assert.Equal(MemoryChange.MayWait, With(s_radio with { LastCarrier = new(40001) }).Since(s_written));
        Assert.Equal(MemoryChange.MayWait, With(s_radio with { Attached = null }).Since(s_written));
        Assert.Equal(
            MemoryChange.MayWait,
            With(s_radio with { Attached = s_port with { LocalBusId = "1-1", LocalDeviceNumber = 7 } }).Since(s_written));
    }

    [Fact]
    public void A_device_of_an_attempt_before_must_not_stay_written_once_its_port_is_used_again()
    {
        AttachRecord before = s_port with { LocalBusId = "3-1", LocalDeviceNumber = 5 };
        AttachMemory written = With(s_radio with { Attached = before });
        Assert.Equal(MemoryChange.Urgent, With(s_radio with { Attached = s_port }).Since(written));
        Assert.Equal(MemoryChange.Urgent, With(s_radio with { Attached = before with { LocalDeviceNumber = 6 } }).Since(written));
        // Of a port that is free the next start knows that it is.
        Assert.Equal(MemoryChange.MayWait, With(s_radio with { Attached = null }).Since(written));
    }

    [Fact]
    public void A_port_that_is_about_to_be_used_and_whatever_a_person_would_miss_must_be_written_at_once()
    {
        AttachMemory free = With(s_radio with { Attached = null });
        Assert.Equal(MemoryChange.Urgent, s_written.Since(free));
        Assert.Equal(MemoryChange.Urgent, With(s_radio with { Attached = s_port with { Port = 4 } }).Since(s_written));
        Assert.Equal(MemoryChange.Urgent, With(s_radio with { Attached = s_port with { BootId = "next" } }).Since(s_written));
        Assert.Equal(MemoryChange.Urgent, With(s_radio with { Attached = s_port with { DevId = 65543 } }).Since(s_written));
        Assert.Equal(MemoryChange.Urgent, With(s_radio with { Wanted = false }).Since(s_written));
        Assert.Equal(MemoryChange.Urgent, With(s_radio with { Attached = null, Disconnects = 1 }).Since(s_written));
        Assert.Equal(MemoryChange.Urgent, With(s_radio, s_radio with { Id = "other" }).Since(s_written));
        Assert.Equal(MemoryChange.Urgent, With().Since(s_written));
        var hubs = new HubAuthorizationMemory("boot", ImmutableSortedDictionary<string, int>.Empty);
        Assert.Equal(MemoryChange.Urgent, (s_written with { HubAuthorization = hubs }).Since(s_written));
    }

    private static AttachMemory With(params RadioMemory[] radios) => s_written with { Radios = [.. radios] };
}
