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
    public void Apply(ExportOptions options)
    {
        ClientAllowList before = state.Allowed;
        state.Use(options);
        operations.Choose(options);
        JudgeSessions(before);
        sticks.LookAtAll();
    }

    /// <summary>Names that may ask have other addresses now.</summary>
    public void Resolved(ImmutableDictionary<string, ImmutableArray<IPAddress>> addresses)
    {
        ClientAllowList before = state.Allowed;
        state.Use(addresses);
        JudgeSessions(before);
    }

    private void JudgeSessions(ClientAllowList before)
    {
        // Whoever is not allowed may be by a name that is just being looked up.
        if (state.Allowed.AwaitsNames) return;
        foreach (Session session in state.Sticks.Select(stick => stick.Session).OfType<Session>())
        {
            if (session.Carrier is { } carrier)
            {
                if (!state.Allowed.Allows(session.Client)) carrier.End();
            }
            // Whose it is nobody knows any more: who is still allowed attaches again by itself.
            else if (!session.Stick.IsTakenOver && !state.Allowed.Covers(before))
            {
                tasks.Cut(session);
            }
        }
    }
}
