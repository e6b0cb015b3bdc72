using Longwire.Link.Tls;
using Longwire.Link.Wire;

namespace Longwire.Attach.Pis;

/// <summary>Who we are for a Pi to which we are paired.</summary>
/// <param name="Key">By which it knows us.</param>
/// <param name="Instance">Of this run of the program.</param>
/// <param name="StartCounter">How often it has started with its data folder: of two runs with one key the later one has the radios.</param>
internal sealed record LinkIdentity(LinkKey Key, InstanceNonce Instance, ulong StartCounter, string Name, string Release)
{
    /// <summary>A hello that says so, and nothing else yet.</summary>
    public Hello Hello { get; } = new() { Instance = Instance, StartCounter = StartCounter, Name = Name, Release = Release };
}
