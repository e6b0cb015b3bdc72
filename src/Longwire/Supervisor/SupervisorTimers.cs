namespace Longwire.Supervisor;

/// <summary>Every time span this folder lives by.</summary>
internal static class SupervisorTimers
{
    /// <summary>For an answer that costs the Supervisor no more than a look; it is slow while it starts a dozen apps at once.</summary>
    public static readonly TimeSpan Answer = TimeSpan.FromSeconds(10);

    /// <summary>How often options changed in the UI are looked for.</summary>
    public static readonly TimeSpan OptionsPoll = TimeSpan.FromSeconds(10);

    /// <summary>Until it is known where Home Assistant shows our page.</summary>
    public static readonly TimeSpan PageSoon = TimeSpan.FromSeconds(30);

    /// <summary>From then on: an update of Core moves it, and that is no haste.</summary>
    public static readonly TimeSpan PageAgain = TimeSpan.FromHours(1);
}
