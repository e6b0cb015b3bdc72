using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Longwire.Platform;

/// <summary>
/// A JSON file of the data folder: read once at the start, replaced as a whole at each write. One that this release does not understand (of
/// a later one perhaps, or damaged) is kept beside it before anything is written over it.
/// </summary>
/// <param name="faultOf">
/// Valid JSON is not enough: what is wrong with it, if what the rest of the program relies on does not hold; else null.
/// </param>
/// <param name="isSecret">It holds what only its owner may read.</param>
/// <param name="isReplaceable">
/// What is in it is soon known again, and to write it matters more than to keep it: one that cannot be read is replaced all the same.
/// </param>
internal sealed class JsonStore<T>(
    string path, JsonTypeInfo<T> type, Func<T?, string?> faultOf, bool isSecret = false, bool isReplaceable = false)
    where T : class
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly UnixFileMode? _mode = isSecret ? OwnerOnly : null;
    private readonly UnreadableFileCopy _old = new(path, isSecret ? OwnerOnly : null);

    public string Path { get; } = path;

    /// <summary>For who writes it, too.</summary>
    public JsonReading<T> Load()
    {
        JsonReading<T> reading = Read();
        switch (reading.Problem)
        {
            case JsonProblem.Inaccessible:
                if (!isReplaceable) _old.CannotBeRead();
                return reading;
            case JsonProblem.NoJson or JsonProblem.Unsound:
                return reading with { Kept = _old.Keep() };
            default:
                return reading;
        }
    }

    /// <summary>For who only reads it, beside its writer perhaps: keeps nothing aside.</summary>
    public JsonReading<T> Read()
    {
        try
        {
            T? value = JsonSerializer.Deserialize(File.ReadAllBytes(Path), type);
            return faultOf(value) is { } fault
                ? new JsonReading<T>(null, JsonProblem.Unsound, fault)
                : new JsonReading<T>(value, JsonProblem.None, "");
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return new JsonReading<T>(null, JsonProblem.None, "");
        }
        catch (JsonException e)
        {
            return new JsonReading<T>(null, JsonProblem.NoJson, e.Message);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new JsonReading<T>(null, JsonProblem.Inaccessible, e.Message);
        }
    }

    /// <exception cref="IOException">The disk is full or the folder cannot be written; or what was there could not be kept.</exception>
    /// <exception cref="UnauthorizedAccessException">Permission is denied.</exception>
    public void Save(T value)
    {
        _old.MakeWay();
        DurableFile.Replace(Path, JsonSerializer.SerializeToUtf8Bytes(value, type), _mode);
    }
}

/// <summary>What each of the files says of the format that it is in, and of one that this release does not know.</summary>
internal static class JsonFormat
{
    /// <returns>Null where it is the known one.</returns>
    public static string? FaultOf(int found, int known) =>
        found == known ? null : $"has format {found}, this release knows {known}";
}

internal enum JsonProblem
{
    /// <summary>It was read, or there is none yet.</summary>
    None,

    /// <summary>It is there and cannot be read: unless it is replaceable, nothing is written over it until the next start.</summary>
    Inaccessible,

    NoJson,

    /// <summary>JSON, but not what this release writes.</summary>
    Unsound,
}

/// <param name="Value">Null if there is no file yet, or a problem with it.</param>
/// <param name="Reason">What the problem is; empty if there is none.</param>
internal sealed record JsonReading<T>(T? Value, JsonProblem Problem, string Reason)
    where T : class
{
    /// <summary>A sentence for a person on what became of a file that was not understood; empty if nothing did.</summary>
    public string Kept { get; init; } = "";
}
