using System.Net;
using System.Threading.Channels;
using Longwire.Attach;
using Longwire.Attach.Pis;
using Longwire.Options;
using Longwire.Tests.HomeAssistant.Brokers;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Longwire.Tests.Attach.Pis;

public sealed class PiWatchTests
{
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task What_nobody_foresaw_costs_an_answer_and_is_logged_once()
    {
        // No name may be so long: the resolver answers with an exception that says nothing of networks.
        PiOptions pi = AttachBench.Pi("attic") with { EndPoint = new DnsEndPoint(new string('a', 300), 3240) };
        var events = Channel.CreateBounded<AttachEvent>(1);
        var time = new FakeTimeProvider();
        var log = new RecordingLogger<PiWatch>();
        using var watch = new PiWatch(pi, events.Writer, time, log);
        Task running = watch.RunAsync();
        for (int i = 0; i < 2; i++)
        {
            AttachEvent answer = await events.Reader.ReadAsync(TestContext.Current.CancellationToken)
                .AsTask()
                .WaitAsync(s_deadline, TestContext.Current.CancellationToken);
            Assert.Equal("attic", Assert.IsType<AttachEvent.PiSilent>(answer).PiId);
            watch.AskNow();
        }
        watch.Stop();
        await running.WaitAsync(s_deadline, TestContext.Current.CancellationToken);
        Assert.Equal("attic could not be asked for its list, for a reason that nobody foresaw", Assert.Single(log.Lines));
    }
}
