namespace Longwire.State;

/// <summary>Names as Home Assistant and people see them: the enum's own, in snake_case. Part of the contract: never renamed.</summary>
internal static class RadioStatusNames
{
    public static string Name(this RadioStatus status) => status switch
    {
        RadioStatus.Attached => "attached",
        RadioStatus.Held => "held",
        RadioStatus.Attaching => "attaching",
        RadioStatus.Detached => "detached",
        RadioStatus.Unplugged => "unplugged",
        RadioStatus.NotOffered => "not_offered",
        RadioStatus.PiUnreachable => "pi_unreachable",
        RadioStatus.InUse => "in_use",
        RadioStatus.Refused => "refused",
        RadioStatus.Failed => "failed",
        _ => throw new ArgumentOutOfRangeException(nameof(status), status, null),
    };

    public static string Name(this RadioEventType type) => type switch
    {
        RadioEventType.Attached => "attached",
        RadioEventType.Lost => "lost",
        RadioEventType.Detached => "detached",
        RadioEventType.Held => "held",
        RadioEventType.Resumed => "resumed",
        RadioEventType.Plugged => "plugged",
        RadioEventType.Unplugged => "unplugged",
        RadioEventType.Refused => "refused",
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, null),
    };
}
