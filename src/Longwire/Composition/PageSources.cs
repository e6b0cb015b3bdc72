using Longwire.History;
using Longwire.Options;
using Longwire.State;
using Longwire.Web.Http;
using Longwire.Web.Api;

namespace Longwire.Composition;

/// <summary>What the page shows, and where what is asked for on it goes.</summary>
internal sealed record PageSources
{
    public required WebAddress Address { get; init; }
    public required StateFeed Feed { get; init; }
    public required PiLists Lists { get; init; }
    public required ICommandSink Commands { get; init; }
    public required HistoryBook History { get; init; }
    public required OptionsEditor Editor { get; init; }
    public required DoctorRounds Rounds { get; init; }

    /// <summary>The options in force.</summary>
    public required Func<LoadedOptions<AttachOptions>> Options { get; init; }

    /// <summary>What must not be in the diagnostics, besides the secrets of the options.</summary>
    public required Func<CancellationToken, Task<IEnumerable<string>>> Secrets { get; init; }
    public required TimeProvider Time { get; init; }

    /// <summary>Of Longwire, as the page shows it.</summary>
    public required string Version { get; init; }
}
