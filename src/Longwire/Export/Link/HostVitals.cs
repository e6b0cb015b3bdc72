using Longwire.Link.Wire;

namespace Longwire.Export.Link;

/// <summary>The vitals as one connection is told them: how long the machine has run is true at the moment of telling.</summary>
internal sealed class HostVitals(VitalsFeed feed)
{
    private VitalsReading? _told;
    private ReadOnlyMemory<byte> _body;

    /// <summary>The same memory for as long as nothing has changed; empty: nothing is known. One asks at a time.</summary>
    public ReadOnlyMemory<byte> Current
    {
        get
        {
            if (feed.Current is not { } now || ReferenceEquals(now, _told)) return _body;
            _told = now;
            Vitals vitals = now.Vitals;
            return _body = (vitals with { Uptime = vitals.Uptime + feed.AgeOf(now) }).Encode();
        }
    }
}
