using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Longwire.UsbIp.Errors;

/// <summary>How a field that is cut short is reported, of a message and of a descriptor alike.</summary>
internal static class FieldFormat
{
    public static void RequireLength(ReadOnlySpan<byte> bytes, int length, string what)
    {
        if (bytes.Length < length) ThrowShort(bytes.Length, length, what);
    }

    public static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);

    // Apart, so that the check itself is inlined.
    [DoesNotReturn]
    private static void ThrowShort(int length, int needed, string what) =>
        throw new UsbIpFormatException($"{what} needs {Number(needed)} bytes and has {Number(length)}");
}
