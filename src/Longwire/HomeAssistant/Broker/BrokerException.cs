using System.Diagnostics.CodeAnalysis;

namespace Longwire.HomeAssistant.Broker;

internal enum BrokerFailure
{
    /// <summary>No connection, or nothing was said in time.</summary>
    Away,

    /// <summary>It closed the connection instead of answering CONNECT: still starting, the wrong port, or an older MQTT.</summary>
    Closed,

    /// <summary>A connection that stood has ended, and that may happen again as soon as there is a new one.</summary>
    Dropped,

    /// <summary>The broker is there and does not want us: asking faster does not help.</summary>
    Refused,

    /// <summary>Somebody connected with our client id.</summary>
    TakenOver,
}

/// <summary>The broker cannot be used now. The message is a sentence for a person, with what to do where that is known.</summary>
[SuppressMessage("Design", "CA1064", Justification = "This program has no public API for it to leave by.")]
[SuppressMessage("Design", "CA1032", Justification = "A failure without its kind and sentence is of no use to anybody.")]
internal sealed class BrokerException(BrokerFailure failure, string message, Exception? inner = null) : Exception(message, inner)
{
    public BrokerFailure Failure { get; } = failure;

    /// <summary>The reason code of MQTT 5 that the broker gave; null if it gave none.</summary>
    public int? Code { get; init; }
}
