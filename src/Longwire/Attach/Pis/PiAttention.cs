using Longwire.Link.Frames;
using Longwire.Link.Liveness;

namespace Longwire.Attach.Pis;

/// <summary>
/// Whether it is to be noticed at once when a Pi falls silent: while a radio of it is carried, for which another connection must be found.
/// Else its control connection is quiet, if the Pi knows what that is.
/// </summary>
internal sealed class PiAttention
{
    private readonly Lock _gate = new();
    private FramePump? _frames;
    private TimeSpan? _quiet;
    private int _carried;

    /// <param name="frames">Of the control connection that stands now; null: there is none.</param>
    /// <param name="quiet">What was agreed on for it; null: it is never quiet.</param>
    public void Watch(FramePump? frames, TimeSpan? quiet)
    {
        lock (_gate)
        {
            (_frames, _quiet) = (frames, quiet);
            if (_carried == 0) _frames?.Change(LinkPace.Asking(quiet));
        }
    }

    /// <summary>A radio is carried, or about to be.</summary>
    /// <returns>Ends it.</returns>
    public IDisposable Attend()
    {
        lock (_gate)
        {
            if (_carried++ == 0) _frames?.Change(LinkPace.Brisk);
        }
        return new Carried(this);
    }

    private void Leave()
    {
        lock (_gate)
        {
            if (--_carried == 0) _frames?.Change(LinkPace.Asking(_quiet));
        }
    }

    private sealed class Carried(PiAttention attention) : IDisposable
    {
        private int _isOver;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _isOver, 1) == 0) attention.Leave();
        }
    }
}
