using System.Globalization;
using System.Net.Http.Headers;
using Longwire.History;
using Longwire.UsbIp.Wire;

namespace Longwire.Benchmarks.Beside;

/// <summary>
/// What it costs to show how the radios are: memory while somebody looks at the page, the processor while nobody does, and the memory of a
/// full history. Nothing can be attached here, so each radio is one that is missing; the lab measures with those that are attached
/// (script/beside REVISION attached).
/// </summary>
internal static class Rests
{
    private const int Radios = 8, MostRadios = 64;
    private const double MoreMemory = 1.25, MoreProcessor = 1.05, HistoryMegabytes = 10;
    private const double Mega = 1_000_000;

    /// <summary>In its first minute a program asks each Pi twice as often as later on.</summary>
    private static readonly TimeSpan s_settled = TimeSpan.FromSeconds(65);
    private static readonly TimeSpan s_looked = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan s_again = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan s_during = TimeSpan.FromMinutes(2);

    private static readonly byte[] s_none = DeviceListReply.Encode([]);

    public static async Task<Figure[]> MeasureAsync(string before, string after, TextWriter output, string command)
    {
        Dictionary<string, double> memory = await MemoryAsync(before, after);
        Dictionary<string, double> idle = await IdleAsync(before, after);
        double without = await HistoryAsync(after, full: false), with = await HistoryAsync(after, full: true);
        await output.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture, $"{MostRadios} radios: {without:0.0} MB without a history, {with:0.0} MB with a full one"));
        return
        [
            Of("memory (PSS) with one radio and an open page", memory, "MB", MoreMemory, command),
            Of($"idle with {Radios} radios", idle, "% of one core", MoreProcessor, command),
            new Figure($"more memory for the last day and month of {MostRadios} radios", with - without, "MB", HistoryMegabytes, command),
        ];
    }

    private static Figure Of(string name, Dictionary<string, double> measured, string unit, double share, string command)
    {
        (double was, double now) = (measured[Pair.Before], measured[Pair.After]);
        string title = string.Create(CultureInfo.InvariantCulture, $"{name} (before: {was:0.00}; {now / was:0.00} of it)");
        return new Figure(title, now, unit, was * share, command);
    }

    private static async Task<Dictionary<string, double>> MemoryAsync(string before, string after)
    {
        await using Pair pair = await StartAsync(before, after, radios: 1);
        using var client = new HttpClient();
        List<HttpResponseMessage> open = [];
        try
        {
            foreach (string name in Pair.Both) open.AddRange(await LookAsync(client, pair[name].Page!));
            await Task.Delay(s_looked);
            pair.RequireRunning();
            return Pair.Both.ToDictionary(name => name, name => pair[name].PssBytes / Mega);
        }
        finally
        {
            foreach (HttpResponseMessage answer in open) answer.Dispose();
        }
    }

    private static async Task<Dictionary<string, double>> IdleAsync(string before, string after)
    {
        await using Pair pair = await StartAsync(before, after, Radios);
        await Task.Delay(s_settled);
        return await Idle.ShareOfProcessorAsync(pair, s_during);
    }

    private static async Task<double> HistoryAsync(string program, bool full)
    {
        await using Pair pair = await StartAsync(program, program, MostRadios, full ? WriteHistory : null);
        using var client = new HttpClient();
        await LookAsync(client, pair[Pair.After].Page!);
        await Task.Delay(s_looked);
        pair.RequireRunning();
        return pair[Pair.After].PssBytes / Mega;
    }

    private static Task<Pair> StartAsync(string before, string after, int radios, Action<string>? data = null) => Pair.StartAsync(
        before, after, radios, s_none, Refusal.Absent, WantedStick.Device.Id, known: true, new ContestantPage(data));

    // What a browser asks for, and what it keeps open; an earlier build may lack some of it.
    private static async Task<IEnumerable<HttpResponseMessage>> LookAsync(HttpClient client, Uri page)
    {
        await UntilServedAsync(client, page);
        foreach (string path in new[] { "", "page.css", "page.js", "api/state", $"api/radios/{WantedRadio(0)}/history" })
        {
            using HttpResponseMessage answer = await client.GetAsync(new Uri(page, path));
            await answer.Content.CopyToAsync(Stream.Null);
        }
        var live = new HttpRequestMessage(HttpMethod.Get, new Uri(page, "api/events"));
        live.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("text/event-stream"));
        return [await client.SendAsync(live, HttpCompletionOption.ResponseHeadersRead)];
    }

    // A moment after its start.
    private static async Task UntilServedAsync(HttpClient client, Uri page)
    {
        using var late = new CancellationTokenSource(s_looked);
        while (true)
        {
            try
            {
                using HttpResponseMessage answer = await client.GetAsync(page, late.Token);
                return;
            }
            catch (HttpRequestException)
            {
                await Task.Delay(s_again, late.Token);
            }
        }
    }

    private static string WantedRadio(int pi) => Contestant.RadioId(WantedStick.Device.Id, Contestant.PiId(pi));

    private static void WriteHistory(string data)
    {
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        Dictionary<string, RadioHistory> radios = [];
        for (int pi = 0; pi < MostRadios; pi++)
        {
            RadioHistory radio = radios[WantedRadio(pi)] = new RadioHistory();
            for (TimeSpan ago = radio.Month.Step * radio.Month.Length; ago > TimeSpan.Zero; ago -= radio.Day.Step)
                radio.Add(now - ago, HistoryState.Attached, TimeSpan.FromMilliseconds(1 + (ago.TotalSeconds % 7)));
        }
        File.WriteAllBytes(Path.Combine(data, "history.bin"), HistoryFormat.Write(radios));
    }
}
