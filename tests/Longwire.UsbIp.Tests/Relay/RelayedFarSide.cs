using Longwire.UsbIp.Relay;
using Longwire.UsbIp.Tests.Proxy;
using Longwire.UsbIp.Urbs;

namespace Longwire.UsbIp.Tests.Relay;

/// <summary>usbip-host with our relay before it. How far bytes get between the two is chance.</summary>
internal sealed class RelayedFarSide(Random random, ModelUsbipHost kernel, ExportRelayOptions options) : IFarSide
{
    private readonly List<byte> _toKernel = [];
    private readonly List<byte> _fromKernel = [];
    private readonly byte[] _buffer = new byte[4096];

    public ExportRelay Relay { get; } = new(options);

    public long Received { get; private set; }

    // What it has read ahead for nobody is no work.
    public bool IsBusy => kernel.IsBusy || Relay.ToKernel.Length + _toKernel.Count + _fromKernel.Count + Relay.NextAnswerSize > 0;

    public void Take(byte[] message)
    {
        Received += message.Length;
        Relay.FromHost(message);
        ToKernel();
    }

    public void Complete()
    {
        ToKernel();
        kernel.Complete();
    }

    public void Vanish()
    {
        ToKernel();
        kernel.Vanish();
    }

    public byte[]? Send(out int said)
    {
        said = 0;
        ToKernel();
        while (Relay.NextAnswerSize == 0 && kernel.Send(out _) is { } answer) FromKernel(answer);
        if (Relay.NextAnswerSize == 0) FromKernel([]);
        Plan.Check(Relay.BytesAhead <= options.ReadAheadBytes, "what is read ahead is bounded");
        if (Relay.NextAnswerSize == 0) return null;
        var message = new byte[Relay.NextAnswerSize];
        Plan.Check(Relay.ReadAnswer(message) == message.Length, "an answer is read whole");
        return message;
    }

    public void Hold()
    {
        if (!Relay.IsHeld) Relay.Hold();
    }

    public void Resume()
    {
        if (Relay.IsHeld) Relay.Resume();
    }

    private void ToKernel()
    {
        int read = Relay.ToKernel.Read(_buffer);
        _toKernel.AddRange(_buffer.AsSpan(0, read));
        while (_toKernel.Count > 0)
        {
            int length = UrbFraming.CommandLength([.. _toKernel]);
            if (length == 0 || length > _toKernel.Count) return;
            kernel.Take([.. _toKernel[..length]]);
            _toKernel.RemoveRange(0, length);
        }
    }

    // An answer in two parts, or in one with the next.
    private void FromKernel(byte[] answer)
    {
        _fromKernel.AddRange(answer);
        int count = answer.Length == 0 ? _fromKernel.Count : random.Next(_fromKernel.Count + 1);
        _fromKernel.RemoveRange(0, Relay.FromKernel([.. _fromKernel[..count]]));
        ToKernel();
    }
}
