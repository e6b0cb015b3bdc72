using Longwire.HomeAssistant.Broker;
using Longwire.HomeAssistant.Discovery;

namespace Longwire.HomeAssistant.Ownership;

internal enum OwnersLife
{
    /// <summary>Says nothing about who lives.</summary>
    Unproven,

    /// <summary>Of a release that answers without naming the claim: if it lives, it answers the next one as well.</summary>
    AskAgain,
    Proven,
}

/// <summary>
/// Which <c>bridge/info</c> proves that its sender lives. Looking as if just said does not: a bridge between brokers hands on what lies
/// retained on the other one as a live message, of a dead instance too. An answer to our own claim does. Former releases answer
/// by publishing their info again, without a word about the claim, so they have to do it twice.
/// </summary>
internal sealed class ClaimAnswers(OwnInstance self, TimeProvider time)
{
    // Anybody may write to that topic; more than these few are never there.
    private const int MostOldReleases = 16;

    private readonly Dictionary<string, long> _oldReleases = new(StringComparer.Ordinal);

    /// <summary>For the next claim; answers to earlier ones no longer count.</summary>
    public string NewToken() => Token = self.NewToken();

    public string? Token { get; private set; }

    public OwnersLife ProvedBy(BridgeInfoMessage info)
    {
        if (info.Answers is not null) return info.Answers == Token ? OwnersLife.Proven : OwnersLife.Unproven;
        // It would have answered.
        if (info.Nonce is not null) return OwnersLife.Unproven;
        bool again = _oldReleases.TryGetValue(info.InstanceId, out long last) && time.GetElapsedTime(last) < BrokerTimers.HeardAgainWithin;
        if (_oldReleases.Count >= MostOldReleases) _oldReleases.Clear();
        _oldReleases[info.InstanceId] = time.GetTimestamp();
        return again ? OwnersLife.Proven : OwnersLife.AskAgain;
    }
}
