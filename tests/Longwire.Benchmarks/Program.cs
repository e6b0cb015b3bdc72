using System.Globalization;
using Longwire.Benchmarks;
using Longwire.Benchmarks.Beside;
using Longwire.Benchmarks.Link;

// The figures that a release must keep. Not tests: they are measured on a machine that is otherwise at rest.
if (args is ["beside", .. string[] programs]) return await SideBySide.RunAsync(programs);
if (args is ["link", .. string[] measures]) return await LinkFigures.RunAsync(measures);
// The other processes of a measure of the link, in network namespaces of their own.
if (args is [FarHalf.Name, string told, string played, string sticks])
{
    using var far = new FarHalf(told);
    await far.RunAsync(played, int.Parse(sticks, CultureInfo.InvariantCulture));
    return 0;
}
if (args is [NearHalf.Name, string heard, string measured, string times])
{
    using var near = new NearHalf(heard);
    await near.RunAsync(measured, int.Parse(times, CultureInfo.InvariantCulture));
    return 0;
}
string published = args.Length > 0 ? args[0] : "artifacts/longwire/longwire";
if (!File.Exists(published))
{
    await Console.Error.WriteLineAsync(NativeProgram.NoneAt(published));
    return 2;
}
var program = new NativeProgram(Path.GetFullPath(published));
Figure[] figures =
[
    UrbHeaders.Measure("dotnet run -c Release --project tests/Longwire.Benchmarks"),
    program.MeasureSize(),
    .. await program.MeasureStartsAsync(),
];
foreach (Figure figure in figures) await Console.Out.WriteLineAsync(figure.ToString());
return figures.All(figure => figure.Kept) ? 0 : 1;
