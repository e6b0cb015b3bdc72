using Longwire.HomeAssistant.Broker;
using Longwire.HomeAssistant.Discovery;
using Longwire.Platform;
using Microsoft.Extensions.Logging;

namespace Longwire.HomeAssistant.Ownership;

/// <summary>
/// For <c>longwire forget</c>, while attach is stopped: takes out of Home Assistant what attach published. Who forgets everything is about
/// to remove Longwire, and no later start would clear it.
/// </summary>
internal sealed class ForgottenTopics(string dataFolder, TimeProvider time, ILogger logger)
{
    private readonly PublishedTopics _published = new(dataFolder, logger);

    /// <summary>What lies on the broker and goes: everything of ours, or the radios that are no longer remembered.</summary>
    /// <param name="remembered">Ids of the radios that stay; null if nothing does, Pis and the bridge included.</param>
    public IReadOnlyCollection<KeyValuePair<string, PublishedDevice>> Find(IReadOnlyCollection<string>? remembered) =>
        [.. _published.Current.Devices.Where(device => remembered is null || IsRadioOutside(remembered, device.Value))];

    /// <summary>Clears them; what could not be cleared stays in mqtt.json, for attach or for another try.</summary>
    /// <param name="gone">As <see cref="Find"/> gave it.</param>
    /// <returns>Other Longwires that have one of our base topics by now; nothing under it was touched.</returns>
    /// <exception cref="BrokerException">The broker cannot be used, or <see cref="BrokerTimers.Forget"/> is over.</exception>
    public async Task<IReadOnlyCollection<string>> ClearAsync(
        IReadOnlyCollection<KeyValuePair<string, PublishedDevice>> gone,
        BrokerAddress broker,
        OwnInstance self,
        CancellationToken cancellationToken)
    {
        using var deadline = new Deadline(BrokerTimers.Forget, time, cancellationToken);
        var others = new List<string>();
        var connector = new BrokerConnector(new KnownBrokers(time, logger), time);
        try
        {
            foreach (IGrouping<string, KeyValuePair<string, PublishedDevice>> under in gone.GroupBy(device => device.Value.BaseTopic))
            {
                var removal = new TopicRemoval(_published, connector, refused: null, time, logger);
                if (await removal.ClearAsync(broker, self, under.Key, [.. under], deadline.Token) is { } other) others.Add(other.Id);
            }
            return others;
        }
        catch (OperationCanceledException) when (deadline.Passed && !cancellationToken.IsCancellationRequested)
        {
            throw new BrokerException(
                BrokerFailure.Away, $"{broker.Host}:{broker.Port} does not take it all within {BrokerTimers.Forget.TotalSeconds} s.");
        }
    }

    private static bool IsRadioOutside(IReadOnlyCollection<string> remembered, PublishedDevice device)
    {
        var topics = new Topics(device.BaseTopic, "");
        return Array.Exists(device.Topics, topic => topic.StartsWith(topics.AllRadios, StringComparison.Ordinal))
            && !remembered.Any(radio => device.Topics.Contains(topics.RadioState(radio)));
    }
}
