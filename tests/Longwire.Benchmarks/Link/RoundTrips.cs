using System.Globalization;
using Longwire.Testing;

namespace Longwire.Benchmarks.Link;

/// <summary>
/// What the link adds to the time of one URB and its answer, from vhci_hcd's socket to usbip-host's and back, beside what <c>ssh -L</c>
/// and two <c>socat</c>s add to the same bytes.
/// </summary>
internal static class RoundTrips
{
    public const string Measure = "roundtrip";

    public static async Task<Figure[]> MeasureAsync(
        LinkArguments arguments, TextWriter output, string command, CancellationToken cancellationToken)
    {
        await using TwoHouses houses = await TwoHouses.BuildAsync();
        using var folder = new ScratchFolder();
        string load = Half.Load;
        await using LeashedProcess far = await Half.StartSelfAsync(houses.Far, folder.Path, FarHalf.Name, folder.Path, Measure, "1");
        string port = (await Half.HearAsync(folder.File(FarHalf.TcpPort), far, cancellationToken))[0];
        await using SshTunnel ssh = await SshTunnel.OpenAsync(houses, folder, port, cancellationToken);
        await using SocatTunnel socats = await SocatTunnel.OpenAsync(houses, folder, cancellationToken);
        await using LeashedProcess near = await Half.StartSelfAsync(
            houses.Near, folder.Path, NearHalf.Name, folder.Path, Measure, arguments.Requests.ToString(CultureInfo.InvariantCulture));
        string[] lines = await Half.HearAsync(folder.File(NearHalf.Times), near, cancellationToken);
        Dictionary<string, double[]> times = lines.Select(line => line.Split(": ")).ToDictionary(
            parts => parts[0],
            parts => parts[1].Split(' ').Select(one => double.Parse(one, CultureInfo.InvariantCulture)).Order().ToArray());
        await WriteAsync(times, load, output);
        double ours = Added(times, NearHalf.Ours), theirs = Added(times, NearHalf.Ssh), aim = Added(times, NearHalf.Socat);
        string beside = string.Create(CultureInfo.InvariantCulture, $"two socats add {aim:0} us: {ours / aim:0.00} times that");
        return [new Figure($"added by Longwire to a round trip, p50, beside ssh -L ({beside})", ours, "us", theirs, command)];
    }

    private static async Task WriteAsync(Dictionary<string, double[]> times, string load, TextWriter output)
    {
        int each = times[NearHalf.Plain].Length;
        await output.WriteLineAsync($"An OUT URB of 16 bytes and its answer, {each} each way in turns, {load} before");
        await output.WriteLineAsync("                 p50      p95   added p50   added p95   us");
        foreach ((string name, double[] sorted) in times)
        {
            (double half, double most) = (At(sorted, 0.5), At(sorted, 0.95));
            (double addedHalf, double addedMost) = (Added(times, name), Added(times, name, 0.95));
            await output.WriteLineAsync(string.Create(
                CultureInfo.InvariantCulture, $"{name,-12} {half,7:0.0}  {most,7:0.0}  {addedHalf,10:0.0}  {addedMost,10:0.0}"));
        }
    }

    private static double Added(Dictionary<string, double[]> times, string name, double share = 0.5) =>
        At(times[name], share) - At(times[NearHalf.Plain], share);

    private static double At(double[] sorted, double share) => sorted[(int)((sorted.Length - 1) * share)];
}
