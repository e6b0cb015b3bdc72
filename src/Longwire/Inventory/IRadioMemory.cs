using System.Collections.Immutable;
using Longwire.Attach.Memory;

namespace Longwire.Inventory;

/// <summary>What the attach side keeps of radios. Only changed while the data folder's lock is held; it may be read at any time.</summary>
internal interface IRadioMemory
{
    /// <summary>Every radio that is remembered.</summary>
    /// <exception cref="IOException">Cannot be read.</exception>
    public ImmutableArray<RadioMemory> Read();

    /// <summary>The id by which other Longwires on the broker know this one; null if nothing is remembered.</summary>
    /// <exception cref="IOException">Cannot be read.</exception>
    public string? ReadInstanceId();

    /// <exception cref="IOException">Cannot be written: nothing is forgotten.</exception>
    public void Forget(IReadOnlyCollection<string> radioIds);

    /// <summary>A radio as it is from now on, under the id that it has.</summary>
    /// <param name="radio">It.</param>
    /// <param name="insteadOf">The radio whose stick it has now, which is forgotten; null: that stick was no radio yet.</param>
    /// <exception cref="IOException">Cannot be written: nothing has changed.</exception>
    public void Replace(RadioMemory radio, string? insteadOf);
}

internal static class RadioMemoryReading
{
    /// <summary>For those whom the memory only helps to say more: none where it cannot be read, and why.</summary>
    public static ImmutableArray<RadioMemory> ReadIfPossible(this IRadioMemory memory, out string? problem)
    {
        problem = null;
        try
        {
            return memory.Read();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            problem = e.Message;
            return [];
        }
    }
}
