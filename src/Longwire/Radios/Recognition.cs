using System.Collections.Immutable;

namespace Longwire.Radios;

/// <summary>What a stick is, as far as its ids and texts tell.</summary>
internal sealed record Recognition
{
    /// <summary>For a person: <c>Nortek HUSBZB-1</c>.</summary>
    public required string Name { get; init; }

    /// <summary>
    /// What it speaks: <c>Z-Wave</c>, <c>Zigbee</c>, <c>Thread</c>, or several: <c>Z-Wave and Zigbee</c>; <c>serial bridge</c> where it is
    /// not certain to be a radio.
    /// </summary>
    public required string Kind { get; init; }

    /// <summary>Ttys it shows on the host.</summary>
    public required int SerialPorts { get; init; }

    /// <inheritdoc cref="KnownRadio.Stale"/>
    public ImmutableArray<TimeSpan> Stale { get; init; } = [];

    /// <inheritdoc cref="KnownRadio.NoticesRestart"/>
    public bool NoticesRestart { get; init; }

    /// <summary>
    /// False: the same ids are on printers and power meters too, and its texts do not say that it is a radio. Show it, do not take it
    /// unasked.
    /// </summary>
    public required bool Certain { get; init; }

    /// <inheritdoc cref="KnownRadio.Often"/>
    public string? Often { get; init; }

    /// <summary>Interfaces it may show.</summary>
    public ImmutableArray<InterfaceKind> InterfaceKinds { get; init; } = InterfaceKind.Serial;
}
