using Longwire.Platform;
using Longwire.UsbIp.Usb;

namespace Longwire.Attach.Memory;

/// <summary>memory.json.</summary>
internal sealed class MemoryFile(string dataFolder)
{
    private readonly JsonStore<AttachMemory> _store = new(
        System.IO.Path.Combine(dataFolder, "memory.json"), AttachMemoryJson.Default.AttachMemory, FaultOf);

    public string Path => _store.Path;

    /// <summary>
    /// Null if there is none yet. A file that cannot be understood is kept beside the new one under another name, so that
    /// nothing a person may want to rescue is lost.
    /// </summary>
    /// <param name="problem">A sentence for a person, or null.</param>
    public AttachMemory? Load(out string? problem) => Said(_store.Load(), out problem);

    /// <summary>For who does not write it: keeps nothing aside.</summary>
    /// <inheritdoc cref="Load" path="/param"/>
    public AttachMemory? Read(out string? problem) => Said(_store.Read(), out problem);

    /// <exception cref="IOException">The disk is full or the folder cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">Permission is denied.</exception>
    public void Save(AttachMemory memory) => _store.Save(memory);

    private AttachMemory? Said(JsonReading<AttachMemory> reading, out string? problem)
    {
        problem = reading.Problem switch
        {
            JsonProblem.None => null,
            JsonProblem.Inaccessible =>
                $"The memory in {Path} cannot be read ({reading.Reason}); radios are taken for new, and nothing is written over it, "
                    + "until the next start.",
            JsonProblem.NoJson => $"The memory in {Path} cannot be understood ({reading.Reason}); radios are taken for new. {reading.Kept}",
            _ => $"The memory in {Path} {reading.Reason}; radios are taken for new. {reading.Kept}",
        };
        problem = problem?.TrimEnd();
        return reading.Value;
    }

    private static string? FaultOf(AttachMemory? memory)
    {
        if (memory is null or { Radios.IsDefault: true }) return "is empty";
        if (JsonFormat.FaultOf(memory.Format, AttachMemory.CurrentFormat) is { } other) return other;
        var ids = new HashSet<string>(StringComparer.Ordinal);
        foreach (RadioMemory? radio in memory.Radios)
        {
            if (radio is null) return "has an entry that is no radio";
            if (!ids.Add(radio.Id)) return $"has two radios with the id {radio.Id}";
            IEnumerable<string?> usbIds = [radio.UsbId, .. radio.Former.Select(former => former?.UsbId)];
            foreach (string? usbId in usbIds)
            {
                if (!UsbId.TryParse(usbId, out _))
                    return $"has a radio {radio.Id} with the usb_id '{usbId}', which is not like 0658:0200";
            }
        }
        return null;
    }
}
