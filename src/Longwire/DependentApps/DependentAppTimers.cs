namespace Longwire.DependentApps;

/// <summary>Every time span this folder lives by.</summary>
internal static class DependentAppTimers
{
    /// <summary>
    /// How often an app's state is looked at while its radios are attached. What a person stops shorter than this before a loss is
    /// noticed by the look at the loss itself.
    /// </summary>
    public static readonly TimeSpan Look = TimeSpan.FromSeconds(30);

    /// <summary>The same for an app that is not there: the next word on it comes from a person.</summary>
    public static readonly TimeSpan LookAgain = TimeSpan.FromMinutes(5);

    /// <summary>
    /// For the look at the moment of a loss. Within this an app that dies of the loss is at most on its way down, so one that
    /// has stopped already was stopped before; later nobody can tell.
    /// </summary>
    public static readonly TimeSpan LookAtLoss = TimeSpan.FromSeconds(3);

    /// <summary>For so long after a hold an app may still end of it, and is looked at this often.</summary>
    public static readonly TimeSpan DiesOfHold = TimeSpan.FromSeconds(20);

    /// <inheritdoc cref="DiesOfHold"/>
    public static readonly TimeSpan LookAfterHold = TimeSpan.FromSeconds(4);

    /// <summary>Radios that come back together share one restart: how long the first of them waits for the others.</summary>
    public static readonly TimeSpan Settle = TimeSpan.FromSeconds(5);

    /// <summary>While the Supervisor or Core does not answer, or is busy with that app, doubled up to the second.</summary>
    public static readonly TimeSpan FirstWait = TimeSpan.FromSeconds(2);
    public static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(30);

    /// <summary>After a restart that failed, doubled up to the second.</summary>
    public static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(20);
    public static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(5);

    /// <summary>A call that is refused, because another job has that app, is refused within this.</summary>
    public static readonly TimeSpan AtOnce = TimeSpan.FromSeconds(5);

    /// <summary>A call that failed after longer than this was under way: if the app runs then, it was done all the same.</summary>
    public static readonly TimeSpan UnderWay = TimeSpan.FromMinutes(1);

    /// <summary>What the Supervisor itself needs to start an app, once it has stopped.</summary>
    public static readonly TimeSpan StartOfApp = TimeSpan.FromSeconds(120);

    /// <summary>The longest time to stop that an app may ask for, for those whose own is not told.</summary>
    public static readonly TimeSpan LongestStop = TimeSpan.FromSeconds(300);

    /// <summary>The time within which an app is restarted at most <see cref="MostRestarts"/> times.</summary>
    public static readonly TimeSpan LimitWindow = TimeSpan.FromHours(1);

    /// <summary>A radio that comes and goes must not keep a whole network from ever settling.</summary>
    public const int MostRestarts = 4;

    /// <summary>The host has just booted, if we remember no boot to compare with.</summary>
    public static readonly TimeSpan JustBooted = TimeSpan.FromMinutes(10);
}
