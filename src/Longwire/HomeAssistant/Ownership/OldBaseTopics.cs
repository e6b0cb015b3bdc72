using Longwire.HomeAssistant.Broker;
using Longwire.HomeAssistant.Discovery;
using Microsoft.Extensions.Logging;

namespace Longwire.HomeAssistant.Ownership;

/// <summary>Clears what we published under a base topic that is no longer ours, before anything is published under the new one.</summary>
internal sealed class OldBaseTopics(
    PublishedTopics published, BrokerConnector connector, RefusedMessages refused, TimeProvider time, ILogger logger)
{
    public async Task ClearAsync(BrokerAddress broker, OwnInstance self, string currentBase, CancellationToken cancellationToken)
    {
        foreach (IGrouping<string, KeyValuePair<string, PublishedDevice>> old in published.Current.Devices
            .GroupBy(device => device.Value.BaseTopic).ToList())
        {
            if (old.Key == currentBase) continue;
            var removal = new TopicRemoval(published, connector, refused, time, logger);
            await removal.ClearAsync(broker, self, old.Key, [.. old], cancellationToken);
        }
    }
}
