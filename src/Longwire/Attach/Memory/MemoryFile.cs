using System.Text.Json;
using Longwire.Platform;
using Longwire.UsbIp.Usb;

namespace Longwire.Attach.Memory;

/// <summary>memory.json: read once at start, replaced as a whole at each write.</summary>
internal sealed class MemoryFile
{
    private readonly UnreadableFileCopy _old;

    public MemoryFile(string dataFolder)
    {
        Path = System.IO.Path.Combine(dataFolder, "memory.json");
        _old = new UnreadableFileCopy(Path);
    }

    public string Path { get; }

    /// <summary>
    /// Null if there is none yet. A file that cannot be understood is kept beside the new one under another name, so that
    /// nothing a person may want to rescue is lost.
    /// </summary>
    /// <param name="problem">A sentence for a person, or null.</param>
    public AttachMemory? Load(out string? problem)
    {
        problem = null;
        try
        {
            byte[] bytes = File.ReadAllBytes(Path);
            AttachMemory? memory = JsonSerializer.Deserialize(bytes, AttachMemoryJson.Default.AttachMemory);
            string? fault = memory switch
            {
                null or { Radios.IsDefault: true } => "is empty",
                { Format: not AttachMemory.CurrentFormat } =>
                    $"has format {memory.Format}, this release knows {AttachMemory.CurrentFormat}",
                _ => FaultOf(memory),
            };
            if (fault is null) return memory;
            problem = $"The memory in {Path} {fault}; radios are taken for new. {_old.Keep()}";
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (JsonException e)
        {
            problem = $"The memory in {Path} cannot be understood ({e.Message}); radios are taken for new. {_old.Keep()}";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _old.CannotBeRead();
            problem =
                $"The memory in {Path} cannot be read ({e.Message}); radios are taken for new, and nothing is written over it, until the "
                    + "next start.";
        }
        return null;
    }

    /// <exception cref="IOException">The disk is full or the folder cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">Permission is denied.</exception>
    public void Save(AttachMemory memory)
    {
        _old.MakeWay();
        DurableFile.Replace(Path, JsonSerializer.SerializeToUtf8Bytes(memory, AttachMemoryJson.Default.AttachMemory));
    }

    // Valid JSON is not enough: what the rest of the program relies on must hold, or every start would end in the same exception.
    private static string? FaultOf(AttachMemory memory)
    {
        var ids = new HashSet<string>(StringComparer.Ordinal);
        foreach (RadioMemory? radio in memory.Radios)
        {
            if (radio is null) return "has an entry that is no radio";
            if (!ids.Add(radio.Id)) return $"has two radios with the id {radio.Id}";
            if (!UsbId.TryParse(radio.UsbId, out _))
            {
                return $"has a radio {radio.Id} with the usb_id '{radio.UsbId}', which is not like 0658:0200";
            }
        }
        return null;
    }
}
