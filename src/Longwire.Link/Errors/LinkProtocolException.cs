using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Longwire.Link.Errors;

/// <summary>
/// Well-formed frames that break the protocol: a number out of order, something acknowledged that was never sent, more than the window
/// holds, a frame at the wrong time. The message has the field and the value. Nothing of the session has changed.
/// </summary>
public sealed class LinkProtocolException : LinkException
{
    public LinkProtocolException()
    {
    }

    public LinkProtocolException(string message)
        : base(message)
    {
    }

    public LinkProtocolException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    // Apart from the checks, so that these are inlined and allocate nothing.
    [DoesNotReturn]
    internal static void ThrowNumber(string what, ulong value, ulong least, ulong most) => throw new LinkProtocolException(
        string.Create(CultureInfo.InvariantCulture, $"{what} is {value}, not within {least} to {most}"));
}
