using Longwire.Link.Errors;
using Longwire.Link.Pairing;

namespace Longwire.Link.Tls;

/// <summary>Whoever answered has another key than the one that was asked for. It has not been told anything.</summary>
/// <param name="found">What it has; null for one that the link does not have, or none.</param>
#pragma warning disable CA1032 // Without what was found it says nothing.
public sealed class LinkPinException(KeyPin? found)
#pragma warning restore CA1032
    : LinkException(found is { } pin ? $"it has another key ({pin})" : "it has no key of the link's kind")
{
    public KeyPin? Found { get; } = found;
}
