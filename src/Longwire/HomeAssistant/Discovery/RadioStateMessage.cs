using Longwire.State;
using Longwire.UsbIp.Proxy;

namespace Longwire.HomeAssistant.Discovery;

// Every key is always present, null if unknown: a template that misses its key warns at every message.
internal sealed record RadioStateMessage
{
    public required string Status { get; init; }
    public required bool? Connected { get; init; }
    public required bool Problem { get; init; }
    public required string Explanation { get; init; }
    public required string? Reason { get; init; }
    public required bool Wanted { get; init; }
    public required bool? PluggedIn { get; init; }
    public required DateTimeOffset? Since { get; init; }
    public required long Disconnects { get; init; }
    public required string? LastDisconnectReason { get; init; }
    public required DateTimeOffset? LastDisconnect { get; init; }
    public required string? LinkQuality { get; init; }
    public required long Outages { get; init; }

    /// <summary>All outages together.</summary>
    public required double HeldSeconds { get; init; }

    /// <summary>When it began.</summary>
    public required DateTimeOffset? LastOutage { get; init; }

    /// <summary>Null while it goes on, too.</summary>
    public required double? LastOutageSeconds { get; init; }

    /// <summary>As many as the radio has ttys, attached or not.</summary>
    public required string?[] SerialPorts { get; init; }
    public required double? RoundTripMs { get; init; }

    /// <summary>Somebody has a port of it open.</summary>
    public required bool? InUse { get; init; }

    /// <summary>Transfers that failed since it was attached. What a stick does not know it stalls, which is no error.</summary>
    public required long? UsbErrors { get; init; }

    /// <summary>Bytes per second since the last heartbeat.</summary>
    public required double? DataRateIn { get; init; }

    /// <inheritdoc cref="DataRateIn"/>
    public required double? DataRateOut { get; init; }
    public required UrbsMessage Urbs { get; init; }
}

/// <summary>Since the radio was attached; all null unless it is, and where nobody counts.</summary>
internal sealed record UrbsMessage
{
    public required long? Submits { get; init; }
    public required long? Completions { get; init; }
    public required long? Unlinks { get; init; }
    public required long? BytesIn { get; init; }
    public required long? BytesOut { get; init; }
    public required long? Stalls { get; init; }
    public required long? BusErrors { get; init; }
    public required long? GoneErrors { get; init; }
    public required long? OtherErrors { get; init; }

    /// <summary>From submit to answer, of OUTs and control transfers in the last half minute to minute; null without any.</summary>
    public required double? AnswerMs { get; init; }

    /// <inheritdoc cref="AnswerMs"/>
    public required double? SlowestAnswerMs { get; init; }

    public static UrbsMessage Of(UrbFigures? figures)
    {
        (UrbProxyCounters? counters, AnswerTimes? answers) = (figures?.Counters, figures?.Answers);
        return new UrbsMessage
        {
            Submits = counters?.Submits,
            Completions = counters?.Completions,
            Unlinks = counters?.Unlinks,
            BytesIn = counters?.InBytes,
            BytesOut = counters?.OutBytes,
            Stalls = counters?.Stalls,
            BusErrors = counters?.BusErrors,
            GoneErrors = counters?.GoneErrors,
            OtherErrors = counters?.OtherErrors,
            AnswerMs = MeasuredValues.Milliseconds(answers?.Mean),
            SlowestAnswerMs = answers is { Count: > 0 } some ? MeasuredValues.Milliseconds(some.Slowest) : null,
        };
    }
}
