using Longwire.Lab.Sticks;

namespace Longwire.Lab.Consumers;

/// <summary>A program that people use a radio with, and a stick that they use it with.</summary>
/// <param name="Program">What Node.js runs: a bundle, and what it is told before the tty.</param>
/// <param name="StaleAfter">The ceiling that the known-radios table sets for such a stick, or else the options.</param>
internal sealed record ConsumerKind(
    string Name,
    string Program,
    StickModel Stick,
    TimeSpan StaleAfter,
    Func<IFrameReader> NewReader,
    Func<ISerialEnd, TimeProvider, SimulatedRadio> NewRadio)
{
    public static ConsumerKind ZStack { get; } = new(
        "zstack", "herdsman.mjs zstack", new StickModel("0451", "16a8", "TI0001", "Texas Instruments", "CC2531 USB CDC"),
        TimeSpan.FromSeconds(5), () => new ZnpFrames(), (inside, time) => new ZnpRadio(inside, time));

    /// <summary>On the stick with an FTDI chip, so that there is one of those, too.</summary>
    public static ConsumerKind Ember { get; } = new(
        "ember", "herdsman.mjs ember", StickModel.Ftdi,
        TimeSpan.FromSeconds(15), () => new AshFrames(), (inside, time) => new EzspRadio(inside, time));

    public static ConsumerKind ZWaveJs { get; } = new(
        "Z-Wave JS", "zwave.mjs", StickModel.ZWave,
        TimeSpan.FromSeconds(5), () => new ZWaveFrames(), (inside, time) => new ZWaveRadio(inside, time));

    public static ConsumerKind Named(string name) =>
        new[] { ZStack, Ember, ZWaveJs }.First(kind => kind.Name == name);
}
