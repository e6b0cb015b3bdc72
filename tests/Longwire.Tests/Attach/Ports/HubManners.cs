namespace Longwire.Tests.Attach.Ports;

/// <summary>Root hubs whose authorized_default cannot be held at 0.</summary>
internal static class HubManners
{
    /// <param name="folder">The hub's.</param>
    /// <param name="manner">How it is not held.</param>
    public static void Break(string folder, string manner)
    {
        string setting = Path.Combine(folder, "authorized_default");
        switch (manner)
        {
            case "no hub":
                Directory.Delete(folder, recursive: true);
                break;
            case "cannot be read":
                File.Delete(setting);
                Directory.CreateDirectory(setting);
                break;
            // Of this machine's own kernel: a number that nobody may write, not even root.
            case "cannot be set":
                File.Delete(setting);
                File.CreateSymbolicLink(setting, "/proc/sys/kernel/cap_last_cap");
                break;
            // And one that is 50000 again once a 0 was written to it (prctl(2), PR_SET_TIMERSLACK).
            case "is set again":
                File.Delete(setting);
                File.CreateSymbolicLink(setting, "/proc/self/timerslack_ns");
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(manner), manner, null);
        }
    }
}
