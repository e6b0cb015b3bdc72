using Longwire.UsbIp.Errors;

namespace Longwire.UsbIp.Proxy;

/// <summary>
/// Unlinks that came before the submit that they mean. vhci_tx_loop first sends all submits and then all unlinks; a URB that is submitted
/// and unlinked between the two has its unlink sent first.
/// </summary>
internal sealed class EarlyUnlinks
{
    private const int Most = 512;
    private readonly List<(uint Seqnum, uint Unlink)> _unlinks = [];
    private uint? _lastSubmit;

    /// <summary>
    /// A seqnum that is still to come. Compared as signed, since the counter wraps; it is shared by all ports of the hub, so gaps say
    /// nothing.
    /// </summary>
    public bool IsToCome(uint seqnum) => _lastSubmit is not { } last || (int)(seqnum - last) > 0;

    /// <exception cref="UsbIpProtocolException">There are more than a kernel has URBs.</exception>
    public void Keep(uint seqnum, uint unlink)
    {
        if (_unlinks.Count == Most)
            throw new UsbIpProtocolException($"CMD_UNLINK {FieldFormat.Number(unlink)}: too many unlinks came before their submits");
        _unlinks.Add((seqnum, unlink));
    }

    /// <summary>Notes a submit.</summary>
    /// <returns>Whether it was taken back before it came, by the given unlink.</returns>
    public bool Submitted(uint seqnum, out uint unlink)
    {
        _lastSubmit = seqnum;
        int at = 0;
        while (at < _unlinks.Count && _unlinks[at].Seqnum != seqnum) at++;
        bool found = at < _unlinks.Count;
        unlink = found ? _unlinks[at].Unlink : 0;
        if (found) _unlinks.RemoveAt(at);
        return found;
    }
}
