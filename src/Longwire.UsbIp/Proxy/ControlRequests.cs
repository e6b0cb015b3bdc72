using System.Buffers.Binary;

namespace Longwire.UsbIp.Proxy;

/// <summary>
/// What we must know of control requests, by their 8 setup bytes (USB 2.0, 9.3; USB CDC PSTN 1.2, 6.3; drivers/usb/serial/ftdi_sio.h,
/// cp210x.c, ch341.c and pl2303.c of Linux).
/// </summary>
internal static class ControlRequests
{
    public const int RequestTypeAt = 0;
    private const int RequestAt = 1;
    private const int ValueAt = 2;
    private const int ValueHighAt = 3;
    private const int IndexAt = 4;

    // bmRequestType, D6..5: 0 is a standard request, everything else is a class's or a vendor's.
    private const byte KindMask = 0x60;

    /// <summary>
    /// What sets something that stays set: all of a class's or a vendor's, SET_CONFIGURATION and SET_INTERFACE. A purge does not: done
    /// late it would throw away what is fresh.
    /// </summary>
    public static bool SetsState(ReadOnlySpan<byte> setup, SerialChip chip) =>
        IsStandard(setup) ? IsConfiguration(setup) : !IsPurge(setup, chip);

    public static bool IsStandard(ReadOnlySpan<byte> setup) => (setup[RequestTypeAt] & KindMask) == 0;

    /// <summary>SET_CONFIGURATION, or SET_INTERFACE.</summary>
    private static bool IsConfiguration(ReadOnlySpan<byte> setup) => Is(setup, 0x00, 0x09) || Is(setup, 0x01, 0x0B);

    /// <summary>SET_INTERFACE to its default, in which a configuration begins.</summary>
    public static bool IsDefaultInterface(ReadOnlySpan<byte> setup) => Is(setup, 0x01, 0x0B) && Value(setup) == 0;

    /// <summary>CP210x IFC_ENABLE: before it the stick takes no other.</summary>
    public static bool IsEnable(ReadOnlySpan<byte> setup) => Is(setup, 0x41, 0x00);

    /// <summary>
    /// Whether the later of two makes the earlier one void: the same bmRequestType, bRequest and wIndex. FTDI's and CP210x's modem lines
    /// have a mask in wValue's high byte, which says which of them the request sets. A register is the one in wValue.
    /// </summary>
    public static bool Supersedes(ReadOnlySpan<byte> later, ReadOnlySpan<byte> earlier, SerialChip chip)
    {
        if (!later[..ValueAt].SequenceEqual(earlier[..ValueAt])) return false;
        // PL2303's 0x0404 is written twice at the start, and both writes count.
        if (WritesRegister(later, chip) && Value(later) != 0x0404) return Value(later) == Value(earlier);
        return later.Slice(IndexAt, 2).SequenceEqual(earlier.Slice(IndexAt, 2))
            && (!HasLineMask(later, chip) || later[ValueHighAt] == earlier[ValueHighAt]);
    }

    /// <summary>Whether the request sets DTR, of which port, and to what.</summary>
    public static bool TryReadDtr(ReadOnlySpan<byte> setup, SerialChip chip, out ushort index, out bool up)
    {
        int value = Value(setup);
        (index, up) = (BinaryPrimitives.ReadUInt16LittleEndian(setup[IndexAt..]), (value & 1) != 0);
        // SET_CONTROL_LINE_STATE
        if (Is(setup, 0x21, 0x22)) return true;
        if (HasLineMask(setup, chip)) return (value & 0x100) != 0;
        // CH341 0xA4: the lines are low active, and DTR is bit 5.
        up = (value & 0x20) == 0;
        return Is(setup, 0x40, 0xA4);
    }

    /// <summary>
    /// Makes a remembered answer say that nothing waits to be sent. Else tcdrain() and close() would ask again and again, and wait.
    /// FTDI 0x05: TEMT in the second byte. CP210x 0x10: ulAmountInOutQueue.
    /// </summary>
    public static void SayNothingWaits(ReadOnlySpan<byte> setup, Span<byte> answer)
    {
        const byte TransmitterEmpty = 0x40;
        const int OutQueueAt = 12;
        if (Is(setup, 0xC0, 0x05) && answer.Length >= 2) answer[1] |= TransmitterEmpty;
        if (Is(setup, 0xC1, 0x10) && answer.Length >= OutQueueAt + 4) answer.Slice(OutQueueAt, 4).Clear();
    }

    // FTDI SIO_RESET with 1 or 2, CP210x PURGE, and PL2303's registers that reset its pipes.
    private static bool IsPurge(ReadOnlySpan<byte> setup, SerialChip chip) =>
        (Is(setup, 0x40, 0x00) && (Value(setup) is 1 or 2)) || Is(setup, 0x41, 0x12)
        || (chip == SerialChip.Pl2303
            && ((Is(setup, 0x40, 0x01) && (Value(setup) is 8 or 9)) || (Is(setup, 0x40, 0x80) && Value(setup) == 7)));

    private static bool WritesRegister(ReadOnlySpan<byte> setup, SerialChip chip) => chip switch
    {
        SerialChip.Ch341 => Is(setup, 0x40, 0x9A),
        SerialChip.Pl2303 => Is(setup, 0x40, 0x01) || Is(setup, 0x40, 0x80),
        _ => false,
    };

    private static bool HasLineMask(ReadOnlySpan<byte> setup, SerialChip chip) =>
        (Is(setup, 0x40, 0x01) && chip != SerialChip.Pl2303) || Is(setup, 0x41, 0x07);

    private static bool Is(ReadOnlySpan<byte> setup, byte requestType, byte request) =>
        setup[RequestTypeAt] == requestType && setup[RequestAt] == request;

    private static ushort Value(ReadOnlySpan<byte> setup) => BinaryPrimitives.ReadUInt16LittleEndian(setup[ValueAt..]);
}
