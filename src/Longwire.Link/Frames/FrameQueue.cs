namespace Longwire.Link.Frames;

/// <summary>Frames that are to be said once each, in order. Filled by any thread, emptied by the pump's.</summary>
internal sealed class FrameQueue
{
    /// <summary>More than a person can ask for while one is answered, for every stick of a full Pi.</summary>
    public const int Most = 64;

    private readonly Lock _gate = new();
    private readonly Queue<byte[]> _frames = [];

    public int NextSize
    {
        get
        {
            lock (_gate) return _frames.TryPeek(out byte[]? next) ? next.Length : 0;
        }
    }

    /// <param name="frame">Whole.</param>
    /// <returns>False: too many wait already.</returns>
    public bool TryAdd(byte[] frame)
    {
        lock (_gate)
        {
            if (_frames.Count >= Most) return false;
            _frames.Enqueue(frame);
            return true;
        }
    }

    public int Write(Span<byte> destination)
    {
        int written = 0;
        lock (_gate)
        {
            while (_frames.TryPeek(out byte[]? next) && next.Length <= destination.Length - written)
            {
                next.CopyTo(destination[written..]);
                written += next.Length;
                _frames.Dequeue();
            }
        }
        return written;
    }
}
