using Longwire.State;
using Longwire.Supervisor;
using Microsoft.Extensions.Logging;

namespace Longwire.DependentApps;

/// <summary>What every app's task works with.</summary>
internal sealed record DependentAppContext(
    SupervisorClient Supervisor, DependentAppsStore Store, IBridgeProblems Problems, TimeProvider Time, Random Random, ILogger Logger);
