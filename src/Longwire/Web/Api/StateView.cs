using Longwire.State;

namespace Longwire.Web.Api;

/// <summary>The state as JSON: written once for a snapshot, however many ask for it.</summary>
/// <param name="options">Which options are in force: see <see cref="StateJson.Options"/>.</param>
internal sealed class StateView(PiLists lists, Func<string> options, string version)
{
    private Written? _latest;

    /// <summary>From any thread. Two that come at once may both write it, which is no harm.</summary>
    public ReadOnlyMemory<byte> Of(Snapshot snapshot)
    {
        Written? latest = Volatile.Read(ref _latest);
        string now = options();
        if (latest is not null && ReferenceEquals(latest.Snapshot, snapshot) && latest.Options == now) return latest.Json;
        var fresh = new Written(snapshot, now, StateJson.Of(snapshot, lists.Of(snapshot), version, now).Write());
        Volatile.Write(ref _latest, fresh);
        return fresh.Json;
    }

    private sealed record Written(Snapshot Snapshot, string Options, ReadOnlyMemory<byte> Json);
}
