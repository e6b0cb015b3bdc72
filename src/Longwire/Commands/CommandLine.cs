using System.CommandLine;
using System.CommandLine.Parsing;
using Longwire.Composition;

namespace Longwire.Commands;

/// <summary>The command line: every command, its help, and which exit code what ends with.</summary>
internal static class CommandLine
{
    public static async Task<int> RunAsync(string[] arguments, ProgramContext surroundings, CancellationToken cancellationToken)
    {
        ParseResult parsed = Root(surroundings).Parse(arguments, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (parsed.Errors.Count > 0)
        {
            foreach (ParseError error in parsed.Errors) await surroundings.Error.WriteLineAsync(error.Message);
            await surroundings.Error.WriteLineAsync("See 'longwire --help'.");
            return ExitCode.Usage;
        }
        var invocation = new InvocationConfiguration
        {
            Output = surroundings.Output,
            Error = surroundings.Error,
            EnableDefaultExceptionHandler = false,
            // Signals are the host's: it stops the services in order.
            ProcessTerminationTimeout = null,
        };
        try
        {
            return await parsed.InvokeAsync(invocation, cancellationToken);
        }
        catch (UsageException e)
        {
            await surroundings.Error.WriteLineAsync(e.Message);
            return ExitCode.Usage;
        }
        catch (Options.OptionsException e)
        {
            await surroundings.Error.WriteLineAsync(e.Message);
            return ExitCode.Usage;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return ExitCode.Done;
        }
#pragma warning disable CA1031 // The outermost place: a person gets a sentence and exit code 1, whatever happened.
        catch (Exception e)
#pragma warning restore CA1031
        {
            await surroundings.Error.WriteLineAsync($"longwire has failed: {e}");
            return ExitCode.Failed;
        }
    }

    private static RootCommand Root(ProgramContext surroundings)
    {
        var root = new RootCommand("Longwire attaches the Z-Wave, Zigbee and Thread radios of a Raspberry Pi to a Home Assistant host.")
        {
            AttachCommand.Create(surroundings),
            ExportCommand.Create(surroundings),
            ListCommand.Create(surroundings),
            ForgetCommand.Create(surroundings),
            HealthyCommand.Create(surroundings),
        };
        root.Directives.Clear();
        return root;
    }
}
