using Longwire.Link.Tls;
using Longwire.Link.Wire;
using Longwire.Testing.Peers;
using Longwire.UsbIp.Wire;
using Xunit;

namespace Longwire.Tests.LinkedPis;

/// <summary>A session whose numbers a test keeps itself, and may get wrong.</summary>
internal sealed class RawSession(RawHost host, Hello hello) : IAsyncDisposable
{
    private uint _seqnum;

    public RawConnection Connection { get; private set; } = null!;

    public ulong Sent { get; private set; }

    public ulong Taken { get; private set; }

    /// <summary>Of the connection that was welcomed last.</summary>
    public uint Epoch { get; private set; }

    /// <summary>What the next connection says.</summary>
    public Hello Next => hello with { Epoch = Epoch + 1, Resume = Epoch > 0, NextExpected = Taken + 1 };

    /// <summary>The same as soon as there is the stick: one that was just plugged in is not there to be given at once.</summary>
    public async Task OpenAsync()
    {
        using var deadline = new CancellationTokenSource(RawHost.Deadline);
        while (true)
        {
            try
            {
                await ConnectAsync();
                return;
            }
            catch (LinkRefusedException e) when (e.Refusal.Reason is RefusalReason.UnknownSubject or RefusalReason.NotReady)
            {
                await Task.Delay(50, deadline.Token);
            }
        }
    }

    /// <summary>The first connection, or another one.</summary>
    public async Task ConnectAsync()
    {
        if (Connection is not null) await Connection.DisposeAsync();
        LinkConnection connection = await host.ConnectAsync();
        Welcome welcome = await Handshake.AskAsync(connection, Next, RawHost.Cancelled).WaitAsync(RawHost.Deadline, RawHost.Cancelled);
        (Sent, Epoch) = (welcome.NextExpected - 1, Epoch + 1);
        Connection = new RawConnection(connection, host.Timers);
    }

    /// <summary>Says something to the radio, and waits until the kernel there has answered.</summary>
    public async Task SpeakAsync()
    {
        Say(Out());
        // The first message is what the Pi gives.
        while (await TakeAsync() is var message && (Taken == 1 || RetSubmit.Parse(message).Seqnum != _seqnum))
        {
        }
    }

    public byte[] Out()
    {
        byte[] bytes = new byte[UrbHeader.Size + 1];
        new CmdSubmit
        {
            Seqnum = ++_seqnum, DevId = 0x0001_0002, Direction = UrbDirection.Out, Ep = AcmStick.DataEp, TransferBufferLength = 1,
        }.Write(bytes);
        return bytes;
    }

    /// <summary>A message with the right numbers.</summary>
    public void Say(byte[] message) => Connection.Say(Data(++Sent, Taken, message));

    public static byte[] Data(ulong number, ulong acknowledged, byte[] message)
    {
        byte[] frame = new byte[DataFrame.Size(message.Length)];
        DataFrame.Write(frame, number, acknowledged, message);
        return frame;
    }

    /// <summary>The end that the Pi says.</summary>
    public async Task<EndReason> EndAsync()
    {
        while (true)
        {
            (FrameType type, byte[] body) = await Connection.HearAsync();
            if (type == FrameType.End) return EndFrame.Parse(body).Reason;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (Connection is not null) await Connection.DisposeAsync();
    }

    private async Task<byte[]> TakeAsync()
    {
        while (true)
        {
            (FrameType type, byte[] body) = await Connection.HearAsync();
            if (type != FrameType.Data) continue;
            ulong number = DataFrame.Parse(body).Number;
            Assert.Equal(Taken + 1, number);
            Taken = number;
            return DataFrame.Parse(body).Message.ToArray();
        }
    }
}
