using System.CommandLine;
using System.CommandLine.Parsing;
using Longwire.Composition;
using Longwire.Platform;

namespace Longwire.Commands;

/// <summary>The command line: every command, its help, and which exit code what ends with.</summary>
internal static class CommandLine
{
    public static async Task<int> RunAsync(string[] arguments, ProgramContext context, CancellationToken cancellationToken)
    {
        ParseResult parsed = Root(context).Parse(arguments, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (parsed.Errors.Count > 0)
        {
            foreach (ParseError error in parsed.Errors) await context.Error.WriteLineAsync(error.Message);
            await context.Error.WriteLineAsync("See 'longwire --help'.");
            return ExitCode.Usage;
        }
        var invocation = new InvocationConfiguration
        {
            Output = context.Output,
            Error = context.Error,
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
            await context.Error.WriteLineAsync(e.Message);
            return ExitCode.Usage;
        }
        catch (Options.OptionsException e)
        {
            await context.Error.WriteLineAsync(e.Message);
            return ExitCode.Usage;
        }
        catch (LinkKeyException e)
        {
            await context.Error.WriteLineAsync(e.Message);
            return ExitCode.Failed;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return ExitCode.Done;
        }
#pragma warning disable CA1031 // The outermost place: a person gets a sentence and exit code 1, whatever happened.
        catch (Exception e)
#pragma warning restore CA1031
        {
            await context.Error.WriteLineAsync($"longwire has failed: {e}");
            return ExitCode.Failed;
        }
    }

    private static RootCommand Root(ProgramContext context)
    {
        var root = new RootCommand("Longwire attaches the Z-Wave, Zigbee and Thread radios of a Raspberry Pi to a Home Assistant host.")
        {
            AttachCommand.Create(context),
            ExportCommand.Create(context),
            ListCommand.Create(context),
            PairCommand.Create(context),
            ForgetCommand.Create(context),
            ReplaceCommand.Create(context),
            DoctorCommand.Create(context),
            HealthyCommand.Create(context),
        };
        root.Directives.Clear();
        return root;
    }
}
