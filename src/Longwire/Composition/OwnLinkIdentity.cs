using Longwire.Attach.Memory;
using Longwire.Attach.Pis;
using Longwire.Link.Tls;
using Longwire.Link.Wire;
using Longwire.Platform;

namespace Longwire.Composition;

/// <summary>Who this host is for the Pis to which it is paired. A host that has none makes no key.</summary>
/// <param name="report">What is wrong with the counter of starts, or null.</param>
internal sealed class OwnLinkIdentity(string dataFolder, TimeProvider time, Action<string?> report) : IDisposable
{
    private LinkKey? _key;

    /// <summary>To be called once.</summary>
    /// <exception cref="LinkKeyException">The key cannot be read or kept.</exception>
    public LinkIdentity Read()
    {
        _key = LinkKeyFile.Open(dataFolder);
        ulong start = StartCounter.Next(dataFolder, time, out string? problem);
        report(problem);
        return new LinkIdentity(_key, InstanceNonce.Create(), start, Environment.MachineName, ProgramVersion.Text);
    }

    public void Dispose() => _key?.Dispose();
}
