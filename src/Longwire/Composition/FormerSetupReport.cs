using System.Collections.Immutable;
using Longwire.Migration;
using Microsoft.Extensions.Logging;

namespace Longwire.Composition;

/// <summary>Logs what is left of the classic recipe.</summary>
internal static class FormerSetupReport
{
    public static void Say(ImmutableArray<FormerSetupPart> found, ILogger logger)
    {
        foreach (FormerSetupPart part in found) ProgramLog.Leftover(logger, part);
    }

    /// <summary>
    /// Beside the start: a hundred files and more are read for it, on a Pi from a slow card, and no radio is to wait for that.
    /// </summary>
    public static Task SayBesideAsync(Func<ImmutableArray<FormerSetupPart>> find, ILogger logger) =>
        Task.Run(() => Say(find(), logger), CancellationToken.None);
}
