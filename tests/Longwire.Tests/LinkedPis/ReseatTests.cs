using Longwire.Attach;
using Longwire.Testing.Peers;
using Longwire.UsbIp.Wire;
using Xunit;

namespace Longwire.Tests.LinkedPis;

/// <summary>A session of the link that is over, and the next one with the same stick behind the same port.</summary>
public sealed class ReseatTests : IAsyncLifetime
{
    private static readonly SetupPacket s_setConfiguration = new(0, 9, 1, 0, 0);

    private PairedHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await PairedHost.StartAsync();

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Theory]
    [InlineData("the kernel there ends it")]
    [InlineData("the kernel there ends it in an outage")]
    [InlineData("the stick is pulled and put back")]
    [InlineData("the stick is pulled and put back in an outage")]
    public async Task The_port_stays_and_what_its_driver_set_is_set_again(string how)
    {
        await using ICarrier carrier = await _host.OpenAsync(TimeSpan.FromSeconds(30));
        using var kernel = new KernelEnd(carrier);
        Assert.Equal(0, await kernel.SetAsync(s_setConfiguration, []));
        byte[] fast = [0x00, 0xC2, 0x01, 0, 0, 0, 8];
        Assert.Equal(0, await kernel.SetAsync(new SetupPacket(0x21, 0x20, 0, 0, 7), fast));
        carrier.MayHold();
        await kernel.EchoAsync("before"u8.ToArray());
        Assert.Equal((1, Convert.ToHexString(fast)), (_host.Pi.Acm.ConfigurationValue, Convert.ToHexString(_host.Pi.Acm.LineCoding)));
        // One that waits all the time, as a driver's do: its answer is the first that comes.
        await kernel.SendAsync(kernel.In(out uint waiting));
        bool outage = how.EndsWith("outage", StringComparison.Ordinal);
        if (outage)
        {
            _host.Cable.Cut();
            await PairedHost.UntilAsync(() => carrier.ReadHold() is not null);
        }
        if (how.StartsWith("the stick", StringComparison.Ordinal))
        {
            await _host.Pi.PullAsync();
            await PairedHost.UntilAsync(() => !_host.Pi.IsServing);
            await _host.Pi.PlugAsync();
        }
        else
        {
            await _host.Pi.EndSessionAsync();
        }
        if (outage) _host.Cable.Mend();
        await PairedHost.UntilAsync(() => carrier is { Reseats: 1 } && carrier.ReadHold() is null);
        Assert.Equal((2, null), (_host.Pi.Imports, carrier.ReadEnd()));
        await kernel.SendAsync(kernel.Out("after"u8.ToArray(), out uint told));
        var answers = new Dictionary<uint, RetSubmit>();
        while (answers.Count < 2)
        {
            RetSubmit answer = await kernel.AnswerAsync();
            answers.Add(answer.Seqnum, answer);
            if (answer.Seqnum == waiting) Assert.Equal("after"u8.ToArray(), await kernel.ReadAsync(answer.ActualLength));
        }
        Assert.Equal((0, 5), (answers[told].Status, answers[waiting].ActualLength));
        Assert.Equal((1, Convert.ToHexString(fast)), (_host.Pi.Acm.ConfigurationValue, Convert.ToHexString(_host.Pi.Acm.LineCoding)));
    }

    [Fact]
    public async Task A_kernel_there_whose_end_shows_at_a_write_first_has_closed_it_and_not_misunderstood()
    {
        await using ICarrier carrier = await _host.OpenAsync(TimeSpan.FromSeconds(30));
        CarrierHold? held = null;
        // Whoever looks now and then finds it there again.
        using var kernel = new KernelEnd(carrier, () => held ??= carrier.ReadHold());
        carrier.MayHold();
        await kernel.EchoAsync("before"u8.ToArray());
        _host.Pi.RefuseWrites();
        await kernel.SendAsync(kernel.Out("lost"u8.ToArray(), out _));
        await PairedHost.UntilAsync(() => Volatile.Read(ref held) is not null && carrier is { Reseats: 1 });
        Assert.Contains("kernel closed the connection", held!.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_stick_in_its_place_never_gets_the_port()
    {
        await using ICarrier carrier = await _host.OpenAsync(TimeSpan.FromSeconds(30));
        using var kernel = new KernelEnd(carrier);
        carrier.MayHold();
        await _host.Pi.PullAsync();
        await PairedHost.UntilAsync(() => !_host.Pi.IsServing);
        _host.Pi.Acm.Descriptors[0x0303] = AcmStick.Text("ZW0002");
        await _host.Pi.PlugAsync(serial: "ZW0002");
        await PairedHost.UntilAsync(() => carrier.ReadEnd() is not null);
        Assert.StartsWith("another stick is there now", carrier.ReadEnd()!.Reason, StringComparison.Ordinal);
        await kernel.ReadToEndAsync();
        await PairedHost.UntilAsync(() => !_host.Pi.IsServing);
    }

    [Fact]
    public async Task Ended_here_while_another_session_is_asked_for_it_leaves_nothing_behind()
    {
        ICarrier carrier = await _host.OpenAsync(TimeSpan.FromHours(1));
        using var kernel = new KernelEnd(carrier);
        carrier.MayHold();
        await _host.Pi.PullAsync();
        await PairedHost.UntilAsync(() => carrier.ReadHold() is { IsOver: true });
        await carrier.DisposeAsync().AsTask().WaitAsync(PairedHost.Deadline, TestContext.Current.CancellationToken);
        await kernel.ReadToEndAsync();
        Assert.False(_host.Pi.IsServing);
    }
}
