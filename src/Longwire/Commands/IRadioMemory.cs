using System.Collections.Immutable;

namespace Longwire.Commands;

/// <summary>A radio as the data folder remembers it.</summary>
internal sealed record RememberedRadio(string Id, string Name);

/// <summary>What the attach side keeps of radios. Only touched while the data folder's lock is held.</summary>
internal interface IRadioMemory
{
    /// <summary>Every radio that is remembered.</summary>
    /// <exception cref="IOException">Cannot be read.</exception>
    public ImmutableArray<RememberedRadio> Read();

    /// <summary>The id by which other Longwires on the broker know this one; null if nothing is remembered.</summary>
    /// <exception cref="IOException">Cannot be read.</exception>
    public string? ReadInstanceId();

    /// <exception cref="IOException">Cannot be written: nothing is forgotten.</exception>
    public void Forget(IReadOnlyCollection<string> radioIds);
}
