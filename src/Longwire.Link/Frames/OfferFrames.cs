using Longwire.Link.Errors;
using Longwire.Link.Wire;

namespace Longwire.Link.Frames;

/// <summary>
/// The server's frames of a control connection: what there is to offer, where it can be reached, and how its machine is. Of those that
/// follow each other faster than they are sent the last one counts.
/// </summary>
public sealed class OfferFrames : IFrameHandler
{
    private readonly Saying[] _sayings;
    private readonly FrameQueue _answers = new();

    /// <param name="offers">What there is to offer now: the same memory for as long as it has not changed.</param>
    /// <param name="addresses">The same of an <see cref="AddressesFrame"/>.</param>
    /// <param name="vitals">The same of <see cref="Vitals"/>; empty: nothing is known. Null: never anything.</param>
    public OfferFrames(
        Func<ReadOnlyMemory<byte>> offers, Func<ReadOnlyMemory<byte>> addresses, Func<ReadOnlyMemory<byte>>? vitals = null) =>
        _sayings =
        [
            new Saying(FrameType.Offers, offers),
            new Saying(FrameType.Addresses, addresses),
            new Saying(FrameType.Vitals, vitals ?? (static () => ReadOnlyMemory<byte>.Empty)),
        ];

    /// <summary>Called with each request to set something anew.</summary>
    public Action<ResetFrame> Asked { get; init; } = static _ => { };

    public TimeSpan? NextDue => null;

    public int NextFrameSize
    {
        get
        {
            foreach (Saying saying in _sayings)
            {
                if (saying.NextSize is var size and > 0) return size;
            }
            return _answers.NextSize;
        }
    }

    /// <summary>From any thread; it is written with the pump's next <see cref="FramePump.Send"/>.</summary>
    /// <returns>False: too many answers were not even written yet.</returns>
    public bool TryAnswer(ResetAnswerFrame answer)
    {
        ArgumentNullException.ThrowIfNull(answer);
        byte[] frame = new byte[answer.Size];
        answer.Write(frame);
        return _answers.TryAdd(frame);
    }

    public void Receive(Frame frame)
    {
        if (frame.Type == FrameType.Reset) Asked(ResetFrame.Parse(frame.Body));
        else if (frame.Type is FrameType.Hello or FrameType.Welcome or FrameType.Refusal or FrameType.Data or FrameType.Ack
            or FrameType.Offers or FrameType.Addresses or FrameType.ResetAnswer or FrameType.Vitals)
            throw new LinkProtocolException($"a frame of the type {frame.Type} over a control connection");
    }

    public void Received()
    {
    }

    public int Write(Span<byte> destination)
    {
        int written = 0;
        foreach (Saying saying in _sayings) written += saying.Write(destination[written..]);
        return written + _answers.Write(destination[written..]);
    }

    private sealed class Saying(FrameType type, Func<ReadOnlyMemory<byte>> current)
    {
        private ReadOnlyMemory<byte>? _said;

        public int NextSize => current() is var now && IsSaid(now) ? 0 : Frame.HeaderSize + now.Length;

        public int Write(Span<byte> destination)
        {
            ReadOnlyMemory<byte> now = current();
            if (IsSaid(now) || Frame.HeaderSize + now.Length > destination.Length) return 0;
            _said = now;
            Frame.WriteHeader(destination, type, now.Length);
            now.Span.CopyTo(destination[Frame.HeaderSize..]);
            return Frame.HeaderSize + now.Length;
        }

        private bool IsSaid(ReadOnlyMemory<byte> now) => now.IsEmpty || (_said is { } said && said.Equals(now));
    }
}
