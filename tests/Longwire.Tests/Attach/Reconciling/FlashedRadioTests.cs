using Longwire.Attach;
using Longwire.Attach.Memory;
using Longwire.Options;
using Longwire.State;
using Longwire.UsbIp.Usb;
using Xunit;
using static Longwire.Tests.Attach.AttachBench;

namespace Longwire.Tests.Attach.Reconciling;

/// <summary>A stick that comes back from flashing under another product id.</summary>
public sealed class FlashedRadioTests
{
    private const string Radio = "303a_4001_9C139EAD2A44";
    private const string Serial = "9C139EAD2A44";

    private static readonly RadioMemory s_known = Known(Radio, Serial) with
    {
        Name = "Zigbee", UsbId = "303a:4001", Manufacturer = "Nabu Casa", Product = "ZBT-2",
    };

    // However the options ask for it, and whatever the new firmware calls the product.
    [Theory]
    [InlineData(null, "ZBT-2")]
    [InlineData(null, "Some NCP")]
    [InlineData("303a:4001", "ZBT-2")]
    [InlineData("303a:4001", "Some NCP")]
    [InlineData("303a:4001:9C139EAD2A44", "ZBT-2")]
    [InlineData("303a:4001@1.2", "ZBT-2")]
    [InlineData("303a:4001@1.2", "Some NCP")]
    public async Task It_is_the_radio_that_it_was_with_id_name_and_rule(string? match, string product)
    {
        await using var bench = new AttachBench(s_known);
        bench.Load(Options(match));
        await AttachAsync(bench, "303a:831a", product, index: 0, devNum: 3);
        RadioSnapshot radio = Assert.Single((await bench.UntilStatusAsync(Radio, RadioStatus.Attached)).Radios);
        Assert.Equal((Radio, "Zigbee", "303a:831a"), (radio.Id, radio.Name, radio.UsbId.ToString()));
        Assert.Equal("303a:831a", Assert.Single(bench.Memory.Radios).UsbId);

        // After a restart it is known before it is asked, and it may be flashed back.
        await using var next = new AttachBench([.. bench.Memory.Radios]);
        next.Load(Options(match));
        ScriptedAttachment again = await AttachAsync(next, "303a:831a", product, index: 0, devNum: 3);
        Assert.True(again.Request.IsKnown);
        next.Tell(new AttachEvent.Ended(again, new AttachOutcome.Lost("flashed", PiSilent: false)));
        await next.SettledAsync();
        next.Time.Advance(AttachTimers.BackoffFirst);
        await AttachAsync(next, "303a:4001", "ZBT-2", index: 1, devNum: 5);
        radio = Assert.Single((await next.UntilStatusAsync(Radio, RadioStatus.Attached)).Radios);
        Assert.Equal("303a:4001", radio.UsbId.ToString());
        Assert.Empty(next.Feed.Current.Bridge.Problems);
    }

    [Fact]
    public async Task Another_stick_of_the_same_maker_at_its_port_is_a_radio_of_its_own()
    {
        await using var bench = new AttachBench(s_known);
        bench.Load(Options(null));
        bench.List("attic", Device(id: "303a:831a"));
        AttachDecision verdict = await bench.IdentifyAsync(
            await bench.NextAttachmentAsync(), Device(id: "303a:831a"), Identity("303a:831a", "ZBT-2") with { Serial = "9C139EAD2A45" });
        Assert.Equal("303a_831a_9C139EAD2A45", Assert.IsType<AttachDecision.Attach>(verdict).RadioId);
        Assert.Equal("303a:4001", bench.Memory.Find(Radio)!.UsbId);
    }

    [Fact]
    public async Task A_stick_at_its_port_that_turns_out_to_be_another_is_not_taken_by_its_rule()
    {
        await using var bench = new AttachBench(s_known);
        bench.Load(Options("303a:4001"));
        bench.List("attic", Device(id: "303a:831a"));
        Assert.IsType<AttachDecision.LetGo>(await bench.IdentifyAsync(
            await bench.NextAttachmentAsync(), Device(id: "303a:831a"), Identity("303a:831a", "ZBT-2") with { Serial = "9C139EAD2A45" }));
    }

    private static AttachOptions Options(string? match) =>
        match is null ? Wishes([Pi("attic")]) : Wishes([Pi("attic")], Rule(match, name: "Zigbee"));

    private static DeviceIdentity Identity(string id, string product) =>
        IdentityOf(Serial, id) with { Manufacturer = "Nabu Casa", Product = product };

    private static async Task<ScriptedAttachment> AttachAsync(AttachBench bench, string id, string product, int index, uint devNum)
    {
        bench.ListOfLongwire("attic", [], Device(devNum: devNum, id: id));
        ScriptedAttachment attachment = await bench.NextAttachmentAsync(index);
        Assert.Equal(
            Radio,
            Assert.IsType<AttachDecision.Attach>(
                await bench.IdentifyAsync(attachment, Device(devNum: devNum, id: id), Identity(id, product))).RadioId);
        bench.Tell(new AttachEvent.CameUp(attachment, 1));
        await bench.SettledAsync();
        return attachment;
    }
}
