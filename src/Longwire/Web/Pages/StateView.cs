using Longwire.State;

namespace Longwire.Web.Pages;

/// <summary>The state as JSON: written once for a snapshot, however many ask for it.</summary>
internal sealed class StateView(PiLists lists, string version)
{
    private Written? _latest;

    /// <summary>From any thread. Two that come at once may both write it, which is no harm.</summary>
    public ReadOnlyMemory<byte> Of(Snapshot snapshot)
    {
        Written? latest = Volatile.Read(ref _latest);
        if (latest is not null && ReferenceEquals(latest.Snapshot, snapshot)) return latest.Json;
        var fresh = new Written(snapshot, StateJson.Of(snapshot, lists.Of(snapshot), version).Write());
        Volatile.Write(ref _latest, fresh);
        return fresh.Json;
    }

    private sealed record Written(Snapshot Snapshot, ReadOnlyMemory<byte> Json);
}
