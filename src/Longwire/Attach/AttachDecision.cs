using System.Collections.Immutable;

namespace Longwire.Attach;

/// <summary>What the reconciler decides about a stick that has said who it is.</summary>
internal abstract record AttachDecision
{
    /// <param name="LastPort">The vhci port it had last; null if it never had one.</param>
    /// <param name="OthersPorts">
    /// Ports that other radios had last: taken only if nothing else is free, for their names depend on them.
    /// </param>
    internal sealed record Attach(string RadioId, int SerialPorts, int? LastPort, ImmutableArray<int> OthersPorts) : AttachDecision
    {
        /// <summary>
        /// The radio's serial, where the stick's own could not be read: if the kernel reads another one, this is another stick.
        /// </summary>
        public string? Serial { get; init; }
    }

    /// <summary>Not wanted, or not now.</summary>
    internal sealed record LetGo : AttachDecision;

    /// <summary>It did not say enough, and is asked again in a moment.</summary>
    internal sealed record AskAgain(string Reason) : AttachDecision;

    internal sealed record Refuse(string Reason) : AttachDecision;
}
