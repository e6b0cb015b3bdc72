using Longwire.Attach;
using Longwire.Attach.Memory;
using Longwire.Attach.Reconciling;
using Longwire.State;
using Longwire.UsbIp.Usb;
using Longwire.UsbIp.Wire;
using Xunit;
using static Longwire.Tests.Attach.AttachBench;

namespace Longwire.Tests.Attach.Reconciling;

/// <summary>A radio that is being flashed: another device is in its place, for minutes.</summary>
public sealed class BootloaderTests
{
    private const string Radio = "1915_cafe_9C139EAD2A44";
    private const string Bootloader = "1915:521f";

    private static readonly RadioMemory s_known = Known(Radio, "9C139EAD2A44") with
    {
        Name = "Thread", UsbId = "1915:cafe", Manufacturer = "Nordic Semiconductor", Product = "nRF528xx OpenThread",
    };

    [Fact]
    public async Task While_its_bootloader_is_in_its_place_it_is_being_flashed_for_ten_minutes_at_most_and_nobody_hears_of_a_plug()
    {
        await using var bench = new AttachBench(s_known);
        bench.Load(Wishes([Pi("attic")]));
        bench.ListOfLongwire("attic", []);
        await bench.UntilStatusAsync(Radio, RadioStatus.Unplugged);
        // However long it was away before.
        bench.Time.Advance(TimeSpan.FromDays(1));
        bench.ListOfLongwire("attic", [In("1-1.2", Bootloader)]);
        RadioSnapshot radio = (await bench.UntilStatusAsync(Radio, RadioStatus.Failed)).Radios[0];
        Assert.Equal((StatusRules.Flashing, false), (radio.Reason, radio.PluggedIn));
        bench.Time.Advance(AttachTimers.BeingFlashed);
        await bench.UntilStatusAsync(Radio, RadioStatus.Unplugged);
        Assert.Empty(bench.Attachments);
        Assert.DoesNotContain(bench.TakeEvents(), happened => happened.Type == RadioEventType.Plugged);
    }

    [Theory]
    [InlineData("1-1.3", Bootloader)]
    [InlineData("1-1.2", "303a:1001")]
    public async Task What_is_in_another_place_and_what_is_no_bootloader_of_it_says_nothing_of_it(string busId, string id)
    {
        await using var bench = new AttachBench(s_known);
        bench.Load(Wishes([Pi("attic")]));
        bench.ListOfLongwire("attic", [In(busId, id)]);
        await bench.UntilStatusAsync(Radio, RadioStatus.Unplugged);
    }

    [Fact]
    public async Task A_bootloader_that_a_stock_Pi_offers_never_becomes_the_radio()
    {
        await using var bench = new AttachBench(s_known);
        bench.Load(Wishes([Pi("attic")]));
        bench.List("attic", Device(id: Bootloader));
        await bench.SettledAsync();
        RadioSnapshot radio = (await bench.UntilStatusAsync(Radio, RadioStatus.Failed)).Radios[0];
        Assert.Equal(StatusRules.Flashing, radio.Reason);
        Assert.Empty(bench.Attachments);
    }

    private static NoticeEntry In(string busId, string id) => new(BusId.Parse(busId), UsbId.Parse(id), NoticeReason.NotKnownRadio);
}
