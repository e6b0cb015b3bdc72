using Longwire.Platform;

namespace Longwire.Options;

/// <summary>
/// Puts entries into the options while people edit them elsewhere: one at a time, into what is there at that moment, and only if that is
/// what the person who asks has seen. Where the options are a person's own file, it is read and never written.
/// </summary>
/// <param name="store">Null: <paramref name="path"/> is such a file.</param>
internal sealed class OptionsEditor(IOptionsInForce live, IOptionsStore? store, string path, TimeProvider time) : IDisposable
{
    /// <summary>For one who waits behind another.</summary>
    public static readonly TimeSpan Turn = TimeSpan.FromSeconds(20);

    /// <summary>Until what was written is in force.</summary>
    public static readonly TimeSpan InForce = TimeSpan.FromSeconds(10);

    private readonly SemaphoreSlim _turn = new(1);

    public string Revision => live.Revision;
    public bool IsWritable => store is not null;

    // Who has the turn still gives it back.
    public void Dispose()
    {
        if (_turn.Wait(TimeSpan.Zero)) _turn.Dispose();
    }

    /// <summary>Ends once nothing is being written, and lets nobody write any more.</summary>
    public async Task CloseAsync(CancellationToken cancellationToken) =>
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    /// <summary>Until others are in force than those.</summary>
    public Task UntilOthersAsync(string revision, CancellationToken cancellationToken) =>
        live.UntilAsync(_ => live.Revision != revision, cancellationToken);

    /// <param name="seen">The <see cref="Revision"/> that the person saw who asks for it.</param>
    public async Task<OptionsEdit> AddAsync(IReadOnlyList<NewEntry> entries, string? seen, CancellationToken cancellationToken)
    {
        try
        {
            return store is null ? ShowLines(entries) : await WriteAsync(store, entries, seen, cancellationToken);
        }
        catch (OptionsException e)
        {
            return new OptionsEdit.Failed(e.Message);
        }
        catch (IOException e)
        {
            return new OptionsEdit.Failed($"The options were not changed: {e.Message}. Try again.");
        }
    }

    private OptionsEdit ShowLines(IReadOnlyList<NewEntry> entries)
    {
        MapNode options = OptionsText.Parse(OptionsText.Read(path), path);
        if (EntryTrial.WhyNot(options, entries) is { } why) return new OptionsEdit.Refused(why);
        bool isJson = Path.GetExtension(path).Equals(".json", StringComparison.OrdinalIgnoreCase);
        IEnumerable<string> lists = entries.GroupBy(entry => entry.List).Select(
            group => isJson ? JsonList(group.Key, group) : YamlList(group.Key, group));
        return new OptionsEdit.ToPaste(Path.GetFullPath(path), string.Join('\n', lists), entries.Any(entry => entry.IsFirst));
    }

    private static string JsonList(string key, IEnumerable<NewEntry> entries) =>
        $"\"{key}\": [\n  {string.Join(",\n  ", entries.Select(entry => entry.Json()))}\n]";

    private static string YamlList(string key, IEnumerable<NewEntry> entries) =>
        $"{key}:\n{string.Join('\n', entries.SelectMany(entry => entry.Yaml().Split('\n')).Select(line => "  " + line))}";

    private async Task<OptionsEdit> WriteAsync(
        IOptionsStore kept, IReadOnlyList<NewEntry> entries, string? seen, CancellationToken cancellationToken)
    {
        using var patience = new Deadline(Turn, time, cancellationToken);
        try
        {
            await _turn.WaitAsync(patience.Token);
        }
        catch (OperationCanceledException) when (patience.Passed && !cancellationToken.IsCancellationRequested)
        {
            return new OptionsEdit.Failed("The options are being changed by somebody else right now. Try again in a moment.");
        }
        try
        {
            if (seen != live.Revision) return new OptionsEdit.Changed();
            byte[] before = await kept.ReadTypedAsync(cancellationToken);
            MapNode filledIn = OptionsText.Parse(await kept.ReadFilledInAsync(cancellationToken), "the options.json");
            if (!IsInForce(filledIn))
            {
                live.LookNow();
                return new OptionsEdit.Changed();
            }
            if (EntryTrial.WhyNot(filledIn, entries) is { } why) return new OptionsEdit.Refused(why);
            byte[] after = EntryInsertion.Put(before, entries);
            byte[] again = await kept.ReadTypedAsync(cancellationToken);
            if (!before.AsSpan().SequenceEqual(again)) return new OptionsEdit.Changed();
            // From here on it is done, whether or not whoever asked is still there.
            return await PutAsync(kept, after) ?? await ApplyAsync(seen);
        }
        finally
        {
            _turn.Release();
        }
    }

    // An answer that does not come says nothing of what was done.
    private static async Task<OptionsEdit?> PutAsync(IOptionsStore kept, byte[] after)
    {
        try
        {
            await kept.WriteAsync(after, CancellationToken.None);
            return null;
        }
        catch (UnconfirmedWriteException e)
        {
            if (await IsThereAsync(kept, after)) return null;
            return new OptionsEdit.Failed(
                $"It is not known whether the options were changed: {e.Message}. Wait a minute and look whether it is there before you "
                    + "try again.");
        }
    }

    private static async Task<bool> IsThereAsync(IOptionsStore kept, byte[] after)
    {
        try
        {
            byte[] there = await kept.ReadTypedAsync(CancellationToken.None);
            return after.AsSpan().SequenceEqual(there);
        }
        catch (IOException)
        {
            return false;
        }
    }

    // What somebody has changed elsewhere a moment ago, and nobody here has seen.
    private bool IsInForce(MapNode filledIn)
    {
        AttachOptions read = AttachOptionsReader.Read(filledIn).Options;
        return LastGoodEntries.Keep(read, live.Current) == live.Current;
    }

    private async Task<OptionsEdit> ApplyAsync(string before)
    {
        using var patience = new Deadline(InForce, time, CancellationToken.None);
        live.LookNow();
        try
        {
            await UntilOthersAsync(before, patience.Token);
            return new OptionsEdit.Done();
        }
        catch (OperationCanceledException) when (patience.Passed)
        {
            return new OptionsEdit.Written();
        }
    }
}
