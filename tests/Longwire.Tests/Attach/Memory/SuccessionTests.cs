using Longwire.Attach.Memory;
using Longwire.UsbIp.Usb;
using Xunit;
using static Longwire.Tests.Attach.AttachBench;

namespace Longwire.Tests.Attach.Memory;

/// <summary>What a radio keeps when its stick changes.</summary>
public sealed class SuccessionTests : IDisposable
{
    private static readonly RadioMemory s_old = Known("old", "OLD001") with
    {
        Name = "Z-Wave", Product = "Stick", Manufacturer = "Maker", Disconnects = 4, VhciPort = 2,
    };

    private const string FormerRelease =
        """{"id":"a","name":"A","pi_id":"p","usb_id":"0658:0200","port_chain":"1","last_bus_id":"1-1","serial_port_count":1""";

    private readonly string _folder = Directory.CreateTempSubdirectory("longwire-succession-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_radio_with_another_radios_stick_keeps_what_people_see_and_count()
    {
        RadioMemory other = Known("new", "NEW001", "1.3") with { Name = "Other", Product = "Stick 2", LastBusId = "3-1.3", VhciPort = 5 };
        RadioMemory now = Succession.TakeOver(s_old, other);
        Assert.Equal(("old", "Z-Wave", 4L, true), (now.Id, now.Name, now.Disconnects, now.Wanted));
        Assert.Equal(
            ("NEW001", "1.3", "3-1.3", "Stick 2", (int?)5), (now.Serial, now.PortChain, now.LastBusId, now.Product, now.VhciPort));
        FormerStick former = Assert.Single(now.Former);
        Assert.Equal(("OLD001", "1.2", "Stick", true), (former.Serial, former.PortChain, former.Product, former.Replaced));
    }

    [Fact]
    public void A_stick_that_says_what_it_said_changes_nothing()
    {
        Assert.Same(s_old, Succession.Follow(s_old, Zwave, "OLD001", replaced: false));
        Assert.Same(s_old, Succession.Follow(s_old, Zwave, "OLD001 ", replaced: false));
        RadioMemory without = s_old with { Serial = null };
        Assert.Same(without, Succession.Follow(without, Zwave, "", replaced: true));
    }

    [Fact]
    public void A_stick_that_is_back_in_its_place_is_no_former_one()
    {
        RadioMemory there = Succession.Follow(s_old, Zwave, "NEW001", replaced: true);
        RadioMemory back = Succession.Follow(there, Zwave, "OLD001", replaced: true);
        Assert.Equal(["NEW001"], back.Former.Select(former => former.Serial));
    }

    [Fact]
    public void The_sticks_that_are_remembered_are_the_latest_and_few()
    {
        RadioMemory radio = s_old;
        for (int i = 0; i < 50; i++) radio = Succession.Follow(radio, Zwave, $"NEW{i:000}", replaced: true);
        Assert.Equal(8, radio.Former.Length);
        Assert.Equal("NEW048", radio.Former[0].Serial);
    }

    [Fact]
    public void Only_a_stick_that_was_replaced_and_has_a_serial_is_known_to_be_back()
    {
        RadioMemory replaced = Succession.Follow(s_old, Zwave, "NEW001", replaced: true);
        Assert.Same(replaced, Succession.ReplacedAt([replaced], Zwave, "OLD001"));
        Assert.Null(Succession.ReplacedAt([replaced], Zwave, "NEW001"));
        Assert.Null(Succession.ReplacedAt([replaced], UsbId.Parse("303a:4001"), "OLD001"));
        Assert.Null(Succession.ReplacedAt([Succession.Follow(s_old with { Serial = null }, Zwave, "N", replaced: true)], Zwave, null));
        Assert.Null(Succession.ReplacedAt(
            [Succession.Follow(s_old, UsbId.Parse("0658:0201"), "OLD001", replaced: false)], Zwave, "OLD001"));
    }

    [Fact]
    public void It_outlives_a_restart_and_a_memory_without_it_is_read()
    {
        RadioMemory radio = Succession.TakeOver(s_old, Known("new", "NEW001", "1.3")) with { CameWhileAway = ["x"] };
        var file = new MemoryFile(_folder);
        file.Save(new AttachMemory { InstanceId = "i", Radios = [radio, Known("b")] });
        AttachMemory read = file.Load(out string? problem)!;
        Assert.Null(problem);
        Assert.Equal(radio.Former.AsEnumerable(), read.Radios[0].Former.AsEnumerable());
        Assert.Equal(["x"], read.Radios[0].CameWhileAway.AsEnumerable());
        Assert.Equal(Known("b"), read.Radios[1]);
        Write(FormerRelease + "}");
        RadioMemory former = Assert.Single(file.Load(out _)!.Radios);
        Assert.Empty(former.Former);
        Assert.Empty(former.CameWhileAway);
    }

    [Theory]
    [InlineData("""[{"pi_id":"p","usb_id":"nonsense","port_chain":"1"}]""")]
    [InlineData("[null]")]
    [InlineData("null")]
    public void A_former_stick_that_is_none_makes_the_file_one_that_cannot_be_read(string former)
    {
        Write($"{FormerRelease},\"former\":{former}}}");
        Assert.Null(new MemoryFile(_folder).Load(out string? problem));
        Assert.NotNull(problem);
    }

    private void Write(string radio) => File.WriteAllText(
        new MemoryFile(_folder).Path, $$"""{"format":1,"instance_id":"i","radios":[{{radio}}]}""");
}
