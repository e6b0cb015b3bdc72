using Longwire.Lab.Machines;
using Longwire.Lab.Sticks;
using Longwire.Testing.Brokers;
using Xunit;

namespace Longwire.Lab;

/// <summary>A test of a radio that is held while its Pi is away.</summary>
public abstract class HoldingTest(Home home) : RadioTest(home)
{
    protected const string Holding = "hold_seconds: 300\n";

    /// <summary>For longer than the network is away: it is counted from when the Pi was heard last.</summary>
    protected static string HoldingFor(int seconds) => $"hold_seconds: {seconds + 60}\n";

    /// <summary>The pause may be told up to a second later than 3 s of silence.</summary>
    private static readonly TimeSpan s_heldWithin = TimeSpan.FromSeconds(4);

    private static readonly TimeSpan s_aroundComplaint = TimeSpan.FromSeconds(2);

    // A line's age is known as well as both ends of the test know when it was said and heard.
    private static readonly TimeSpan s_aroundCeiling = TimeSpan.FromSeconds(2);

    /// <summary>
    /// A connection of the stock protocol that ends within 10 s of its beginning is not waited for: somebody else has taken the stick, or
    /// it is sick.
    /// </summary>
    protected static Task UntilItWouldBeWaitedForAsync(PiSide side) =>
        side == PiSide.Link ? Task.CompletedTask : Task.Delay(TimeSpan.FromSeconds(10), Cancelled);

    // Giving a stick to usbip-host hangs its inside up, so that is opened for each exchange.
    protected static async Task ExchangeAsync(LabStick stick, GuestStream tty, string word)
    {
        byte[] said = System.Text.Encoding.ASCII.GetBytes(word);
        using ISerialEnd inside = await stick.OpenInsideAsync();
        await tty.WriteAsync(said, Cancelled);
        await HearsAsync(inside, said);
        await inside.WriteAsync(said, Cancelled);
        Assert.Equal(said, await tty.ReadExactlyAsync(said.Length, Patience));
    }

    // What was written in an outage may come before it.
    protected static async Task HearsAsync(ISerialEnd inside, byte[] said)
    {
        byte[] heard = [];
        while (!heard.AsSpan().EndsWith(said)) heard = [.. heard, .. await inside.ReadExactlyAsync(1, Patience)];
    }

    /// <summary>
    /// A radio is held soon after a cut, and whoever comes and goes meanwhile waits for nobody, neither at the open nor at settings and the
    /// close. Ends so long after the cut.
    /// </summary>
    /// <param name="from">What was told before is not looked at.</param>
    /// <param name="cut">On the host's clock.</param>
    protected async Task StaysHeldAsync(StickModel model, int from, TimeSpan cut, TimeSpan time)
    {
        Message held = await UntilEventAsync(IdOf(model), "held", from);
        await KeepsPromiseAsync(Home.Host.ClockAt(held.Timestamp) - cut, s_heldWithin, Home.Host);
        TimeSpan asked = Home.Host.Now;
        await Home.Host.RunAsync($"stty -F {model.Path} 57600 raw -echo");
        await KeepsPromiseAsync(Home.Host.Now - asked, TimeSpan.FromSeconds(1), Home.Host);
        TimeSpan left = time - (Home.Host.Now - cut);
        if (left > TimeSpan.Zero) await Task.Delay(left, Cancelled);
    }

    /// <param name="from">What was told before is not looked at.</param>
    /// <param name="since">Nor what the host's kernel said.</param>
    protected void StayedAttached(StickModel model, int from, TimeSpan since)
    {
        Assert.DoesNotContain(
            Watch.Messages.Skip(from),
            message => message.Topic == $"longwire/radio/{IdOf(model)}/event"
                && message.Payload.Contains("\"lost\"", StringComparison.Ordinal));
        Assert.Equal("on", Connected(Watch.Entities(), IdOf(model)));
        Assert.DoesNotContain(
            Home.Host.Kernel.Lines,
            line => line.Time >= since && line.Message.Contains("USB disconnect", StringComparison.Ordinal));
    }

    /// <summary>
    /// A kernel found nothing wrong. What comes to light only at the end may have happened long ago: too long to be among what is shown of
    /// a failure.
    /// </summary>
    protected static void HasNoComplaint(Guest guest, TimeSpan since)
    {
        KernelLine[] complaints = [.. guest.Kernel.Complaints(since)];
        foreach (KernelLine complaint in complaints)
        {
            foreach (KernelLine line in guest.Kernel.Lines.Where(line => (complaint.Time - line.Time).Duration() < s_aroundComplaint))
            {
                Say($"{guest.Name}: [{line.Time.TotalSeconds,9:0.000}] {line.Message}");
            }
        }
        Assert.Empty(complaints);
    }

    /// <summary>
    /// What the radio said was heard whole. What the consumer said was heard unless it was as old as <paramref name="ceiling"/> when the
    /// next one was, and nothing was that was older: both to 2 s. That all of it came once and in order, <see cref="Conversation"/> has
    /// seen.
    /// </summary>
    private protected static void NothingIsLostOrStale(Conversation conversation, TimeSpan ceiling, TimeProvider time)
    {
        Assert.DoesNotContain(conversation.OfRadio, line => line.Heard is null);
        int dropped = 0;
        long next = conversation.OfConsumer[^1].Heard!.Value;
        foreach (Conversation.Line line in conversation.OfConsumer.Reverse())
        {
            TimeSpan age = time.GetElapsedTime(line.Said, line.Heard ?? next);
            if (line.Heard is { } heard)
            {
                next = heard;
                Assert.True(age < ceiling + s_aroundCeiling, $"line {line.Number} was heard {age} after it was said");
            }
            else
            {
                dropped++;
                Assert.True(age > ceiling - s_aroundCeiling, $"line {line.Number} was dropped, and would have been {age} old");
            }
        }
        Say($"of {conversation.OfConsumer.Count} lines to the radio {dropped} were stale; it said {conversation.OfRadio.Count}");
    }
}
