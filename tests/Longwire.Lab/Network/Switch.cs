using System.Collections.Concurrent;

namespace Longwire.Lab.Network;

/// <summary>
/// The house's Ethernet switch: one <see cref="Cable"/> per guest, addresses learnt as frames come by. It carries frames, knows
/// nothing of IP, and does to them what the test says.
/// </summary>
public sealed class Switch(TimeProvider time) : IAsyncDisposable
{
    private readonly ConcurrentDictionary<MacAddress, Cable> _learnt = new();
    private readonly List<Cable> _cables = [];
    private readonly Lock _gate = new();

    /// <summary>A cable from this switch to a guest's network card. Pulled and plugged again it stays the same cable.</summary>
    public Cable Connect(string name)
    {
        var cable = new Cable(name, time, Forward);
        lock (_gate) _cables.Add(cable);
        return cable;
    }

    /// <summary>All cables plugged in, nothing delayed or dropped.</summary>
    public void Mend()
    {
        foreach (Cable cable in Cables()) cable.Mend();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (Cable cable in Cables()) await cable.DisposeAsync();
    }

    private Cable[] Cables()
    {
        lock (_gate) return [.. _cables];
    }

    private void Forward(Cable from, ReadOnlyMemory<byte> frame)
    {
        _learnt[MacAddress.Source(frame.Span)] = from;
        MacAddress destination = MacAddress.Destination(frame.Span);
        if (!destination.IsGroup && _learnt.TryGetValue(destination, out Cable? to))
        {
            if (to != from) to.Send(frame);
            return;
        }
        foreach (Cable cable in Cables())
        {
            if (cable != from) cable.Send(frame);
        }
    }
}
