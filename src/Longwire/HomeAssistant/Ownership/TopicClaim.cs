using System.Text;
using Longwire.HomeAssistant.Broker;
using Longwire.HomeAssistant.Discovery;
using Longwire.Platform;

namespace Longwire.HomeAssistant.Ownership;

/// <summary>
/// Two Longwires must not publish under one base topic: their wills would declare each other dead, and each would clear the
/// other's radios. What lies retained cannot tell who lives (a broker that lost its power keeps <c>online</c> of the
/// dead for ever, and a container with a new data folder has a new id), so an instance asks, and the living answer:
/// <list type="number">
/// <item>say "I would like it" on the claim topic, not retained;</item>
/// <item>its owner answers at once with its info, which names the claim: the claim is lost (see <see cref="ClaimAnswers"/>);</item>
/// <item>another claim at the same moment: who published here before in this life goes first, else the lower id, else the lower nonce.
/// The winner says so again, for the loser may have subscribed after the first time;</item>
/// <item>nobody answers for a while: it is ours.</item>
/// </list>
/// Should two owners ever meet (a broken bridge between brokers that heals), the lower id stays; see <see cref="TopicDefence"/>.
/// </summary>
internal sealed class TopicClaim(
    BrokerConnection connection, IncomingMessages inbox, Topics topics, OwnInstance self, bool incumbent, ReadAccess access,
    TimeProvider time)
{
    private readonly ClaimMessage _mine = self.Claim(incumbent);
    private readonly ClaimAnswers _answers = new(self, time);
    private Instance? _retainedOwner;
    private bool _saysOnline;
    private bool _mayAnswerLate;

    /// <param name="knownOwner">Whom we stood by for; it gets time to come back first.</param>
    /// <returns>The instance that holds it; null if it is ours.</returns>
    public async Task<Instance?> TryAsync(Instance? knownOwner, CancellationToken cancellationToken)
    {
        IReadOnlyCollection<string> refused =
            await connection.SubscribeAsync(topics.Bridge, withRetained: true, retainAsPublished: false, cancellationToken);
        access.Subscribed(topics.Bridge, refused);
        await ClaimAsync(cancellationToken);

        long start = time.GetTimestamp();
        while (true)
        {
            TimeSpan left = SettlesAfter(knownOwner) - time.GetElapsedTime(start);
            if (left <= TimeSpan.Zero) return null;
            if (await NextAsync(left, cancellationToken) is not { } message) continue;
            if (await HeedAsync(message, knownOwner, cancellationToken) is { } owner) return owner;
        }
    }

    private TimeSpan SettlesAfter(Instance? knownOwner)
    {
        if (knownOwner is not null && self.IsCopiedToOldRelease(knownOwner)) return BrokerTimers.ClaimSettlesUnasked;
        bool seen = knownOwner is not null || _mayAnswerLate || (_saysOnline && _retainedOwner is not null);
        // Our own claim did not come back: either the broker is slow, or it lets us read nothing, and answers neither.
        return seen || !access.IsKnown(topics.BridgeClaim) ? BrokerTimers.ClaimSettlesLate : BrokerTimers.ClaimSettles;
    }

    private async Task<Instance?> HeedAsync(IncomingMessage message, Instance? knownOwner, CancellationToken cancellationToken)
    {
        if (message.Topic == topics.BridgeState)
        {
            _saysOnline = Encoding.UTF8.GetString(message.Payload) == Topics.Online;
            return null;
        }
        if (message.Topic == topics.BridgeInfo)
        {
            BridgeInfoMessage? info = Payload.TryRead(message.Payload, BridgeInfoJson.Default.BridgeInfoMessage);
            return info is null || self.Is(info.Sender) ? null : await HeedInfoAsync(info, message.Retained, knownOwner, cancellationToken);
        }
        ClaimMessage? other = Payload.TryRead(message.Payload, ClaimJson.Default.ClaimMessage);
        if (other is null || self.Is(other.Sender)) return null;
        if (!GoesBefore(_mine, other)) return other.Sender;
        await ClaimAsync(cancellationToken);
        return null;
    }

    private async Task<Instance?> HeedInfoAsync(
        BridgeInfoMessage info, bool retained, Instance? knownOwner, CancellationToken cancellationToken)
    {
        // Our own from an earlier life looks the same as that of somebody with a copy of our data folder; only time tells.
        _retainedOwner = info.Sender;
        if (retained) return null;
        if (info.Sender == knownOwner && self.IsCopiedToOldRelease(info.Sender)) return info.Sender;
        switch (_answers.ProvedBy(info))
        {
            case OwnersLife.Proven:
                return info.Sender;
            case OwnersLife.AskAgain:
                _mayAnswerLate = true;
                await ClaimAsync(cancellationToken);
                break;
        }
        return null;
    }

    /// <summary>Both sides come to the same answer. No nonce goes first: that release would never yield to its own id.</summary>
    internal static bool GoesBefore(ClaimMessage one, ClaimMessage other)
    {
        int byId = string.CompareOrdinal(one.InstanceId, other.InstanceId);
        bool formerRelease = byId == 0 && (one.Nonce is null || other.Nonce is null);
        if (one.Incumbent != other.Incumbent && !formerRelease) return one.Incumbent;
        return byId != 0 ? byId < 0 : string.CompareOrdinal(one.Nonce, other.Nonce) < 0;
    }

    private Task<bool> ClaimAsync(CancellationToken cancellationToken) => connection.SayAsync(
        topics.BridgeClaim, Payload.Of(_mine with { Token = _answers.NewToken() }, ClaimJson.Default.ClaimMessage), cancellationToken);

    private async Task<IncomingMessage?> NextAsync(TimeSpan within, CancellationToken cancellationToken)
    {
        if (inbox.Bridge.TryRead(out IncomingMessage message)) return message;
        using var deadline = new Deadline(within, time, cancellationToken);
        try
        {
            return await inbox.Bridge.ReadAsync(deadline.Token);
        }
        catch (OperationCanceledException) when (deadline.Passed && !cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }
}
