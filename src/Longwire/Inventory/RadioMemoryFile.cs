using System.Collections.Immutable;
using Longwire.Attach.Memory;

namespace Longwire.Inventory;

/// <summary>memory.json of a folder. It is written to only while no running attach has it.</summary>
internal sealed class RadioMemoryFile(string dataFolder) : IRadioMemory
{
    private readonly MemoryFile _file = new(dataFolder);

    public ImmutableArray<RadioMemory> Read() => Load()?.Radios ?? [];

    public string? ReadInstanceId() => Load()?.InstanceId;

    public void Forget(IReadOnlyCollection<string> radioIds)
    {
        if (Load() is not { } memory) return;
        _file.Save(radioIds.Aggregate(memory, (rest, id) => rest.Without(id)));
    }

    public void Replace(RadioMemory radio, string? insteadOf)
    {
        if (Load() is not { } memory) return;
        _file.Save((insteadOf is null ? memory : memory.Without(insteadOf)).With(radio));
    }

    private AttachMemory? Load()
    {
        AttachMemory? memory = _file.Read(out string? problem);
        return problem is null ? memory : throw new IOException(problem);
    }
}
