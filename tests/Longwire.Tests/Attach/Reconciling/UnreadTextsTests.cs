using Longwire.Attach;
using Longwire.Attach.Memory;
using Longwire.State;
using Longwire.UsbIp.Usb;
using Longwire.UsbIp.Wire;
using Xunit;
using static Longwire.Tests.Attach.AttachBench;

namespace Longwire.Tests.Attach.Reconciling;

/// <summary>A stick that has a text which could not be read: no id is given by it, and none is lost.</summary>
public sealed class UnreadTextsTests
{
    private const int Tries = 6;

    [Theory]
    [InlineData(null)]
    [InlineData("0658:0200")]
    [InlineData("0658:0200:ZW0001")]
    [InlineData("0658:0200@1.2")]
    public async Task A_remembered_radio_waits_for_its_serial_and_is_taken_by_its_place_after_five_more_tries(string? rule)
    {
        await using var bench = new AttachBench(Radio());
        bench.Load(rule is null ? Wishes([Pi("attic")]) : Wishes([Pi("attic")], Rule(rule)));
        for (int i = 0; i < Tries - 1; i++)
        {
            Assert.IsType<AttachDecision.AskAgain>(await TryAsync(bench, i, Unread(DeviceTexts.Serial)));
            RadioSnapshot waiting = await StatusAsync(bench, RadioStatus.Failed);
            Assert.Contains("its serial number could not be read", waiting.Reason, StringComparison.Ordinal);
        }
        AttachDecision.Attach verdict = Assert.IsType<AttachDecision.Attach>(
            await TryAsync(bench, Tries - 1, Unread(DeviceTexts.Serial), ends: false));
        Assert.Equal((Lives.Radio, "ZW0001"), (verdict.RadioId, verdict.Serial));
        Assert.Equal("ZW0001", Assert.Single(bench.Memory.Radios).Serial);
    }

    [Fact]
    public async Task A_serial_that_is_read_at_a_later_try_is_the_radios_at_once()
    {
        await using var bench = new AttachBench(Radio());
        bench.Load(Wishes([Pi("attic")]));
        await TryAsync(bench, 0, Unread(DeviceTexts.Serial));
        AttachDecision.Attach verdict = Assert.IsType<AttachDecision.Attach>(await TryAsync(bench, 1, Read(), ends: false));
        Assert.Equal((Lives.Radio, (string?)null), (verdict.RadioId, verdict.Serial));
        bench.Tell(new AttachEvent.CameUp(bench.Attachments[1], 1));
        await StatusAsync(bench, RadioStatus.Attached);
    }

    [Fact]
    public async Task A_stick_that_is_known_nowhere_gets_no_id_and_is_refused_with_a_sentence_that_stays()
    {
        await using var bench = new AttachBench();
        bench.Load(Wishes([Pi("attic")]));
        var shown = new ShownProblems(bench);
        for (int i = 0; i < Tries - 1; i++)
        {
            Assert.IsType<AttachDecision.AskAgain>(await TryAsync(bench, i, Unread(DeviceTexts.Serial)));
            await shown.LookAsync();
            Assert.Contains("It is tried again", Assert.Single(shown.Now), StringComparison.Ordinal);
        }
        AttachDecision.Refuse refusal = Assert.IsType<AttachDecision.Refuse>(
            await TryAsync(bench, Tries - 1, Unread(DeviceTexts.Serial)));
        await shown.LookAsync();
        Assert.Equal($"A stick at 1-1.2 on attic could not be attached: {refusal.Reason}.", Assert.Single(shown.Now));
        Assert.Contains("cannot be told from others of its kind", refusal.Reason, StringComparison.Ordinal);
        // It is reset, and back.
        bench.List("attic");
        await shown.LookAsync();
        bench.List("attic", Device());
        bench.Time.Advance(AttachTimers.StickGone * 2);
        await shown.LookAsync();
        Assert.Single(shown.Now);
        Assert.Equal(Tries, bench.Attachments.Count);
        Assert.Empty(bench.Memory.Radios);
        // Replugged, it is tried afresh, and speaks.
        bench.List("attic", Device(devNum: 3));
        bench.List("attic", Device(devNum: 9));
        AttachDecision verdict = await bench.IdentifyAsync(await bench.NextAttachmentAsync(Tries), Device(devNum: 9), Read());
        Assert.Equal(Lives.Radio, Assert.IsType<AttachDecision.Attach>(verdict).RadioId);
    }

    [Theory]
    [InlineData("Keyboard", "Sigma", "its product is 'Keyboard' and was 'UZB'")]
    [InlineData("UZB", "Somebody", "its manufacturer is 'Somebody' and was 'Sigma'")]
    public async Task What_contradicts_the_radio_that_was_there_is_refused_with_the_reason(string product, string manufacturer, string why)
    {
        await using var bench = new AttachBench(Radio());
        bench.Load(Wishes([Pi("attic")]));
        DeviceIdentity other = Unread(DeviceTexts.Serial) with { Product = product, Manufacturer = manufacturer };
        for (int i = 0; i < Tries - 1; i++) Assert.IsType<AttachDecision.AskAgain>(await TryAsync(bench, i, other));
        Assert.Contains(
            why, Assert.IsType<AttachDecision.Refuse>(await TryAsync(bench, Tries - 1, other)).Reason, StringComparison.Ordinal);
        RadioSnapshot refused = await StatusAsync(bench, RadioStatus.Refused);
        Assert.Contains(why, refused.Reason, StringComparison.Ordinal);
        Assert.Equal(Radio(), Assert.Single(bench.Memory.Radios));
    }

    [Fact]
    public async Task A_radio_whose_id_hangs_on_no_serial_need_not_wait_for_one()
    {
        await using var bench = new AttachBench(Known("attic_0658_0200") with { Product = "UZB", Manufacturer = "Sigma" });
        bench.Load(Wishes([Pi("attic")]));
        AttachDecision verdict = await TryAsync(bench, 0, Unread(DeviceTexts.Serial), ends: false);
        Assert.Equal("attic_0658_0200", Assert.IsType<AttachDecision.Attach>(verdict).RadioId);
    }

    [Theory]
    [InlineData(DeviceTexts.Manufacturer)]
    [InlineData(DeviceTexts.Product)]
    [InlineData(DeviceTexts.Manufacturer | DeviceTexts.Product)]
    public async Task A_radio_known_by_its_serial_keeps_the_texts_that_could_not_be_read(DeviceTexts unread)
    {
        RadioMemory known = Radio() with { UsbId = "10c4:ea60", Product = "SkyConnect v1.0", Manufacturer = "Nabu Casa" };
        await using var bench = new AttachBench(known);
        bench.Load(Wishes([Pi("attic")]));
        bench.List("attic", Device(id: "10c4:ea60"));
        DeviceIdentity said = IdentityOf("ZW0001", "10c4:ea60", 0xFF) with
        {
            Product = unread.HasFlag(DeviceTexts.Product) ? null : "SkyConnect v1.0",
            Manufacturer = unread.HasFlag(DeviceTexts.Manufacturer) ? null : "Nabu Casa",
            Unread = unread,
        };
        AttachDecision verdict = await bench.IdentifyAsync(await bench.NextAttachmentAsync(), Device(id: "10c4:ea60"), said);
        Assert.Equal(Lives.Radio, Assert.IsType<AttachDecision.Attach>(verdict).RadioId);
        RadioMemory now = Assert.Single(bench.Memory.Radios);
        Assert.Equal(("SkyConnect v1.0", "Nabu Casa"), (now.Product, now.Manufacturer));
    }

    [Fact]
    public async Task A_bridge_that_does_not_say_what_it_is_is_asked_again_and_then_refused_with_the_remedy()
    {
        await using var bench = new AttachBench();
        bench.Load(Wishes([Pi("attic")]));
        ExportedDevice bridge = Device(id: "10c4:ea60");
        DeviceIdentity said = IdentityOf("S1", "10c4:ea60", 0xFF) with { Unread = DeviceTexts.Product };
        for (int i = 0; i < Tries - 1; i++) Assert.IsType<AttachDecision.AskAgain>(await TryAsync(bench, i, said, bridge));
        AttachDecision.Refuse refusal = Assert.IsType<AttachDecision.Refuse>(await TryAsync(bench, Tries - 1, said, bridge));
        Assert.Contains("name it under radios", refusal.Reason, StringComparison.Ordinal);
        Assert.Empty(bench.Memory.Radios);
    }

    [Fact]
    public async Task What_the_kernel_could_read_is_remembered_and_the_serial_that_gave_the_id_stays()
    {
        await using var bench = new AttachBench(Known("attic_0658_0200"));
        bench.Load(Wishes([Pi("attic")]));
        DeviceTexts all = DeviceTexts.Manufacturer | DeviceTexts.Product | DeviceTexts.Serial;
        await TryAsync(bench, 0, Unread(all), ends: false);
        Assert.Null(bench.Memory.Find("attic_0658_0200")!.Product);
        bench.Tell(new AttachEvent.KernelRead(bench.Attachments[0], Read()));
        await bench.SettledAsync();
        RadioMemory now = Assert.Single(bench.Memory.Radios);
        Assert.Equal(("UZB", "Sigma", null), (now.Product, now.Manufacturer, now.Serial));
    }

    private static RadioMemory Radio() => Known(Lives.Radio, "ZW0001") with { Product = "UZB", Manufacturer = "Sigma" };

    private static DeviceIdentity Read() => IdentityOf("ZW0001") with { Product = "UZB", Manufacturer = "Sigma" };

    private static DeviceIdentity Unread(DeviceTexts texts) => Read() with
    {
        Manufacturer = texts.HasFlag(DeviceTexts.Manufacturer) ? null : "Sigma",
        Product = texts.HasFlag(DeviceTexts.Product) ? null : "UZB",
        Serial = texts.HasFlag(DeviceTexts.Serial) ? null : "ZW0001",
        Unread = texts,
    };

    private static async Task<RadioSnapshot> StatusAsync(AttachBench bench, RadioStatus status) =>
        (await bench.UntilStatusAsync(Lives.Radio, status)).Radios.Single(radio => radio.Id == Lives.Radio);

    private static async Task<AttachDecision> TryAsync(
        AttachBench bench, int index, DeviceIdentity said, ExportedDevice? device = null, bool ends = true)
    {
        device ??= Device();
        bench.Time.Advance(AttachTimers.BackoffCap * 2);
        bench.List("attic", device);
        ScriptedAttachment attachment = await bench.NextAttachmentAsync(index);
        AttachDecision verdict = await bench.IdentifyAsync(attachment, device, said);
        AttachOutcome? outcome = verdict switch
        {
            AttachDecision.AskAgain again => new AttachOutcome.Failed(again.Reason),
            AttachDecision.Refuse refuse => new AttachOutcome.Refused(refuse.Reason),
            _ => null,
        };
        if (ends && outcome is not null) bench.Tell(new AttachEvent.Ended(attachment, outcome));
        await bench.SettledAsync();
        return verdict;
    }
}
