using System.Collections.Concurrent;
using System.Globalization;
using Longwire.Lab.Machines;
using Longwire.Lab.Sticks;
using Xunit;

namespace Longwire.Lab.Tests;

/// <summary>
/// What radios that are attached over the link cost, with an earlier build and with this one: at the same time, each on a host of its own
/// with a Pi of its own, so that whatever else the test machine does is done to both. In the next round the hosts change builds.
/// </summary>
[Collection(FirstHouse.Name)]
public sealed class AttachedCostTests(Home home) : BesideTest(home)
{
    private const int MemoryRounds = 5;

    // Even, so that each build is as often on either host: those differ by a few per cent, which is as much as the bound allows.
    private const int ProcessorRounds = 6;
    private const int Radios = 8;
    private const double MostOfMemory = 1.25, MostOfProcessor = 1.05;
    private const int PagePort = 8099;
    private const double Mega = 1_000_000;

    /// <summary>After the page was opened, and after everything was attached: what is done once has been done.</summary>
    private static readonly TimeSpan s_opened = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan s_settled = TimeSpan.FromSeconds(65);
    private static readonly TimeSpan s_during = TimeSpan.FromSeconds(120);

    private readonly Measured _resident = new(), _share = new(), _processor = new();

    [Fact(Explicit = true)]
    public async Task The_memory_of_an_attached_radio_and_an_open_page_is_little_more_than_with_an_earlier_build()
    {
        IReadOnlyList<StickModel> models = await PrepareAsync(radios: 1);
        for (int round = 0; round < MemoryRounds; round++) await RoundAsync(round, models, MeasureMemoryAsync);
        _share.Compare("share of memory (PSS) with a radio and an open page", "MB");
        Assert.InRange(_resident.Compare("resident memory (RSS) with a radio and an open page", "MB"), 0, MostOfMemory);
    }

    [Fact(Explicit = true)]
    public async Task The_processor_time_of_eight_attached_radios_at_rest_is_little_more_than_with_an_earlier_build()
    {
        IReadOnlyList<StickModel> models = await PrepareAsync(Radios);
        for (int round = 0; round < ProcessorRounds; round++) await RoundAsync(round, models, MeasureProcessorAsync);
        Assert.InRange(_processor.Compare($"processor time with {Radios} radios at rest", "% of one core"), 0, MostOfProcessor);
    }

    private async Task<IReadOnlyList<StickModel>> PrepareAsync(int radios)
    {
        await Task.WhenAll(Home.StartAsync(Home.Attic, Home.Cellar, Home.Host, Home.Neighbour), Home.Broker.StartAsync());
        await Task.WhenAll(BringEarlierBuildAsync(Home.Host), BringEarlierBuildAsync(Home.Neighbour));
        StickModel[] models =
        [
            .. Enumerable.Range(1, radios).Select(
                number => StickModel.ZWave with { Serial = string.Create(CultureInfo.InvariantCulture, $"ZW{number:0000}") }),
        ];
        await Task.WhenAll(PlugAndExportAsync(Home.Attic, models), PlugAndExportAsync(Home.Cellar, models));
        return models;
    }

    private static async Task PlugAndExportAsync(Pi pi, StickModel[] models)
    {
        for (int port = 0; port < models.Length; port++) await pi.PlugAsync(models[port], port);
        await ExportAsync(pi, PiSide.Link, models);
    }

    private Task RoundAsync(int round, IReadOnlyList<StickModel> models, Func<string, Host, GuestProcess, Task> measure)
    {
        (string one, string other) = round % 2 == 0 ? (Earlier, Present) : (Present, Earlier);
        return Task.WhenAll(
            AttachedAsync(one, Home.Host, Home.Attic, models, measure), AttachedAsync(other, Home.Neighbour, Home.Cellar, models, measure));
    }

    private async Task AttachedAsync(
        string program, Host host, Pi pi, IReadOnlyList<StickModel> models, Func<string, Host, GuestProcess, Task> measure)
    {
        // As people run it: what it says at the level of debug is work that nobody asked for. Each speaks for itself alone at the broker.
        string options = $"pis:\n  - name: {pi.Name}\n    address: {pi.Address}\n    pairing_code: {pi.PairingCode}\n"
            + string.Create(CultureInfo.InvariantCulture, $"mqtt: {{ host: 10.0.2.2, port: {Home.Broker.Port} }}\n")
            + $"base_topic: longwire-{host.Name}\n";
        GuestProcess attach = await host.StartAttachAsync(
            options, program, string.Create(CultureInfo.InvariantCulture, $"--web {PagePort}"));
        foreach (StickModel model in models) await host.WaitForDeviceAsync(model.Path, Patience);
        await measure(program, host, attach);
        Assert.False(attach.Exited.IsCompleted);
        await host.StopAttachAsync();
        await host.WaitUntilNothingIsAttachedAsync(Patience);
    }

    private async Task MeasureMemoryAsync(string program, Host host, GuestProcess attach)
    {
        GuestProcess stream = await OpenPageAsync(program, host);
        await Task.Delay(s_opened, TimeProvider.System, Cancelled);
        // The earlier build may have none.
        if (program == Present) Assert.False(stream.Exited.IsCompleted);
        string folder = string.Create(CultureInfo.InvariantCulture, $"/proc/{attach.Pid}");
        double[] kibibytes = [.. Numbers(await host.RunAsync($"awk '/^[RP]ss:/ {{ print $2 }}' {folder}/smaps_rollup"))];
        _resident.Add(program, kibibytes[0] * 1024 / Mega);
        _share.Add(program, kibibytes[1] * 1024 / Mega);
    }

    // What a browser asks for, and what it keeps open.
    private static async Task<GuestProcess> OpenPageAsync(string program, Host host)
    {
        string assets = Path.Combine(LabFolders.Repository, "src/Longwire/Web/Assets");
        IEnumerable<string> files = Directory.EnumerateFiles(assets, "*", SearchOption.AllDirectories)
            .Where(file => Path.GetExtension(file) is ".css" or ".js" or ".svg").Select(file => Path.GetRelativePath(assets, file));
        string page = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{PagePort}/");
        await host.WaitForAsync($"wget -q -O - {page}", Patience, "the page is there");
        string missing = await host.RunAsync(
            $"for path in {string.Join(' ', files)} api/state api/radios/{ZWave}/history; do "
                + $"wget -q -O /dev/null {page}$path 2>/dev/null || echo $path; done");
        if (program == Present) Assert.Empty(missing);
        return await host.StartProcessAsync($"wget -q -O /dev/null {page}api/events");
    }

    private async Task MeasureProcessorAsync(string program, Host host, GuestProcess attach)
    {
        await Task.Delay(s_settled, TimeProvider.System, Cancelled);
        (double at, double used) = await ReadProcessorAsync(host, attach);
        await Task.Delay(s_during, TimeProvider.System, Cancelled);
        (double atEnd, double usedAtEnd) = await ReadProcessorAsync(host, attach);
        _processor.Add(program, (usedAtEnd - used) / (atEnd - at));
    }

    // utime and stime in hundredths of a second (proc_pid_stat(5)), so that those of a second are per cent.
    private static async Task<(double At, double Used)> ReadProcessorAsync(Host host, GuestProcess attach)
    {
        double[] values = [.. Numbers(await host.RunAsync(string.Create(
            CultureInfo.InvariantCulture, $"cut -d' ' -f1 /proc/uptime; cut -d' ' -f14,15 /proc/{attach.Pid}/stat")))];
        return (values[0], values[1] + values[2]);
    }

    private static IEnumerable<double> Numbers(string text) =>
        text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)
            .Select(number => double.Parse(number, CultureInfo.InvariantCulture));

    /// <summary>One figure of both builds; the two hosts are measured at once.</summary>
    private sealed class Measured
    {
        private readonly ConcurrentBag<double> _before = [], _now = [];

        public void Add(string program, double value) => (program == Earlier ? _before : _now).Add(value);

        /// <returns>How many times as much it is now.</returns>
        public double Compare(string what, string unit)
        {
            (double before, double now) = BesideTest.Compare(what, unit, _before, _now);
            return now / before;
        }
    }
}
