using System.Threading.Channels;
using Longwire.Link.Frames;
using Longwire.Link.Liveness;
using Longwire.Link.Tls;
using Longwire.Link.Wire;

namespace Longwire.Tests.LinkedPis;

/// <summary>A connection after its verdict that lives as any other does, and over which a test says bytes of its own.</summary>
internal sealed class RawConnection : IFrameHandler, IAsyncDisposable
{
    private readonly Channel<(FrameType Type, byte[] Body)> _heard = Channel.CreateUnbounded<(FrameType, byte[])>();
    private readonly Queue<byte[]> _toSay = [];
    private readonly LinkConnection _connection;
    private readonly FramePump _pump;

    public RawConnection(LinkConnection connection, TimerThread timers)
    {
        _connection = connection;
        _pump = new FramePump(connection, this, timers, timers.GetTimestamp());
        Lost = RunAsync();
    }

    /// <summary>Ends with the connection.</summary>
    public Task<LossCause> Lost { get; }

    public TimeSpan? NextDue => null;

    public int NextFrameSize
    {
        get
        {
            lock (_toSay) return _toSay.TryPeek(out byte[]? next) ? next.Length : 0;
        }
    }

    public void Receive(Frame frame) => _heard.Writer.TryWrite((frame.Type, frame.Body.ToArray()));

    public void Received()
    {
    }

    public int Write(Span<byte> destination)
    {
        lock (_toSay)
        {
            if (!_toSay.TryPeek(out byte[]? next) || next.Length > destination.Length) return 0;
            next.CopyTo(destination);
            return _toSay.Dequeue().Length;
        }
    }

    public void Say(byte[] bytes)
    {
        lock (_toSay) _toSay.Enqueue(bytes);
        _pump.Send();
    }

    public async Task<(FrameType Type, byte[] Body)> HearAsync() =>
        await _heard.Reader.ReadAsync(RawHost.Cancelled).AsTask().WaitAsync(RawHost.Deadline, RawHost.Cancelled);

    public async ValueTask DisposeAsync()
    {
        _pump.End(new LossCause(LossKind.Ended, "the test is over"));
        await Lost;
        await _connection.DisposeAsync();
    }

    private async Task<LossCause> RunAsync()
    {
        LossCause cause = await _pump.RunAsync();
        _heard.Writer.TryComplete();
        return cause;
    }
}
