using System.Globalization;
using Xunit;

namespace Longwire.Tests.AddOn;

/// <summary>The program has no names of methods; whoever reads a report finds them by their addresses.</summary>
public sealed class StackTraceTests
{
    // As .NET writes the frames of a program that was built without them.
    private static string Log(string inner, string main) => $"""
        2026-11-30 12:00:00.000 fatal Attaching has failed, so longwire ends
        System.InvalidOperationException: longwire!<BaseAddress>+0x1 is no frame
           at {inner}
        --- End of stack trace from previous location ---
        longwire-1  |    at {main}
        """;

    [Fact]
    [Trait("needs", "gcc")]
    public async Task Addresses_become_names_and_everything_else_stays()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("longwire-trace-");
        try
        {
            string source = Path.Combine(folder.FullName, "program.c"), program = Path.Combine(folder.FullName, "longwire.symbols");
            await File.WriteAllTextAsync(
                source, "int inner(int n) { return n + 1; }\nint main(int n, char **a) { (void)a; return inner(n); }\n", Cancelled);
            await RunAsync("gcc", "-O0", "-o", program, source);
            Dictionary<string, long> symbols = (await RunAsync("nm", program))
                .Split('\n').Select(line => line.Split(' ')).Where(parts => parts.Length == 3 && parts[0].Length > 0)
                .ToDictionary(parts => parts[2], parts => long.Parse(parts[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture));
            // An address within, as that of a call is.
            long inner = symbols["inner"] + 4, main = symbols["main"] + 4;
            string log = Path.Combine(folder.FullName, "log");
            await File.WriteAllTextAsync(
                log, Log($"longwire!<BaseAddress>+0x{inner:x}", $"longwire!<BaseAddress>+0x{main:x}"), Cancelled);

            string said = await RunAsync("bash", "-c", $"'{Checkout.PathOf("script/trace")}' '{program}' <'{log}'");

            Assert.Equal(Log($"inner (0x{inner:x})", $"main (0x{main:x})"), said.TrimEnd('\n'));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task Symbols_that_are_not_there_are_named()
    {
        (int exit, string said) = await Checkout.RunAsync("bash", Checkout.PathOf("script/trace"), "/nowhere/longwire.symbols");
        Assert.Equal(1, exit);
        Assert.Contains("/nowhere/longwire.symbols cannot be read", said, StringComparison.Ordinal);
    }

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private static async Task<string> RunAsync(string program, params string[] arguments)
    {
        (int exit, string said) = await Checkout.RunAsync(program, arguments);
        Assert.True(exit == 0, said);
        return said;
    }
}
