namespace Longwire.Attach;

/// <summary>What is said of each <see cref="PiSilenceKind"/>: a Pi that answers is not said to be silent.</summary>
internal static class PiSilenceText
{
    /// <summary>For a radio, and for the page.</summary>
    /// <param name="detail">What was noticed: names the server and, where it closed unanswered, the addresses that we came from.</param>
    public static string Reason(PiSilenceKind manner, string? detail) =>
        manner is PiSilenceKind.NoAnswer or PiSilenceKind.NotLetIn ? detail ?? "" : $"the Pi {Clause(manner, detail)}";

    /// <summary>For a problem of the bridge.</summary>
    /// <param name="pi">Its name.</param>
    /// <param name="address">As in the options.</param>
    /// <param name="detail">As above.</param>
    public static string Problem(string pi, string address, PiSilenceKind manner, string? detail) => manner switch
    {
        PiSilenceKind.NoAnswer => $"{pi} ({address}) does not answer: {detail}. See that it is on, in the network, and runs its export.",
        PiSilenceKind.NotLetIn => $"{pi} ({address}): {detail}.",
        _ => $"{pi} ({address}) {Clause(manner, detail)}.",
    };

    private static string Clause(PiSilenceKind manner, string? detail) => manner switch
    {
        // Seen from there, the address may be another: a container's is translated on the way.
        PiSilenceKind.ClosedUnanswered =>
            "closes the connection unanswered: it does not allow this machine's address (its log names that, as it is seen there), has no "
                + $"place for one more connection, or what serves there fails ({detail})",
        PiSilenceKind.Refused => $"answers and gives no list ({detail})",
        PiSilenceKind.NotUnderstood => $"answers in a form that is not understood: see that it serves USB/IP on that port ({detail})",
        _ => throw new ArgumentOutOfRangeException(nameof(manner), manner, null),
    };
}
