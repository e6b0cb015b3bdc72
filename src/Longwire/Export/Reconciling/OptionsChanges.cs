using System.Collections.Immutable;
using System.Net;
using Longwire.Export.Sticks;
using Longwire.Options;

namespace Longwire.Export.Reconciling;

/// <summary>
/// What changed options mean. What is wanted now, and was not, is bound; what no longer is is given back: each stick is looked at, and
/// those that stay what they are are left alone.
/// </summary>
internal sealed class OptionsChanges(ExportState state, StickOperations operations, StickTasks tasks, StickChanges sticks)
{
    // The list by which those who are served were last judged, while it is not known yet what the next one means for them.
    private ClientAllowList? _judgedBy;

    public void Apply(ExportOptions options)
    {
        ClientAllowList before = state.Allowed;
        state.Use(options);
        operations.Choose(options);
        _judgedBy ??= before;
        JudgeSessions();
        sticks.LookAtAll();
    }

    /// <summary>
    /// Names that may ask have other addresses now. Whoever is served goes on being served: only a person takes that from anybody.
    /// </summary>
    public void Resolved(ImmutableDictionary<string, ImmutableArray<IPAddress>> addresses)
    {
        state.Use(addresses);
        JudgeSessions();
    }

    private void JudgeSessions()
    {
        // Whoever is not allowed may be by a name that is just being looked up.
        if (_judgedBy is not { } before || state.Allowed.AwaitsNames) return;
        _judgedBy = null;
        foreach (Session session in state.Sticks.Select(stick => stick.Session).OfType<Session>())
        {
            if (session.Carrier is { } carrier)
            {
                if (!state.MayHave(session.Client)) carrier.End();
            }
            // Whose it is nobody knows any more: who is still allowed attaches again by itself.
            else if (!session.Stick.IsTakenOver && !state.Allowed.Covers(before))
            {
                tasks.Cut(session);
            }
        }
    }
}
