using System.Globalization;
using Longwire.UsbIp.Wire;

namespace Longwire.Benchmarks.Beside;

/// <summary>
/// How much is logged about something that stays as it is: many Pis, each with one stick that is wanted and never given. Of the ways not to
/// give it, the one of which the earlier program logs most in a short trial is measured.
/// </summary>
internal static class Floods
{
    private const int Pis = 64;
    private static readonly TimeSpan s_trial = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_whole = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan s_progress = TimeSpan.FromMinutes(1);

    public static async Task<Figure> MeasureAsync(string before, string after, TextWriter output, string command)
    {
        var trials = new Dictionary<Refusal, int>();
        foreach (Refusal refusal in Enum.GetValues<Refusal>().Except([Refusal.Absent]))
            (trials[refusal], _) = await CountAsync(before, after, refusal, s_trial, output);
        Refusal worst = trials.MaxBy(trial => trial.Value).Key;
        (int was, int now) = await CountAsync(before, after, worst, s_whole, output);
        string title = $"log lines in {s_whole.TotalMinutes:0} minutes, {Pis} sticks, {worst} (before: {was})";
        return new Figure(title, now, "lines", was / 100.0, command);
    }

    private static async Task<(int Before, int After)> CountAsync(
        string before, string after, Refusal refusal, TimeSpan time, TextWriter output)
    {
        byte[] list = DeviceListReply.Encode([WantedStick.Device]);
        await using Pair pair = await Pair.StartAsync(before, after, Pis, list, refusal, WantedStick.Device.Id);
        long start = TimeProvider.System.GetTimestamp();
        while (true)
        {
            TimeSpan left = time - TimeProvider.System.GetElapsedTime(start);
            if (left > TimeSpan.Zero) await Task.Delay(left < s_progress ? left : s_progress);
            pair.RequireRunning();
            (int was, int now) = (pair[Pair.Before].LogLines, pair[Pair.After].LogLines);
            double seconds = TimeProvider.System.GetElapsedTime(start).TotalSeconds;
            await output.WriteLineAsync(
                string.Create(CultureInfo.InvariantCulture, $"{refusal} after {seconds:0} s: before {was} lines, after {now} lines"));
            if (left <= s_progress) return (was, now);
        }
    }
}
