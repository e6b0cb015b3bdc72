namespace Longwire.Attach;

/// <summary>In which way a Pi gave no list.</summary>
internal enum PiSilence
{
    /// <summary>Nothing of it was heard, or the connection was lost before the answer was whole.</summary>
    NoAnswer,

    /// <summary>It closed the connection without an answer, as servers do with an address that they do not allow.</summary>
    TurnedAway,

    /// <summary>It answered that it gives none.</summary>
    Refused,

    /// <summary>It answered in a form that is not USB/IP's.</summary>
    NotUnderstood,
}

/// <summary>What is said of each: a Pi that answers is not said to be silent.</summary>
internal static class PiSilenceText
{
    /// <summary>For a radio, and for the page.</summary>
    /// <param name="detail">What was noticed: names the server and, where it turned us away, the addresses that we came from.</param>
    public static string Reason(PiSilence manner, string? detail) =>
        manner == PiSilence.NoAnswer ? detail ?? "" : $"the Pi {Clause(manner, detail)}";

    /// <summary>For a problem of the bridge.</summary>
    /// <param name="pi">Its name.</param>
    /// <param name="address">As in the options.</param>
    /// <param name="detail">As above.</param>
    public static string Problem(string pi, string address, PiSilence manner, string? detail) => manner == PiSilence.NoAnswer
        ? $"{pi} ({address}) does not answer: {detail}. See that it is on, in the network, and runs its export."
        : $"{pi} ({address}) {Clause(manner, detail)}.";

    private static string Clause(PiSilence manner, string? detail) => manner switch
    {
        // Seen from there, the address may be another: a container's is translated on the way.
        PiSilence.TurnedAway => "turns this machine away: allow its address in the export there, whose log names it as it is seen there "
            + $"({detail})",
        PiSilence.Refused => $"answers and gives no list ({detail})",
        PiSilence.NotUnderstood => $"answers in a form that is not understood: see that it serves USB/IP on that port ({detail})",
        _ => throw new ArgumentOutOfRangeException(nameof(manner), manner, null),
    };
}
