using Longwire.Attach.Identity;
using Longwire.Attach.Memory;
using Longwire.Radios;
using Longwire.UsbIp.Usb;
using Xunit;

namespace Longwire.Tests.Attach.Identity;

public sealed class RadioIdsTests
{
    private static readonly UsbId s_zwave = UsbId.Parse("0658:0200");

    [Fact]
    public void Where_several_were_plugged_in_one_after_the_other_nobody_seems_to_be_there()
    {
        RadioMemory one = AttachBench.Known("one", "ZW0001"), other = AttachBench.Known("other", "ZW0002");
        Assert.Equal(one, RadioIds.Seems("attic", s_zwave, one.Port, [one], onlyOne: true, _ => false));
        Assert.Null(RadioIds.Seems("attic", s_zwave, one.Port, [one, other], onlyOne: true, _ => false));
    }

    [Fact]
    public void A_serial_that_is_seen_once_is_the_id() =>
        Assert.Equal("0658_0200_ZW0001", RadioIds.Give(At("attic", "1.2", "ZW0001"), [], []));

    [Fact]
    public void Without_a_serial_the_Pi_and_the_kind_are_the_id() =>
        Assert.Equal("attic_0658_0200", RadioIds.Give(At("attic", "1.2", null), [], []));

    [Fact]
    public void A_second_of_its_kind_without_a_serial_has_its_port_in_the_id() =>
        Assert.Equal("attic_0658_0200_1-3", RadioIds.Give(At("attic", "1.3", null), [AttachBench.Known("attic_0658_0200")], []));

    [Fact]
    public void Two_with_one_serial_at_first_sight_are_told_apart_by_port() =>
        Assert.Equal("attic_0658_0200_1-2", RadioIds.Give(At("attic", "1.2", "0001"), [], [At("attic", "1.3", "0001")]));

    [Fact]
    public void The_same_serial_on_two_Pis_is_told_apart_by_Pi() =>
        Assert.Equal("attic_0658_0200", RadioIds.Give(At("attic", "1.2", "0001"), [], [At("cellar", "1.2", "0001")]));

    [Fact]
    public void An_id_that_is_taken_is_never_given_twice()
    {
        RadioMemory[] known = [AttachBench.Known("attic_0658_0200"), AttachBench.Known("attic_0658_0200_1-3", port: "1.4")];
        Assert.Equal("attic_0658_0200_1-3_2", RadioIds.Give(At("attic", "1.3", null), [.. known], []));
    }

    [Fact]
    public void A_serial_with_strange_characters_makes_a_slug_of_its_own()
    {
        string one = RadioIds.Give(At("attic", "1.2", "a/b"), [], []), other = RadioIds.Give(At("attic", "1.2", "a#b"), [], []);
        Assert.Matches("^[a-zA-Z0-9_-]+$", one);
        Assert.NotEqual(one, other);
    }

    [Fact]
    public void A_stick_with_a_serial_that_moved_to_another_port_is_recalled() =>
        Assert.Equal("r", Recall(At("attic", "1.4", "ZW0001"), AttachBench.Known("r", "ZW0001"))?.Id);

    [Fact]
    public void A_stick_without_a_serial_that_moved_to_another_port_is_recalled_while_it_is_the_only_one() =>
        Assert.Equal("r", Recall(At("attic", "1.4", null), AttachBench.Known("r"))?.Id);

    [Fact]
    public void Of_twins_the_one_on_the_same_port_is_recalled() =>
        Assert.Equal(
            "b", Recall(At("attic", "1.3", "0001"), AttachBench.Known("a", "0001", "1.2"), AttachBench.Known("b", "0001", "1.3"))?.Id);

    [Fact]
    public void A_stick_that_could_be_either_of_two_absent_twins_is_neither() =>
        Assert.Null(Recall(At("attic", "1.4", "0001"), AttachBench.Known("a", "0001", "1.2"), AttachBench.Known("b", "0001", "1.3")));

    [Fact]
    public void A_stick_with_another_serial_on_the_same_port_is_another_radio() =>
        Assert.Null(Recall(At("attic", "1.2", "ZW0002"), AttachBench.Known("r", "ZW0001")));

    [Fact]
    public void A_stick_that_moved_to_another_Pi_is_recalled_by_its_own_serial() =>
        Assert.Equal("0658_0200_ZW0001", Recall(At("cellar", "1.2", "ZW0001"), AttachBench.Known("0658_0200_ZW0001", "ZW0001"))?.Id);

    [Fact]
    public void A_stick_without_a_serial_does_not_move_between_Pis() =>
        Assert.Null(Recall(At("cellar", "1.2", null), AttachBench.Known("attic_0658_0200")));

    [Fact]
    public void A_serial_that_is_known_to_be_shared_gives_no_id() =>
        Assert.Equal("attic_0658_0200", RadioIds.Give(Shared(At("attic", "1.2", "0001")), [], []));

    [Fact]
    public void A_second_with_a_shared_serial_has_its_port_in_the_id() =>
        Assert.Equal(
            "attic_0658_0200_1-3",
            RadioIds.Give(Shared(At("attic", "1.3", "0001")), [AttachBench.Known("attic_0658_0200", "0001")], []));

    [Fact]
    public void An_id_that_a_shared_serial_gave_in_a_former_release_stays()
    {
        RadioMemory former = AttachBench.Known("0658_0200_0001", "0001");
        Assert.Equal("0658_0200_0001", Recall(Shared(At("attic", "1.2", "0001")), former)?.Id);
        Assert.Equal("0658_0200_0001", Recall(Shared(At("attic", "1.4", "0001")), former)?.Id);
    }

    [Fact]
    public void A_shared_serial_does_not_show_that_a_stick_moved_to_another_Pi() =>
        Assert.Null(Recall(Shared(At("cellar", "1.2", "0001")), AttachBench.Known("0658_0200_0001", "0001")));

    private static Sighting Shared(Sighting stick) => stick with { SerialIsShared = true };

    private static RadioMemory? Recall(Sighting stick, params RadioMemory[] known) => RadioIds.Recall(stick, [.. known], _ => true);

    private static Sighting At(string pi, string port, string? serial) => new(pi, new UsbPort("platform/soc", port), s_zwave, serial);
}
