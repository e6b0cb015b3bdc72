using Longwire.Lab.Machines;
using Longwire.Lab.Sticks;
using Xunit;

namespace Longwire.Lab.Tests;

/// <summary>
/// How soon a consumer hears its radio again, with an earlier build that takes the tty away and with this one, in turns in one house. With
/// the earlier one the consumer opens the new tty as soon as udev has named it, which no real one does.
/// </summary>
[Collection(FirstHouse.Name)]
public sealed class ReturnTimesTests(Home home) : BesideTest(home)
{
    private const int Rounds = 10;
    private const double MostOfReplug = 0.5, MostOfRestart = 0.25;

    private string _inside = "";

    [Fact(Explicit = true)]
    public async Task A_consumer_hears_its_radio_twice_and_four_times_sooner_than_with_an_earlier_build()
    {
        await Task.WhenAll(Home.StartAsync(Home.Attic, Home.Host), Home.Broker.StartAsync());
        await BringEarlierBuildAsync();
        LabStick stick = await Home.Attic.PlugAsync(StickModel.ZWave);
        using (ISerialEnd inside = await stick.OpenInsideAsync()) _inside = ((GuestStream)inside).Path;
        string plain = $"pis:\n  - name: attic\n    address: {Home.Attic.Address}\n"
            + $"mqtt: {{ host: 10.0.2.2, port: {Home.Broker.Port} }}\n";
        await ExportAsync(Home.Attic, PiSide.Link, stick.Model);
        string paired = Home.Options([Home.Attic]);
        List<TimeSpan> replugsBefore = [], replugs = [], restartsBefore = [], restarts = [];
        for (int round = 0; round < Rounds; round++)
        {
            await AttachAsync(Earlier, plain);
            replugsBefore.Add(await ReplugAsync(stick, staysOpen: false));
            restartsBefore.Add(await RestartAsync(staysOpen: false));
            await DetachAsync();
            await AttachAsync(Present, paired);
            replugs.Add(await ReplugAsync(stick, staysOpen: true));
            restarts.Add(await RestartAsync(staysOpen: true));
            await DetachAsync();
        }
        (TimeSpan before, TimeSpan now) = Compare("plugged in to first byte", replugsBefore, replugs);
        (TimeSpan restartBefore, TimeSpan restartNow) = Compare("served again to first byte", restartsBefore, restarts);
        Assert.InRange(now / before, 0, MostOfReplug);
        Assert.InRange(restartNow / restartBefore, 0, MostOfRestart);
    }

    private async Task AttachAsync(string program, string options)
    {
        int from = Watch.Count;
        await Home.Host.StartAttachAsync(options, program);
        await UntilSaidAsync(ZWave, "\"connected\":true", from);
        await Home.Host.WaitForDeviceAsync(ZWavePath, Patience);
    }

    private async Task DetachAsync()
    {
        await Home.Host.StopAttachAsync();
        await Home.Host.WaitUntilNothingIsAttachedAsync(Patience);
    }

    private Task<TimeSpan> ReplugAsync(LabStick stick, bool staysOpen) => ReturnAsync(
        staysOpen,
        stick.PullAsync,
        stick.PlugAsync);

    private Task<TimeSpan> RestartAsync(bool staysOpen) => ReturnAsync(
        staysOpen,
        Home.Attic.StopExportAsync,
        async () =>
        {
            await Home.Attic.StartExportAsync();
            return await Home.Attic.WaitUntilItServesAsync(Patience);
        });

    private async Task<TimeSpan> ReturnAsync(bool staysOpen, Func<Task> leave, Func<Task<TimeSpan>> comeBack)
    {
        GuestStream? tty = staysOpen ? await Home.Host.OpenAsync(ZWavePath) : null;
        try
        {
            int from = Watch.Count;
            await leave();
            await UntilEventAsync(ZWave, staysOpen ? "held" : "lost", from);
            // Nobody hears it before it is back, and it has something to say from its first moment on.
            await using var talking = await Talk.StartAsync(Home.Attic, _inside);
            TimeSpan back = await comeBack();
            tty ??= await Home.Host.OpenAsync(ZWavePath);
            await tty.ReadExactlyAsync(1, Patience);
            TimeSpan took = Home.Attic.Now - back;
            await UntilEventAsync(ZWave, staysOpen ? "resumed" : "attached", from);
            return took;
        }
        finally
        {
            tty?.Dispose();
        }
    }

    /// <summary>A radio that says something fifty times a second, on whatever its Pi's kernel makes of it meanwhile.</summary>
    private sealed class Talk(Guest pi, string process) : IAsyncDisposable
    {
        // It pauses in its own shell: another process each time would be half of what an emulated processor can do.
        public static async Task<Talk> StartAsync(Guest pi, string inside) => new(
            pi,
            await pi.RunAsync(
                "mkdir -p /run/lab; [ -p /run/lab/pause ] || mkfifo /run/lab/pause; exec 3<>/run/lab/pause; "
                    + $"(while :; do printf x >{inside}; read -t 0.02 -u 3 _; done) >/dev/null 2>&1 & echo $!"));

        public async ValueTask DisposeAsync() => await pi.RunAsync($"kill {process.Trim()}");
    }
}
