using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Longwire.Link.Errors;

/// <summary>
/// Malformed bytes: a frame that is too long, a field cut short or outside its range. The message has the place and the value.
/// </summary>
public sealed class LinkFormatException : LinkException
{
    public LinkFormatException()
    {
    }

    public LinkFormatException(string message)
        : base(message)
    {
    }

    public LinkFormatException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    [DoesNotReturn]
    internal static void ThrowShort(string frame, string field, int at, int needed, int left) => throw new LinkFormatException(
        string.Create(CultureInfo.InvariantCulture, $"{frame}: {field} at offset {at} needs {needed} bytes and has {left}"));

    [DoesNotReturn]
    internal static void ThrowValue(string frame, string field, int at, ulong value, string rule) => throw new LinkFormatException(
        string.Create(CultureInfo.InvariantCulture, $"{frame}: {field} at offset {at} is {value}, {rule}"));
}
