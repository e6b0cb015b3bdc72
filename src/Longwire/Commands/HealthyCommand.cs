using System.CommandLine;
using Longwire.Composition;

namespace Longwire.Commands;

/// <summary><c>longwire healthy</c>: what a container's HEALTHCHECK runs. Exit 0: started; 1: not yet.</summary>
internal static class HealthyCommand
{
    public static Command Create(ProgramContext context)
    {
        var command = new Command(
            "healthy", "Tell whether the attach or export that runs here has started; for a container's health check.");
        command.SetAction(_ => Run(context));
        return command;
    }

    private static int Run(ProgramContext context)
    {
        bool healthy = context.Health.IsThere;
        context.Output.WriteLine(healthy ? "started" : "not started yet");
        return healthy ? ExitCode.Done : ExitCode.Failed;
    }
}
