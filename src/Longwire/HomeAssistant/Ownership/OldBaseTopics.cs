using Longwire.HomeAssistant.Broker;
using Longwire.HomeAssistant.Discovery;

namespace Longwire.HomeAssistant.Ownership;

/// <summary>Clears what we published under a base topic that is no longer ours, before anything is published under the new one.</summary>
internal sealed class OldBaseTopics(Topics current, OwnInstance self, PublishedTopics published, TopicRemoval removal)
{
    public async Task ClearAsync(BrokerAddress broker, CancellationToken cancellationToken)
    {
        foreach (IGrouping<string, KeyValuePair<string, PublishedDevice>> old in published.Current.Devices
            .GroupBy(device => device.Value.BaseTopic).ToList())
        {
            if (old.Key == current.Base) continue;
            await removal.ClearAsync(broker, self, old.Key, [.. old], cancellationToken);
        }
    }
}
