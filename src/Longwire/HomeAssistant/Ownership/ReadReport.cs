using Longwire.HomeAssistant.Broker;
using Longwire.Platform;
using Longwire.State;
using Microsoft.Extensions.Logging;

namespace Longwire.HomeAssistant.Ownership;

/// <summary>Tells a person what the broker does not let us read, what that means, and what to do.</summary>
internal sealed class ReadReport(Topics topics, IBridgeProblems problems, ILogger logger)
{
    private const string ProblemSource = "mqtt read";

    private bool _missing;

    /// <param name="unread">Filters of ours; none if everything can be read.</param>
    public void Say(IReadOnlyCollection<string> unread)
    {
        ILogger log = logger.About("broker", "read");
        string? problem = unread.Count == 0 ? null
            : $"The broker does not let us read {string.Join(", ", unread)}, so {Meaning(unread)}. "
                + $"Let Longwire's user read {topics.Base}/# and {topics.Birth}.";
        if (problem is not null) MqttLog.Problem(log, problem);
        else if (_missing) MqttLog.ReadsAllAgain(log);
        else MqttLog.ReadsAll(logger);
        _missing = problem is not null;
        // None is reported as well: other options, which this is not about any more, may have had one.
        problems.Report(ProblemSource, problem);
    }

    private string Meaning(IReadOnlyCollection<string> unread)
    {
        if (unread.Contains(topics.AnyAttachCommand)) return "switching a radio in Home Assistant does nothing";
        if (unread.Contains(topics.AnyReattachCommand)) return "\"Reattach\" in Home Assistant does nothing";
        return "another Longwire under this base topic would go unnoticed";
    }
}
