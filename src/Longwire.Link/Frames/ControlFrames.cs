using System.Collections.Immutable;
using System.Net;
using Longwire.Link.Errors;
using Longwire.Link.Wire;

namespace Longwire.Link.Frames;

/// <summary>The client's frames of a control connection: it hears what there is, and says little but pings.</summary>
/// <param name="offered">Called with each list, which is valid until it returns.</param>
/// <param name="reachable">Called with all addresses under which the server says that it can be reached.</param>
public sealed class ControlFrames(ControlFrames.Heard offered, Action<ImmutableArray<IPAddress>> reachable) : IFrameHandler
{
    private readonly FrameQueue _asked = new();

    /// <param name="list">In the words of whoever uses the link.</param>
    public delegate void Heard(ReadOnlySpan<byte> list);

    /// <summary>Called with what the server says of its machine.</summary>
    public Action<Vitals> Told { get; init; } = static _ => { };

    /// <summary>Called with what became of what was <see cref="TryAsk">asked</see>.</summary>
    public Action<ResetAnswerFrame> Answered { get; init; } = static _ => { };

    public TimeSpan? NextDue => null;

    public int NextFrameSize => _asked.NextSize;

    /// <summary>From any thread; it is written with the pump's next <see cref="FramePump.Send"/>.</summary>
    /// <returns>False: too much is asked that was not even written yet.</returns>
    public bool TryAsk(ResetFrame reset)
    {
        ArgumentNullException.ThrowIfNull(reset);
        byte[] frame = new byte[reset.Size];
        reset.Write(frame);
        return _asked.TryAdd(frame);
    }

    public void Receive(Frame frame)
    {
        switch (frame.Type)
        {
            case FrameType.Offers:
                offered(frame.Body);
                break;
            case FrameType.Addresses:
                reachable(AddressesFrame.Parse(frame.Body));
                break;
            case FrameType.Vitals:
                Told(Vitals.Parse(frame.Body));
                break;
            case FrameType.ResetAnswer:
                Answered(ResetAnswerFrame.Parse(frame.Body));
                break;
            case FrameType.Hello or FrameType.Welcome or FrameType.Refusal or FrameType.Data or FrameType.Ack or FrameType.Reset:
                throw new LinkProtocolException($"a frame of the type {frame.Type} over a control connection");
            default:
                // Of a later minor.
                break;
        }
    }

    public void Received()
    {
    }

    public int Write(Span<byte> destination) => _asked.Write(destination);
}
