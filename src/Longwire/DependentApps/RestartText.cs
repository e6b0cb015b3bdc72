using Longwire.Supervisor;

namespace Longwire.DependentApps;

/// <summary>What a person is told of restarts that are not made, with what to do about it.</summary>
internal static class RestartText
{
    public static string Limit(string app, DateTimeOffset ends) =>
        $"{app} was restarted {DependentAppTimers.MostRestarts} times within an hour, tries that failed among them, because its radio was "
            + $"lost or it did not start. The next time is at {ends:HH:mm} UTC at the earliest: look at the log of that app, and at how "
            + "the radio is connected.";

    public static string Failed(string app, string problem) =>
        $"{app} could not be restarted after its radio came back: {problem}. Longwire tries again; look at the log of that app.";

    public static string Refused(string slug, string radio, SupervisorException e) =>
        $"{slug} (restart_apps) is not restarted after a loss of its radio: {e.Message}. {Remedy(slug, radio, e)}";

    public static string Declined(string slug, string radio, SupervisorException e) =>
        $"{slug} (restart_apps) cannot be restarted: {e.Message}. {Remedy(slug, radio, e)}";

    /// <summary>It is not lost yet.</summary>
    public static string Unseen(string slug, string radio, SupervisorException e) =>
        $"{slug} (restart_apps) cannot be restarted after a loss: {e.Message}. {Remedy(slug, radio, e)}";

    private static string Remedy(string slug, string radio, SupervisorException e) => (slug, e.Failure) switch
    {
        (AppControl.Zha, SupervisorFailure.Denied) =>
            $"Let an automation do it, with the device trigger \"connected\" of {radio} and the action homeassistant.reload_config_entry "
                + "for ZHA, and take zha out of restart_apps.",
        (AppControl.Zha, _) => "Check that ZHA is set up in Home Assistant, under Devices & services, or take zha out of restart_apps.",
        (_, SupervisorFailure.Denied) =>
            $"Let an automation do it, with the device trigger \"connected\" of {radio} and the action hassio.app_restart for {slug}, and "
                + $"take {slug} out of restart_apps.",
        _ => "Check that this app is installed, and that restart_apps has its slug, which is in the address of its page.",
    };
}
