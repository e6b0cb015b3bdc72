using System.Diagnostics;
using Longwire.HomeAssistant.Broker;
using Longwire.Testing.Brokers;

namespace Longwire.Tests.HomeAssistant.Brokers;

/// <summary>What Home Assistant would make of what an observer saw.</summary>
internal static class HomeAssistantView
{
    /// <summary>Now.</summary>
    public static Entities Shown(this Observer observer) =>
        Entities.At(Messages(observer.All), TimeProvider.System, Stopwatch.GetTimestamp());

    /// <summary>At the moment at which the last of that many messages had come.</summary>
    public static Entities ShownAt(this Observer observer, int count) =>
        Entities.At(Messages(observer.All.Take(count)), TimeProvider.System, observer.All[count - 1].Timestamp);

    /// <summary>
    /// Waits until all that Longwire was about to say of its own accord after a start is said: states are told once more a moment after
    /// discovery. The radio is the last one in the snapshot, for devices have their turn in order.
    /// </summary>
    public static async Task SettledAsync(this Observer observer, string radio, int from = 0)
    {
        var topics = new Topics("longwire", "homeassistant");
        Seen config = await observer.WaitForAsync(topics.Config(topics.RadioIdentifier(radio)), seen => seen.Payload.Length > 0, from);
        await observer.WaitForAsync(topics.RadioState(radio), seen => seen.At - config.At > Entities.CarriesOutWithin, from);
        await observer.FenceAsync();
    }

    private static IEnumerable<Message> Messages(IEnumerable<Seen> all) =>
        all.Select(seen => new Message(seen.Timestamp, seen.Topic, seen.Payload, seen.Retained));
}
