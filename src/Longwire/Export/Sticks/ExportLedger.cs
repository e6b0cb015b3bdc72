using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Longwire.Platform;
using Longwire.UsbIp.Linux;
using Longwire.UsbIp.Sysfs;
using Longwire.UsbIp.Usb;
using Microsoft.Extensions.Logging;

namespace Longwire.Export.Sticks;

/// <summary>One stick that we took from its own driver.</summary>
/// <param name="Port">Controller and chain of hub ports: with the boot id, what makes a bus id the same place.</param>
/// <param name="MaySleep">Autosuspend was on and is to be switched on again when it is given back.</param>
/// <param name="Deauthorized">We take its authorization away, or have, and did not give it back yet.</param>
internal sealed record LedgerEntry(
    string BusId,
    string Port,
    bool MaySleep,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] bool Deauthorized = false)
{
    public static string PortOf(SysfsUsbDevice device) => $"{device.ControllerPath}/{device.PortChain}";
}

internal sealed record LedgerFile(string BootId, ImmutableArray<LedgerEntry> Sticks);

[JsonSourceGenerationOptions(
    WriteIndented = true,
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(LedgerFile))]
internal sealed partial class LedgerJson : JsonSerializerContext;

/// <summary>
/// export.json: what we took and did not give back yet. Written before a stick is taken, so that after a crash of ours what stands with
/// usbip-host can be told apart from what somebody else put there.
/// </summary>
internal sealed class ExportLedger(SysfsRoot root, string dataFolder, ILogger logger) : IDisposable
{
    private readonly string _bootId = KernelBootId.Read(root.Proc);
    private readonly SemaphoreSlim _disk = new(1, 1);
    private readonly JsonStore<LedgerFile> _store = new(
        Path.Combine(dataFolder, "export.json"), LedgerJson.Default.LedgerFile,
        static file => file is null || file.Sticks.IsDefault ? "it is not what this release writes" : null, isReplaceable: true);

    private ImmutableDictionary<string, LedgerEntry> _entries = ImmutableDictionary<string, LedgerEntry>.Empty;
    private bool _unwritable;

    public IEnumerable<LedgerEntry> Entries => _entries.Values;

    /// <summary>What the former life left. Of another boot, or unreadable: nothing, since a reboot gives every stick back.</summary>
    public void Load()
    {
        JsonReading<LedgerFile> reading = _store.Load();
        if (reading.Problem != JsonProblem.None) ExportLog.LedgerUnreadable(logger, _store.Path, reading.Reason);
        if (reading.Value is not { } file || file.BootId != _bootId) return;
        // Bus ids end up in sysfs paths and writes: nothing else may come out of a file.
        _entries = file.Sticks.Where(e => e is { Port: not null } && UsbIp.Usb.BusId.TryParseKernelName(e.BusId, out _))
            .DistinctBy(e => e.BusId)
            .ToImmutableDictionary(e => e.BusId, StringComparer.Ordinal);
    }

    public LedgerEntry? Find(SysfsUsbDevice device) =>
        _entries.GetValueOrDefault(device.BusId.ToString()) is { } entry && entry.Port == LedgerEntry.PortOf(device) ? entry : null;

    public void Add(SysfsUsbDevice device, bool maySleep)
    {
        var entry = new LedgerEntry(device.BusId.ToString(), LedgerEntry.PortOf(device), maySleep, Find(device) is { Deauthorized: true });
        ImmutableInterlocked.Update(ref _entries, entries => entries.SetItem(entry.BusId, entry));
    }

    /// <summary>To be saved before its authorization is taken away, and after it was given back.</summary>
    public void SetDeauthorized(BusId busId, bool isSo) => ImmutableInterlocked.Update(
        ref _entries,
        entries => entries.TryGetValue(busId.ToString(), out LedgerEntry? entry)
            ? entries.SetItem(entry.BusId, entry with { Deauthorized = isSo })
            : entries);

    /// <returns>False if it was not in there.</returns>
    public bool Remove(BusId busId) => ImmutableInterlocked.TryRemove(ref _entries, busId.ToString(), out _);

    /// <summary>
    /// Writes what stands here when the disk is free, so the last call wins whatever the order. A full disk is said once and costs only the
    /// memory of a crash.
    /// </summary>
    public async Task SaveAsync()
    {
        await _disk.WaitAsync();
        try
        {
            Write();
            _unwritable = false;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            if (!_unwritable) ExportLog.LedgerUnwritable(logger.About("ledger"), _store.Path, e.Message);
            _unwritable = true;
        }
        finally
        {
            _disk.Release();
        }
    }

    private void Write()
    {
        var file = new LedgerFile(_bootId, [.. _entries.Values.OrderBy(e => e.BusId, StringComparer.Ordinal)]);
        _store.Save(file);
    }

    public void Dispose() => _disk.Dispose();
}
