namespace Longwire.Testing;

/// <summary>
/// When the lab gives up waiting. None of these is a promise, and no test may fail for one that is short: emulated processors are ten to
/// twenty times slower than real ones, and slower still beside other work. What is promised in seconds is measured on a guest's clock and
/// held against its <c>Pace</c>.
/// </summary>
public static class Deadlines
{
    /// <summary>For whatever a guest does, or somebody is told.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    /// <summary>For a boot, and for putting a guest back in order.</summary>
    public static readonly TimeSpan Boot = TimeSpan.FromMinutes(3);
}
