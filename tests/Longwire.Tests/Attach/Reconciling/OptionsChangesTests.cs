using Longwire.Attach;
using Longwire.Link.Pairing;
using Longwire.Options;
using Longwire.State;
using Longwire.Tests.Options;
using Xunit;
using static Longwire.Tests.Attach.AttachBench;

namespace Longwire.Tests.Attach.Reconciling;

public sealed class OptionsChangesTests
{
    private const string Radio = "0658_0200_ZW0001";

    [Fact]
    public async Task A_Pi_that_leaves_the_options_takes_its_radios_along_and_no_loss_is_counted()
    {
        await using var bench = new AttachBench();
        bench.Load(Wishes([Pi("attic"), Pi("cellar", "192.0.2.2")]));
        bench.List("cellar");
        ScriptedAttachment attachment = await bench.AttachAsync(Device(), IdentityOf("ZW0001"));
        ScriptedWatch left = bench.Watches["attic"];
        bench.Load(Wishes([Pi("cellar", "192.0.2.2")]));
        await bench.UntilAsync(snapshot => snapshot.Pis.Length == 1 && snapshot.Radios.IsEmpty);
        Assert.True(attachment.Cancelled);
        Assert.True(left.Stopped);
        Assert.False(bench.Watches["cellar"].Stopped);
        Assert.Equal(0, bench.Memory.Find(Radio)!.Disconnects);
        Assert.Equal([RadioEventType.Attached, RadioEventType.Detached], bench.TakeEvents().Select(e => e.Type));
    }

    [Fact]
    public async Task A_Pi_with_a_new_address_is_asked_there_and_its_radio_attached_from_there()
    {
        await using var bench = new AttachBench();
        bench.Load(Wishes([Pi("attic")]));
        ScriptedAttachment first = await bench.AttachAsync(Device(), IdentityOf("ZW0001"));
        ScriptedWatch before = bench.Watches["attic"];
        bench.Load(Wishes([Pi("attic", "192.0.2.9")]));
        await bench.SettledAsync();
        Assert.True(before.Stopped);
        Assert.NotSame(before, bench.Watches["attic"]);
        Assert.True(first.Cancelled);
        Assert.Equal(
            [(RadioEventType.Attached, null), (RadioEventType.Detached, "the address of its Pi was changed from 192.0.2.1 to 192.0.2.9")],
            bench.TakeEvents().Select(e => (e.Type, e.Reason)));
        ScriptedAttachment second = await bench.AttachAsync(Device(), IdentityOf("ZW0001"), index: 1);
        Assert.Equal("192.0.2.9", second.Request.Pi.EndPoint.Host);
        Assert.Equal(Radio, Assert.Single((await bench.UntilStatusAsync(Radio, RadioStatus.Attached)).Radios).Id);
    }

    [Fact]
    public async Task A_Pi_with_another_pairing_code_is_asked_anew_and_one_with_the_same_is_left_alone()
    {
        await using var bench = new AttachBench();
        PiOptions pi = Pi("attic");
        string code = PairedPiTests.Code("192.0.2.1");
        bench.Load(Wishes([pi]));
        ScriptedAttachment attachment = await bench.AttachAsync(Device(), IdentityOf("ZW0001"));

        bench.Load(Wishes([pi with { Pairing = Parse(code) }]));
        await bench.SettledAsync();
        ScriptedWatch paired = bench.Watches["attic"];
        Assert.True(attachment.Cancelled);
        Assert.Equal("the pairing code of its Pi was changed", bench.TakeEvents()[^1].Reason);

        bench.Load(Wishes([pi with { Pairing = Parse(code) }], Rule("0658:0200")));
        await bench.SettledAsync();
        Assert.Same(paired, bench.Watches["attic"]);

        bench.Load(Wishes([pi with { Pairing = Parse(PairedPiTests.Code("192.0.2.1")) }]));
        await bench.SettledAsync();
        Assert.True(paired.Stopped);

        static PairingCode? Parse(string text) => PairingCode.TryParse(text, out PairingCode? code, out _, out _) ? code : null;
    }

    [Fact]
    public async Task Options_that_say_the_same_touch_nothing()
    {
        await using var bench = new AttachBench();
        bench.Load(Wishes([Pi("attic")], Rule("0658:0200")));
        ScriptedAttachment attachment = await bench.AttachAsync(Device(), IdentityOf("ZW0001"));
        ScriptedWatch watch = bench.Watches["attic"];
        bench.Load(Wishes([Pi("attic")], Rule("0658:0200", index: 4)));
        await bench.SettledAsync();
        Assert.False(attachment.Cancelled);
        Assert.Same(watch, bench.Watches["attic"]);
        Assert.Single(bench.Attachments);
    }

    [Fact]
    public async Task A_stick_that_was_not_wanted_is_taken_when_a_rule_asks_for_it()
    {
        await using var bench = new AttachBench();
        bench.Load(Wishes([Pi("attic")], Rule("1cf1:0030")));
        bench.List("attic", Device());
        await bench.SettledAsync();
        Assert.Empty(bench.Attachments);
        bench.Load(Wishes([Pi("attic")], Rule("0658:0200")));
        await bench.NextAttachmentAsync();
    }

    [Fact]
    public async Task A_refused_radio_is_tried_again_when_the_rules_change()
    {
        await using var bench = new AttachBench();
        bench.Load(Wishes([Pi("attic")]));
        bench.List("attic", Device());
        ScriptedAttachment attachment = await bench.NextAttachmentAsync();
        AttachDecision.Refuse refuse = Assert.IsType<AttachDecision.Refuse>(
            await bench.IdentifyAsync(attachment, Device(), IdentityOf("ZW0001", classes: [2, 10, 3])));
        bench.Tell(new AttachEvent.Ended(attachment, new AttachOutcome.Refused(refuse.Reason)));
        await bench.UntilStatusAsync(Radio, RadioStatus.Refused);
        bench.Load(Wishes([Pi("attic")], Rule("0658:0200")));
        await bench.NextAttachmentAsync(1);
    }
}
