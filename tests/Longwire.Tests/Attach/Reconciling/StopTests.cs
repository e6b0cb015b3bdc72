using Longwire.Attach;
using Longwire.State;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Longwire.Tests.Attach.Reconciling;

/// <summary>What is said of radios when Longwire is told to stop: it stays in the broker until the next start.</summary>
public sealed class StopTests
{
    public static TheoryData<string> Statuses => [.. Lives.All.Select(status => status.Name())];

    [Theory]
    [MemberData(nameof(Statuses))]
    public async Task The_last_word_on_a_radio_is_that_Longwire_is_stopped_whatever_was_known_of_it(string name)
    {
        RadioStatus status = Lives.All.Single(status => status.Name() == name);
        await using AttachBench bench = Lives.Start(status);
        Snapshot before = await Lives.BringAsync(bench, status);
        bench.TakeEvents();
        string[] told = Told(bench);

        await bench.StopAsync();

        Snapshot last = bench.Feed.Current;
        Assert.True(last.Bridge.Stopped);
        Assert.Equal((before.Bridge.RadiosExpected, 0), (last.Bridge.RadiosExpected, last.Bridge.RadiosAttached));
        Assert.Null(Assert.Single(last.Pis).Reachable);
        RadioSnapshot radio = Assert.Single(last.Radios);
        Assert.Equal((RadioStatus.Detached, null, null), (radio.Status, radio.Since, radio.PluggedIn));
        Assert.Empty(radio.SerialPorts);
        Assert.Equal(before.Radios[0].Disconnects, radio.Disconnects);
        Assert.Equal(before.Radios[0].LastDisconnectReason, radio.LastDisconnectReason);
        StatusMeaning meaning = StatusMeaning.Of(radio, last.Pis[0]);
        Assert.False(meaning.Problem);
        bool wanted = status != RadioStatus.Detached;
        Assert.Equal((wanted ? (bool?)null : false, wanted ? "Longwire is stopped" : null), (meaning.Connected, radio.Reason));
        Assert.Contains(wanted ? "Start Longwire" : "switch \"Attached\" on", meaning.Explanation, StringComparison.Ordinal);
        Assert.Empty(bench.TakeEvents());
        Assert.Equal(told, Told(bench));
    }

    // The debug log has the bench's own marks, too.
    private static string[] Told(AttachBench bench) =>
        [.. bench.Log.Entries.Where(entry => entry.Level > LogLevel.Debug).Select(entry => entry.Line)];

    [Fact]
    public async Task Nothing_is_said_while_radios_are_being_detached()
    {
        await using AttachBench bench = Lives.Start(RadioStatus.Attached);
        await Lives.BringAsync(bench, RadioStatus.Attached);
        await bench.SettledAsync();
        Snapshot before = bench.Feed.Current;
        bench.EndsByHand = true;
        AttachBench.ScriptedAttachment attachment = bench.Attachments[0];

        await bench.BeginStopAsync();
        Assert.True(SpinWait.SpinUntil(() => attachment.Cancelled, TimeSpan.FromSeconds(10)));
        // Read by the reconciler only once it waits for the ends.
        var remembered = new TaskCompletionSource();
        bench.Tell(new AttachEvent.Recorded(attachment, new("boot", 0, 1, 2), remembered));
        await remembered.Task.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
        Assert.Same(before, bench.Feed.Current);

        bench.EndsByHand = false;
        bench.Tell(new AttachEvent.Ended(attachment, new AttachOutcome.Cancelled()));
        await bench.StopAsync();
        Assert.True(bench.Feed.Current.Bridge.Stopped);
    }

    [Fact]
    public async Task Without_options_there_is_nothing_to_say_at_a_stop_either()
    {
        await using var bench = new AttachBench(AttachBench.Known(Lives.Radio, "ZW0001"));
        await bench.StopAsync();
        Assert.Same(Snapshot.Empty, bench.Feed.Current);
    }
}
