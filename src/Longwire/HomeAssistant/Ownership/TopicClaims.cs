using Longwire.HomeAssistant.Broker;

namespace Longwire.HomeAssistant.Ownership;

/// <summary>Our claims to one base topic, one per connection, and what the next one has to know of the last.</summary>
internal sealed class TopicClaims(Topics topics, OwnInstance self, ReadAccess access, TimeProvider time)
{
    private bool _incumbent;
    private Instance? _mayComeBack;

    /// <returns>The instance that holds the topic; null if it is ours.</returns>
    public async Task<Instance?> TryAsync(BrokerConnection connection, IncomingMessages inbox, CancellationToken cancellationToken)
    {
        access.Begin();
        var claim = new TopicClaim(connection, inbox, topics, self, _incumbent, access, time);
        Instance? owner = await claim.TryAsync(_mayComeBack, cancellationToken);
        _incumbent = owner is null;
        return owner;
    }

    /// <summary>It is ours no more: the next claim goes before nobody's.</summary>
    public void Yield() => _incumbent = false;

    /// <param name="owner">Whose standby we were, if it may still come back; null if it said goodbye.</param>
    public void Expect(Instance? owner) => _mayComeBack = owner;
}
