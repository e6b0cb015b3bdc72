using Longwire.State;
using Longwire.Tests.HomeAssistant;
using Xunit;

namespace Longwire.Tests.State;

public sealed class StatusMeaningTests
{
    [Theory]
    [InlineData("attached", true, false, "Nothing to do")]
    [InlineData("held", true, false, "waits for a few seconds")]
    [InlineData("attaching", false, false, "right now")]
    [InlineData("detached", false, false, "switch \"Attached\" on")]
    [InlineData("unplugged", false, true, "Plug it in")]
    [InlineData("not_offered", false, true, "usbip list -l")]
    [InlineData("pi_unreachable", false, true, "Check its power and network")]
    [InlineData("in_use", false, true, "Detach it there")]
    [InlineData("refused", false, true, "Look at what is plugged into attic")]
    [InlineData("failed", false, true, "no free port")]
    public void Each_status_means_what_the_table_says(string status, bool connected, bool problem, string remedy)
    {
        RadioStatus value = Enum.GetValues<RadioStatus>().Single(s => s.Name() == status);
        StatusMeaning meaning = StatusMeaning.Of(Some.Radio with { Status = value, Reason = "no free port" }, Some.Pi);
        Assert.Equal(connected, meaning.Connected);
        Assert.Equal(problem, meaning.Problem);
        Assert.Contains(remedy, meaning.Explanation, StringComparison.Ordinal);
    }

    [Fact]
    public void Held_becomes_a_problem_once_it_is_held_for_long()
    {
        StatusMeaning meaning = StatusMeaning.Of(Some.Radio with { Status = RadioStatus.Held, HeldForLong = true }, Some.Pi);
        Assert.True(meaning.Connected);
        Assert.True(meaning.Problem);
    }

    [Theory]
    [InlineData("attached", true, true)]
    [InlineData("held", true, true)]
    [InlineData("attaching", true, true)]
    [InlineData("detached", false, false)]
    public void An_unstable_one_is_a_problem_at_any_moment_unless_somebody_wants_it_detached(string status, bool wanted, bool problem)
    {
        RadioStatus value = Enum.GetValues<RadioStatus>().Single(s => s.Name() == status);
        RadioSnapshot radio = Some.Radio with { Status = value, Wanted = wanted, Unstable = true };
        Assert.Equal(problem, StatusMeaning.Of(radio, Some.Pi).Problem);
        Assert.False(StatusMeaning.Of(radio, Some.Pi with { SilencedUntil = DateTimeOffset.UnixEpoch }).Problem);
        RadioSnapshot attached = radio with { Status = RadioStatus.Attached };
        string explanation = StatusMeaning.Of(attached, Some.Pi with { Name = new string('x', 500) }).Explanation;
        Assert.StartsWith("Attached, but unstable", explanation, StringComparison.Ordinal);
        Assert.InRange(explanation.Length, 1, StateText.Longest);
    }

    [Fact]
    public void Held_without_its_stick_says_that_it_was_unplugged_and_what_to_do()
    {
        RadioSnapshot held = Some.Radio with { Status = RadioStatus.Held, PluggedIn = null };
        Assert.Contains("does not answer", StatusMeaning.Of(held, Some.Pi).Explanation, StringComparison.Ordinal);
        StatusMeaning pulled = StatusMeaning.Of(held with { PluggedIn = false }, Some.Pi with { Name = new string('x', 500) });
        Assert.Equal((true, false), (pulled.Connected, pulled.Problem));
        Assert.Contains("was unplugged there", pulled.Explanation, StringComparison.Ordinal);
        Assert.Contains("Plug it in again", pulled.Explanation, StringComparison.Ordinal);
        Assert.InRange(pulled.Explanation.Length, 1, StateText.Longest);
        Assert.True(StatusMeaning.Of(held with { PluggedIn = false, HeldForLong = true }, Some.Pi).Problem);
    }

    [Fact]
    public void A_radio_of_which_nothing_is_known_yet_is_neither_connected_nor_disconnected()
    {
        StatusMeaning meaning = StatusMeaning.Of(Some.Radio with { Status = RadioStatus.Attaching, Undecided = true }, Some.Pi);
        Assert.Equal((null, false), (meaning.Connected, meaning.Problem));
    }

    [Fact]
    public void A_radio_that_was_let_go_because_Longwire_stops_is_neither_and_says_what_brings_it_back()
    {
        StatusMeaning meaning = StatusMeaning.Of(Some.Radio with { Status = RadioStatus.Detached, Stopped = true }, Some.Pi);
        Assert.Equal((null, false), (meaning.Connected, meaning.Problem));
        Assert.Contains("Longwire is stopped", meaning.Explanation, StringComparison.Ordinal);
        Assert.Contains("Start Longwire", meaning.Explanation, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/dev/ttyACM0 may change, since no udev link came", "/dev/ttyACM0")]
    [InlineData("/dev/ttyUSB0 and /dev/ttyUSB1 may change", "/dev/ttyUSB0", "/dev/ttyUSB1")]
    [InlineData("no by-id link came", "/dev/serial/by-path/platform-vhci_hcd.0-usb-0:1:1.0")]
    public void An_attached_radio_whose_name_may_change_says_so(string said, params string[] ports)
    {
        StatusMeaning meaning = StatusMeaning.Of(Some.Radio with { SerialPorts = [.. ports], ProvisionalPorts = [.. ports] }, Some.Pi);
        Assert.Equal((true, false), (meaning.Connected, meaning.Problem));
        Assert.Contains(said, meaning.Explanation, StringComparison.Ordinal);
    }

    [Fact]
    public void A_radio_that_another_host_has_can_be_taken_over_at_a_paired_Pi_and_no_other()
    {
        RadioSnapshot radio = Some.Radio with { Status = RadioStatus.InUse, Reason = null };
        PiSnapshot paired = Some.Pi with { Mode = PiMode.Link, Version = null };
        Assert.EndsWith(
            "If that host is gone, press \"Take over\": after 3 s of silence attic gives it away.",
            StatusMeaning.Of(radio, paired).Explanation, StringComparison.Ordinal);
        Assert.DoesNotContain(
            "Take over", StatusMeaning.Of(radio, paired with { Mode = PiMode.Stock }).Explanation, StringComparison.Ordinal);
        Assert.InRange(StatusMeaning.Of(radio, paired with { Name = new string('x', 100) }).Explanation.Length, 10, 255);
        Assert.DoesNotContain(
            "Take over",
            StatusMeaning.Of(radio, paired with { Mode = PiMode.Stock, Version = "0.2.0" }).Explanation, StringComparison.Ordinal);
    }

    [Fact]
    public void A_radio_that_was_not_given_says_why_in_whole_and_what_to_do()
    {
        string said = StatusMeaning.Of(
            Some.Radio with { Status = RadioStatus.InUse, Reason = Longwire.Attach.Reconciling.TakeOvers.StillHeard }, Some.Pi).Explanation;
        Assert.Contains(Longwire.Attach.Reconciling.TakeOvers.StillHeard, said, StringComparison.Ordinal);
        Assert.Contains("not taken over", said, StringComparison.Ordinal);
        Assert.EndsWith("press \"Take over\" again once that host is gone.", said, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, true)]
    [InlineData("0.2.0", false)]
    public void A_stick_that_is_busy_for_nobody_is_freed_by_binding_it_anew_on_a_stock_Pi(string? version, bool said)
    {
        StatusMeaning meaning = StatusMeaning.Of(
            Some.Radio with { Status = RadioStatus.InUse, Reason = null }, Some.Pi with { Version = version });
        Assert.Equal(said, meaning.Explanation.Contains("usbip unbind -b", StringComparison.Ordinal));
        Assert.Equal(said, meaning.Explanation.EndsWith("then \"usbip bind -b BUSID\".", StringComparison.Ordinal));
    }

    [Fact]
    public void A_radio_that_is_attached_and_works_badly_is_a_problem_with_its_remedy()
    {
        StatusMeaning meaning = StatusMeaning.Of(Some.Radio with { IsShortOfUrbs = true, ProvisionalPorts = ["/dev/ttyACM0"] }, Some.Pi);
        Assert.Equal((true, true), (meaning.Connected, meaning.Problem));
        Assert.Contains("room for 32", meaning.Explanation, StringComparison.Ordinal);
    }

    [Fact]
    public void No_status_lacks_its_row()
    {
        foreach (RadioStatus status in Enum.GetValues<RadioStatus>())
        {
            Assert.NotEmpty(StatusMeaning.Of(Some.Radio with { Status = status }, pi: null).Explanation);
        }
    }

    [Theory]
    [InlineData(10)]
    [InlineData(200)]
    [InlineData(5000)]
    public void No_explanation_is_longer_than_a_state_may_be_and_none_loses_its_remedy(int length)
    {
        foreach (RadioStatus status in Enum.GetValues<RadioStatus>())
        {
            string text = string.Concat(Enumerable.Repeat("😀x", length));
            RadioSnapshot radio = Some.Radio with { Status = status, Reason = text, ProvisionalPorts = [text, text] };
            PiSnapshot pi = Some.Pi with { Name = string.Concat(Enumerable.Repeat("x😀", length)) };
            string explanation = StatusMeaning.Of(radio, pi).Explanation;
            Assert.InRange(explanation.Length, 10, 255);
            Assert.EndsWith(".", explanation, StringComparison.Ordinal);
            Assert.InRange(StatusMeaning.Of(radio with { IsShortOfUrbs = true }, pi).Explanation.Length, 10, 255);
            Assert.DoesNotContain('\uFFFD', System.Text.Encoding.UTF8.GetString(System.Text.Encoding.UTF8.GetBytes(explanation)));
        }
    }
}
