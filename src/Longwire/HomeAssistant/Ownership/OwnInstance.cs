using System.Globalization;
using Longwire.HomeAssistant.Broker;

namespace Longwire.HomeAssistant.Ownership;

/// <summary>
/// Ourselves. The client id carries the nonce, too: with one client id, two that run from copies of one data folder throw each other
/// out without end, and not every broker says why (mosquitto 2.0.11 closes the connection without a word). So they meet on the claim
/// topic instead, like any two. The price: after a death that the broker has not noticed, our next start does not replace the dead
/// connection, whose will then comes late and is put right by <see cref="TopicDefence"/>.
/// </summary>
/// <param name="version">Longwire's own, as Home Assistant shows it.</param>
internal sealed class OwnInstance(string id, string nonce, string version)
{
    private int _claims;

    public string Id => id;
    public string Nonce => nonce;
    public string Version => version;

    /// <summary>Begins as it always did: access rules that allow client ids by their beginning go on to hold.</summary>
    public string ClientId => $"longwire-{id}-{nonce}";

    /// <summary>
    /// Of the connection that waits. Another one, for the broker may hear of it before it has read the goodbye of the one before, and
    /// would then publish that one's will: the owner's <c>offline</c>.
    /// </summary>
    public string StandByClientId => $"{ClientId}-standby";

    /// <param name="random">Anew at each start of the program, never kept on disk: what is copied there would be the same again.</param>
    public static string NewNonce(Random random) => random.NextInt64(1L << 32).ToString("x8", CultureInfo.InvariantCulture);

    public bool Is(Instance other) => other.Id == id && other.Nonce == nonce;

    /// <summary>It runs from a copy of our data folder.</summary>
    public bool IsCopiedTo(Instance other) => other.Id == id && other.Nonce != nonce;

    /// <summary>The same with a release that cannot be asked, because it takes our claims for its own.</summary>
    public bool IsCopiedToOldRelease(Instance other) => other.Id == id && other.Nonce is null;

    public ClaimMessage Claim(bool incumbent) => new(id, incumbent) { Nonce = nonce };

    /// <summary>For one claim, and for nothing else ever: no answer to it can be an old one.</summary>
    public string NewToken() => $"{nonce}-{Interlocked.Increment(ref _claims)}";
}
