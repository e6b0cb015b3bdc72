using Longwire.Attach;
using Longwire.Attach.Memory;
using Longwire.State;
using Longwire.UsbIp.Usb;
using Xunit;
using static Longwire.Tests.Attach.AttachBench;

namespace Longwire.Tests.Attach.Reconciling;

/// <summary>Entries that name a port, on chips that are in anything: what is plugged in there may change.</summary>
public sealed class PortRuleTests
{
    private const string Chip = "10c4:ea60";
    private const string Remedy = "press Reattach to take what is at port 1.2 now";
    private const string Sonoff = "Sonoff Zigbee 3.0 USB Dongle Plus";

    private static readonly RadioMemory s_zigbee = Known("zigbee", "0001") with
    {
        Name = "Zigbee", UsbId = Chip, Manufacturer = "ITead", Product = Sonoff,
    };

    [Theory]
    [InlineData("Power meter", "ITead", "0001")]
    [InlineData("Power meter", "Acme", null)]
    [InlineData(Sonoff, "Acme", "0001")]
    [InlineData(Sonoff, "ITead", "0002")]
    [InlineData(null, null, "0002")]
    public async Task Another_product_is_refused_with_the_reason_and_taken_after_Reattach(
        string? product, string? manufacturer, string? serial)
    {
        await using var bench = new AttachBench(s_zigbee);
        bench.Load(Wishes([Pi("attic")], Rule("10c4:ea60@1.2", name: "Zigbee")));
        DeviceIdentity other = Identity(product, manufacturer, serial);
        string reason = await RefuseAsync(bench, 0, Device(id: Chip), other);
        RadioSnapshot refused = Assert.Single((await bench.UntilStatusAsync("zigbee", RadioStatus.Refused)).Radios);
        Assert.Equal(reason, refused.Reason);
        Assert.EndsWith($", and was '{Sonoff}' (0001)", reason, StringComparison.Ordinal);
        Assert.Contains(Remedy, StatusMeaning.Of(refused, null).Explanation, StringComparison.Ordinal);
        Assert.Equal(Sonoff, Assert.Single(bench.Memory.Radios).Product);
        // The reset that ended the look, and the lists after it.
        bench.List("attic");
        bench.List("attic", Device(devNum: 4, id: Chip));
        await bench.SettledAsync();
        Assert.Single(bench.Attachments);

        await PressAsync(bench, "zigbee");
        await TakeAsync(bench, 1, Device(devNum: 4, id: Chip), other, "zigbee");
        RadioSnapshot radio = Assert.Single((await bench.UntilStatusAsync("zigbee", RadioStatus.Attached)).Radios);
        Assert.Equal(("Zigbee", product, serial), (radio.Name, radio.Product, radio.Serial));

        // It is what is expected there from then on.
        await using var next = new AttachBench([.. bench.Memory.Radios]);
        next.Load(Wishes([Pi("attic")], Rule("10c4:ea60@1.2", name: "Zigbee")));
        next.List("attic", Device(id: Chip));
        await TakeAsync(next, 0, Device(id: Chip), other, "zigbee");
    }

    [Theory]
    [InlineData(Sonoff, "ITead", "0001")]
    [InlineData(Sonoff + " ", "ITead", "0001")]
    [InlineData(null, "ITead", "0001")]
    [InlineData(null, null, "0001")]
    public async Task What_was_there_is_taken_also_if_a_text_of_it_is_not_told(string? product, string? manufacturer, string? serial)
    {
        await using var bench = new AttachBench(s_zigbee);
        bench.Load(Wishes([Pi("attic")], Rule("10c4:ea60@1.2")));
        bench.List("attic", Device(id: Chip));
        await TakeAsync(bench, 0, Device(id: Chip), Identity(product, manufacturer, serial), "zigbee");
    }

    [Fact]
    public async Task A_memory_without_a_product_refuses_nothing()
    {
        await using var bench = new AttachBench(s_zigbee with { Product = null });
        bench.Load(Wishes([Pi("attic")], Rule("10c4:ea60@1.2")));
        bench.List("attic", Device(id: Chip));
        await TakeAsync(bench, 0, Device(id: Chip), Identity("Power meter", "Acme", "0001"), "zigbee");
    }

    [Fact]
    public async Task The_same_stick_with_other_firmware_is_not_refused()
    {
        await using var bench = new AttachBench(s_zigbee with { Serial = "9C139EAD2A44" });
        bench.Load(Wishes([Pi("attic")], Rule("10c4:ea60@1.2")));
        bench.List("attic", Device(id: Chip));
        await TakeAsync(bench, 0, Device(id: Chip), Identity("Thread RCP", "ITead", "9C139EAD2A44"), "zigbee");
    }

    [Theory]
    [InlineData("10c4:ea60")]
    [InlineData("10c4:ea60:0001")]
    public async Task An_entry_that_names_no_port_refuses_nothing(string match)
    {
        await using var bench = new AttachBench(s_zigbee);
        bench.Load(Wishes([Pi("attic")], Rule(match)));
        bench.List("attic", Device(id: Chip));
        await TakeAsync(bench, 0, Device(id: Chip), Identity("Power meter", "Acme", "0001"), "zigbee");
    }

    [Fact]
    public async Task Ids_that_say_what_a_stick_is_say_enough()
    {
        await using var bench = new AttachBench(Known("zwave", "ZW0001") with { Product = "UZB", Manufacturer = "Sigma" });
        bench.Load(Wishes([Pi("attic")], Rule("0658:0200@1.2")));
        bench.List("attic", Device());
        Assert.IsType<AttachDecision.Attach>(await bench.IdentifyAsync(
            await bench.NextAttachmentAsync(), Device(), IdentityOf("ZW0002") with { Product = "Z-Stick", Manufacturer = "Aeotec" }));
    }

    // With serials of their own, with the chip's default, and with none.
    [Theory]
    [InlineData("A00001", "B00002")]
    [InlineData("0001", "0001")]
    [InlineData(null, null)]
    [InlineData(null, "B00002")]
    public async Task Sticks_that_swapped_their_ports_are_both_refused_and_each_port_keeps_its_radio_after_Reattach(
        string? serialOfZigbee, string? serialOfMeter)
    {
        DeviceIdentity zigbee = Identity(Sonoff, "ITead", serialOfZigbee), meter = Identity("Power meter", "Acme", serialOfMeter);
        await using var bench = new AttachBench(
            s_zigbee with { Serial = serialOfZigbee },
            Known("meter", serialOfMeter, "1.3") with { UsbId = Chip, Manufacturer = "Acme", Product = "Power meter" });
        bench.Load(Wishes([Pi("attic")], Rule("10c4:ea60@1.2", name: "Zigbee"), Rule("10c4:ea60@1.3", name: "Meter", index: 1)));
        bench.List("attic", Device("1-1.2", 3, Chip), Device("1-1.3", 4, Chip));
        ScriptedAttachment first = await bench.NextAttachmentAsync(), second = await bench.NextAttachmentAsync(1);
        Task<AttachDecision> one = bench.Identify(first, Device("1-1.2", 3, Chip), meter);
        Task<AttachDecision> other = bench.Identify(second, Device("1-1.3", 4, Chip), zigbee);
        bench.Tell(new AttachEvent.Ended(first, new AttachOutcome.Refused(Assert.IsType<AttachDecision.Refuse>(await one).Reason)));
        bench.Tell(new AttachEvent.Ended(second, new AttachOutcome.Refused(Assert.IsType<AttachDecision.Refuse>(await other).Reason)));
        await bench.UntilAsync(s => s.Radios.Length == 2 && s.Radios.All(radio => radio.Status == RadioStatus.Refused));
        Assert.Equal(["Meter", "Zigbee"], bench.Feed.Current.Radios.Select(radio => radio.Name));

        await PressAsync(bench, "zigbee");
        await TakeAsync(bench, 2, Device("1-1.2", 3, Chip), meter, "zigbee");
        Assert.Equal(RadioStatus.Refused, bench.Feed.Current.Radios.Single(radio => radio.Id == "meter").Status);
        await PressAsync(bench, "meter");
        await TakeAsync(bench, 3, Device("1-1.3", 4, Chip), zigbee, "meter");
        Snapshot snapshot = await bench.UntilAsync(s => s.Radios.All(radio => radio.Status == RadioStatus.Attached));
        Assert.Equal(
            [("meter", "Meter", Sonoff), ("zigbee", "Zigbee", "Power meter")],
            snapshot.Radios.Select(radio => (radio.Id, radio.Name, radio.Product)));
    }

    [Fact]
    public async Task What_was_there_is_attached_when_it_is_put_back()
    {
        await using var bench = new AttachBench(s_zigbee);
        bench.Load(Wishes([Pi("attic")], Rule("10c4:ea60@1.2")));
        await RefuseAsync(bench, 0, Device(id: Chip), Identity("Power meter", "Acme", "0002"));
        bench.Time.Advance(AttachTimers.StickGone);
        bench.List("attic");
        bench.List("attic", Device(devNum: 9, id: Chip));
        await TakeAsync(bench, 1, Device(devNum: 9, id: Chip), Identity(Sonoff, "ITead", "0001"), "zigbee");
    }

    [Fact]
    public async Task A_reason_with_texts_of_any_length_leaves_room_for_the_remedy()
    {
        string endless = new('x', 4000);
        await using var bench = new AttachBench(s_zigbee with { Product = endless, Serial = endless });
        bench.Load(Wishes([Pi("attic")], Rule("10c4:ea60@1.2")));
        await RefuseAsync(bench, 0, Device(id: Chip), Identity(endless + "y", endless, endless + "y"));
        RadioSnapshot refused = Assert.Single((await bench.UntilStatusAsync("zigbee", RadioStatus.Refused)).Radios);
        Assert.Contains(Remedy, StatusMeaning.Of(refused, null).Explanation, StringComparison.Ordinal);
    }

    private static DeviceIdentity Identity(string? product, string? manufacturer, string? serial) =>
        IdentityOf(serial, Chip, 0xFF) with { Product = product, Manufacturer = manufacturer };

    private static async Task<string> RefuseAsync(
        AttachBench bench, int index, UsbIp.Wire.ExportedDevice device, DeviceIdentity identity)
    {
        bench.List("attic", device);
        ScriptedAttachment attachment = await bench.NextAttachmentAsync(index);
        string reason = Assert.IsType<AttachDecision.Refuse>(await bench.IdentifyAsync(attachment, device, identity)).Reason;
        bench.Tell(new AttachEvent.Ended(attachment, new AttachOutcome.Refused(reason)));
        await bench.SettledAsync();
        return reason;
    }

    private static async Task TakeAsync(
        AttachBench bench, int index, UsbIp.Wire.ExportedDevice device, DeviceIdentity identity, string radio)
    {
        ScriptedAttachment attachment = await bench.NextAttachmentAsync(index);
        AttachDecision verdict = await bench.IdentifyAsync(attachment, device, identity);
        Assert.Equal(radio, Assert.IsType<AttachDecision.Attach>(verdict).RadioId);
        bench.Tell(new AttachEvent.CameUp(attachment, 1));
        await bench.SettledAsync();
    }

    private static async Task PressAsync(AttachBench bench, string radio)
    {
        bench.Tell(new AttachEvent.Commanded(new RadioCommand.Reattach(radio)));
        await bench.SettledAsync();
    }
}
