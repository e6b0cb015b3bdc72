using System.Collections.Immutable;
using System.Net;
using Longwire.Link.Pairing;
using Longwire.Platform;

namespace Longwire.Attach.Memory;

/// <summary>
/// Where paired Pis were reached last, and where they have said that they are: a Pi that has moved, or whose name cannot be looked up, is
/// found there, after a restart too. Written by a task of its own, so that a slow card holds up no Pi.
/// </summary>
/// <param name="report">Told a sentence for a person when the file cannot be read or written, and null when it can.</param>
internal sealed class AddressBook(AddressFile file, TimeProvider time, Action<string?> report)
{
    /// <summary>Addresses of one Pi: what it says more is not remembered.</summary>
    public const int MostOfPi = 8;

    /// <summary>Of more Pis than this, those are forgotten that were not heard for the longest time.</summary>
    public const int MostPis = 64;

    private readonly Lock _gate = new();
    private readonly AsyncAutoResetEvent _changed = new(time);
    private ImmutableArray<PiAddressMemory> _pis = [];
    private ImmutableArray<PiAddressMemory> _written = [];
    private bool _failing;

    /// <summary>Reads what was written before. Never throws.</summary>
    public void Load()
    {
        AddressMemory? memory = file.Load(out string? problem);
        if (problem is not null) report(problem);
        if (memory is null) return;
        lock (_gate) _pis = _written = [.. memory.Pis.TakeLast(MostPis)];
    }

    /// <summary>Where it was last first; nothing of one that has another key.</summary>
    public ImmutableArray<IPEndPoint> Of(string piId, KeyPin key)
    {
        lock (_gate)
        {
            return Find(piId) is { } known && known.Key == key.ToString()
                ? [.. known.Addresses.Take(MostOfPi).Select(text => AddressFile.Parse(text)!)]
                : [];
        }
    }

    /// <inheritdoc cref="PiAddressMemory" path="/param[@name='Addresses']"/>
    public void Put(string piId, KeyPin key, IEnumerable<IPEndPoint> addresses)
    {
        var now = new PiAddressMemory(
            piId, key.ToString(), [.. addresses.Select(point => point.ToString()).Distinct().Take(MostOfPi)]);
        lock (_gate)
        {
            if (Find(piId) is { } known)
            {
                if (known.Key == now.Key && known.Addresses.SequenceEqual(now.Addresses)) return;
                _pis = _pis.Remove(known);
            }
            _pis = [.. _pis.Append(now).TakeLast(MostPis)];
        }
        _changed.Raise();
    }

    /// <summary>Writes until cancelled; then writes what is left.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                // A write that failed is tried again: the disk may have been cleaned up without anything new to remember.
                await _changed.WaitAsync(_failing ? AttachTimers.MemoryRetry : Timeout.InfiniteTimeSpan, cancellationToken);
                Write();
                await Task.Delay(AttachTimers.AddressesRest, time, cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            Write();
        }
    }

    private PiAddressMemory? Find(string piId) => _pis.FirstOrDefault(pi => pi.Id == piId);

    private void Write()
    {
        ImmutableArray<PiAddressMemory> now;
        lock (_gate) now = _pis;
        if (now == _written) return;
        try
        {
            file.Save(new AddressMemory(AddressMemory.CurrentFormat, now));
            (_written, _failing) = (now, false);
            report(null);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _failing = true;
            report($"{file.Path} cannot be written ({e.Message}). Radios work, but where paired Pis are is forgotten at the next start: "
                + "free some space or make the folder writable.");
        }
    }
}
