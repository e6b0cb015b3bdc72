using Longwire.UsbIp.Wire;

namespace Longwire.UsbIp.Relay;

/// <summary>One bulk IN endpoint: what the host asked for, and what was read ahead of it.</summary>
internal sealed class InEndpoint(uint number)
{
    public uint Number { get; } = number;

    /// <summary>The host's last CMD_SUBMIT: a clone is this with another seqnum.</summary>
    public byte[] Template { get; } = new byte[UrbHeader.Size];

    /// <summary>What was read ahead, one answer a message.</summary>
    public MessageQueue ReadAhead { get; } = new();

    /// <summary>INs of the host that wait here, not at the kernel.</summary>
    public int Queued { get; set; }

    /// <summary>INs of our own at the kernel.</summary>
    public int Clones { get; set; }

    /// <summary>Bytes that these may bring.</summary>
    public int Reserved { get; set; }

    /// <summary>While held: how many INs the kernel is to have; 0: the endpoint is not read ahead.</summary>
    public int Share { get; set; }

    /// <summary>While held: an IN ended with an error.</summary>
    public bool Failed { get; set; }

    /// <summary>Nothing stands between the host and the kernel.</summary>
    public bool IsDirect => Queued == 0 && Clones == 0 && ReadAhead.Count == 0;
}
