using System.Runtime.InteropServices;
using Longwire.Benchmarks;
using Longwire.Benchmarks.Beside;

// The figures that a release must keep. Not tests: they are measured on a machine that is otherwise at rest.
if (args is ["beside", .. string[] programs]) return await SideBySide.RunAsync(programs);
string published = args.Length > 0 ? args[0] : "artifacts/longwire/longwire";
if (!File.Exists(published))
{
    await Console.Error.WriteLineAsync(
        $"There is no program at {published}. Publish it first: dotnet restore src/Longwire && dotnet publish src/Longwire --no-restore "
            + $"-c Release -r {RuntimeInformation.RuntimeIdentifier} -o artifacts/longwire");
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
