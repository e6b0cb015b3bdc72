using Longwire.HomeAssistant.Broker;
using Longwire.Platform;
using Longwire.State;
using Microsoft.Extensions.Logging;

namespace Longwire.HomeAssistant.Ownership;

/// <summary>Tells a person who else has the base topic, or our client id, and what to do.</summary>
internal sealed class OwnerReport(Topics topics, OwnInstance self, IBridgeProblems problems, ILogger logger)
{
    private const string ProblemSource = "mqtt";

    /// <summary>Who was told of last.</summary>
    private Instance? _said;

    /// <param name="owner">Null: ourselves.</param>
    public void Say(Instance? owner)
    {
        ILogger log = logger.About("base topic", topics.Base);
        if (owner?.Id == _said?.Id)
        {
            // Also ends the report of a duel, which nobody else takes back.
            if (owner is null) problems.Report(ProblemSource, null);
        }
        else if (owner is null)
        {
            MqttLog.TakenOver(log, topics.Base);
            problems.Report(ProblemSource, null);
        }
        else
        {
            string who = self.IsCopiedTo(owner) ? "with this one's identity" : $"({Printable.Of(owner.Id, 40)})";
            string remedy = self.IsCopiedTo(owner)
                ? "If the data folder was copied, empty it on one of the two, and give that one a base_topic of its own."
                : "Give one of the two a base_topic of its own.";
            string problem = $"Another Longwire {who} publishes under the base topic \"{topics.Base}\", "
                + $"so Home Assistant is told nothing of the radios here. They are attached all the same. {remedy}";
            MqttLog.Problem(log, problem);
            problems.Report(ProblemSource, problem);
        }
        _said = owner;
    }

    /// <summary>No copy of ours, whose client id differs: the broker gives one id to two (mosquitto's use_username_as_clientid).</summary>
    public void SayDuel() => problems.Report(
        ProblemSource,
        "The broker takes another program for this one and ends our connection whenever that one connects. "
        + "If it makes the user name the client id, give Longwire a user of its own.");
}
