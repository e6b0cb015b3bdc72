using Longwire.Link.Errors;
using System.Globalization;
using Longwire.Link.Wire;

namespace Longwire.Link.Tls;

/// <summary>The server's verdict on a hello was no.</summary>
#pragma warning disable CA1032 // Without the verdict it says nothing.
public sealed class LinkRefusedException(Refusal refusal)
#pragma warning restore CA1032
    : LinkException(string.Create(
        CultureInfo.InvariantCulture, $"refused: {refusal.Reason} (version {refusal.Version.Major}.{refusal.Version.Minor})"))
{
    public Refusal Refusal { get; } = refusal;
}
