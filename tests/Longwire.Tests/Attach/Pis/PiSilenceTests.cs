using System.Net;
using System.Threading.Channels;
using Longwire.Attach;
using Longwire.Attach.Pis;
using Longwire.State;
using Longwire.Testing.Usbipd;
using Longwire.Tests.Attach.Reconciling;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Xunit;
using static Longwire.Tests.Attach.AttachBench;

namespace Longwire.Tests.Attach.Pis;

/// <summary>A Pi that answers, though not with a list, is not said to be silent.</summary>
public sealed class PiSilenceTests
{
    private const string Radio = "0658_0200_ZW0001";

    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(20);

    [Theory]
    [InlineData("", nameof(PiSilenceKind.ClosedUnanswered), "takes the connection from 127.0.0.1 and closes it without an answer")]
    [InlineData("HTTP/1.1 400 Bad Request\r\n\r\n", nameof(PiSilenceKind.NotUnderstood), "speaks USB/IP version")]
    [InlineData("SSH-2.0-OpenSSH_9.2\r\n", nameof(PiSilenceKind.NotUnderstood), "speaks USB/IP version")]
    [InlineData("\u0001\u0011\u0000\u0003\u0000\u0000\u0000\u0000", nameof(PiSilenceKind.NotUnderstood), "expected operation")]
    [InlineData(
        "\u0001\u0011\u0000\u0005\u0000\u0000\u0000\u0000\u0000\u0001\u0000\u0000", nameof(PiSilenceKind.NotUnderstood), "65536 devices")]
    [InlineData(
        "\u0001\u0011\u0000\u0005\u0000\u0000\u0000\u0001", nameof(PiSilenceKind.Refused), "refuses to list its devices: not available")]
    [InlineData("\u0001\u0011\u0000\u0005", nameof(PiSilenceKind.NoAnswer), "closed after 4 of 8 bytes")]
    public async Task What_a_server_does_instead_of_giving_its_list_is_told_apart(string says, string manner, string reason)
    {
        await using FakeUsbipd usbipd = FakeUsbipd.Start(async client =>
        {
            await client.ReceiveListRequestAsync();
            await client.SendAsync(says.Select(c => (byte)c).ToArray());
        });
        AttachEvent.PiSilent silent = Assert.IsType<AttachEvent.PiSilent>(await AskAsync(usbipd.EndPoint));
        Assert.Equal((manner, false), (silent.Manner.ToString(), silent.Accepted));
        Assert.Contains(reason, silent.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(nameof(PiSilenceKind.NoAnswer), nameof(RadioStatus.PiUnreachable),
        "attic (192.0.2.1) does not answer: why. See that it is on, in the network, and runs its export.", "why")]
    [InlineData(nameof(PiSilenceKind.ClosedUnanswered), nameof(RadioStatus.Failed),
        "attic (192.0.2.1) closes the connection unanswered: it does not allow this machine's address (its log names that, as it is seen "
            + "there), has no place for one more connection, or what serves there fails (why).",
        "the Pi closes the connection unanswered: it does not allow this machine's address (its log names that, as it is seen there), has "
            + "no place for one more connection, or what serves there fails (why)")]
    [InlineData(nameof(PiSilenceKind.Refused), nameof(RadioStatus.Failed),
        "attic (192.0.2.1) answers and gives no list (why).", "the Pi answers and gives no list (why)")]
    [InlineData(nameof(PiSilenceKind.NotUnderstood), nameof(RadioStatus.Failed),
        "attic (192.0.2.1) answers in a form that is not understood: see that it serves USB/IP on that port (why).",
        "the Pi answers in a form that is not understood: see that it serves USB/IP on that port (why)")]
    public async Task Each_has_its_sentence_and_its_radios_say_why(string manner, string status, string problem, string reason)
    {
        await using var bench = new AttachBench(Known(Radio, "ZW0001"));
        bench.Load(Wishes([Pi("attic")]));
        var shown = new ShownProblems(bench);
        bench.Tell(new AttachEvent.PiSilent("attic", "why") { Manner = Enum.Parse<PiSilenceKind>(manner) });
        await shown.LookAsync();
        Assert.Equal($"{problem} Plugged in there: {Radio}.", Assert.Single(shown.Now));
        RadioSnapshot radio = Assert.Single(bench.Feed.Current.Radios);
        Assert.Equal((status, reason, false), (radio.Status.ToString(), radio.Reason, bench.Feed.Current.Pis[0].Reachable));
    }

    [Fact]
    public async Task A_Pi_that_begins_to_answer_otherwise_says_that_and_not_why_it_was_silent_before()
    {
        await using var bench = new AttachBench(Known(Radio, "ZW0001"));
        bench.Load(Wishes([Pi("attic")]));
        bench.Tell(new AttachEvent.PiSilent("attic", "no route"));
        bench.Tell(new AttachEvent.PiSilent("attic", "closed") { Manner = PiSilenceKind.ClosedUnanswered });
        await bench.SettledAsync();
        Assert.Contains("closes the connection unanswered", bench.Feed.Current.Radios[0].Reason, StringComparison.Ordinal);
        bench.Tell(new AttachEvent.PiSilent("attic", "no route"));
        await bench.UntilStatusAsync(Radio, RadioStatus.PiUnreachable);
    }

    private static async Task<AttachEvent> AskAsync(DnsEndPoint endPoint)
    {
        var events = Channel.CreateBounded<AttachEvent>(10);
        var time = new FakeTimeProvider();
        using var watch = new PiWatch(Pi("attic") with { EndPoint = endPoint }, events.Writer, time, NullLogger.Instance);
        Task running = watch.RunAsync();
        AttachEvent? answer;
        using var deadline = new CancellationTokenSource(s_deadline);
        while (!events.Reader.TryRead(out answer))
        {
            deadline.Token.ThrowIfCancellationRequested();
            // It asks again before it says so. The connections are real, and have a moment before the clock goes on.
            time.Advance(AttachTimers.PollInDoubt / 10);
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }
        watch.Stop();
        await running.WaitAsync(s_deadline, TestContext.Current.CancellationToken);
        return answer;
    }
}
