using Longwire.Testing.Usbipd;
using Longwire.UsbIp.Wire;

namespace Longwire.Testing.Peers;

/// <summary>A connection from the grant of an import on: URBs are answered as they come, wait, or are taken back.</summary>
internal sealed class UrbSession(FakeClient client, EchoStick stick, IReadOnlyList<Manner> manners, CancellationTokenSource stop)
{
    private readonly List<CmdSubmit> _waiting = [];

    /// <summary>From outside: the server hangs up.</summary>
    public void End()
    {
        try
        {
            stop.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It ended by itself a moment ago.
        }
    }

    /// <summary>Until the client leaves, or the session is ended.</summary>
    public async Task RunAsync()
    {
        while (true)
        {
            byte[] bytes = await client.ReceiveAsync(UrbHeader.Size);
            if (bytes.Length < UrbHeader.Size) return;
            if (UrbHeader.Parse(bytes).Command == UrbCommand.CmdUnlink) await UnlinkAsync(CmdUnlink.Parse(bytes));
            else await SubmitAsync(CmdSubmit.Parse(bytes));
        }
    }

    private async Task SubmitAsync(CmdSubmit submit)
    {
        bool isTold = submit.Direction == UrbDirection.Out;
        byte[] told = isTold ? await client.ReceiveAsync(submit.TransferBufferLength) : [];
        if (Answer(submit, told) is not { } answer)
        {
            _waiting.Add(submit);
            return;
        }
        foreach (Manner manner in manners) await manner.BeforeAnswerAsync(submit);
        await SendAsync(submit, answer);
        if (isTold && submit.Ep != 0) await AnswerWaitingAsync();
    }

    // What the stick was told gives it something to say.
    private async Task AnswerWaitingAsync()
    {
        foreach (CmdSubmit waiting in _waiting.ToArray())
        {
            if (stick.Answer(waiting, default) is not { } answer) continue;
            _waiting.Remove(waiting);
            await SendAsync(waiting, answer);
        }
    }

    private async Task UnlinkAsync(CmdUnlink unlink)
    {
        bool waited = _waiting.RemoveAll(submit => submit.Seqnum == unlink.UnlinkSeqnum) > 0;
        var bytes = new byte[UrbHeader.Size];
        new RetUnlink { Seqnum = unlink.Seqnum, Status = waited ? RetUnlink.TakenBack : 0 }.Write(bytes);
        await client.SendAsync(bytes);
    }

    private UrbAnswer? Answer(CmdSubmit submit, byte[] told)
    {
        UrbAnswer? answer = stick.Answer(submit, told);
        foreach (Manner manner in manners) answer = manner.Change(submit, answer, _waiting.Count);
        return answer;
    }

    private async Task SendAsync(CmdSubmit submit, UrbAnswer answer)
    {
        var bytes = new byte[UrbHeader.Size + answer.Data.Length];
        new RetSubmit { Seqnum = submit.Seqnum, Status = answer.Status, ActualLength = answer.Length }.Write(bytes);
        answer.Data.CopyTo(bytes.AsMemory(UrbHeader.Size));
        await client.SendAsync(bytes);
    }
}
