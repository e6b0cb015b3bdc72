using System.Text;
using Longwire.HomeAssistant.Broker;
using Longwire.HomeAssistant.Discovery;
using Longwire.Platform;
using Longwire.State;
using Microsoft.Extensions.Logging;

namespace Longwire.HomeAssistant.Ownership;

/// <summary>
/// Keeps the base topic while it is ours: answers those who ask for it, puts right what speaks for us and is not from us, and gives way
/// to another owner that goes before us and is proved to live.
/// </summary>
internal sealed class TopicDefence(
    BrokerConnection connection,
    IncomingMessages inbox,
    Topics topics,
    OwnInstance self,
    StateFeed feed,
    TimeProvider time,
    ILogger logger)
{
    private readonly ClaimMessage _mine = self.Claim(incumbent: true);
    private readonly ClaimAnswers _answers = new(self, time);
    private Instance? _told;
    private long? _askedAt;
    private long? _shownAt;

    /// <param name="sayOnline">Says that we are, if we have said so before.</param>
    /// <returns>The instance that goes before us; otherwise only an exception or cancellation ends it.</returns>
    public async Task<Instance> RunAsync(Func<CancellationToken, Task> sayOnline, CancellationToken cancellationToken)
    {
        await foreach (IncomingMessage message in inbox.Bridge.ReadAllAsync(cancellationToken))
        {
            if (message.Retained) continue;
            Instance? other = null;
            if (message.Topic == topics.BridgeState)
            {
                // The will of a connection that the broker buried late, or somebody's mistake: we are here.
                if (Encoding.UTF8.GetString(message.Payload) != Topics.Online) await sayOnline(cancellationToken);
            }
            else if (message.Topic == topics.BridgeClaim)
            {
                ClaimMessage? claim = Payload.TryRead(message.Payload, ClaimJson.Default.ClaimMessage);
                if (claim is not null && !self.Is(claim.Sender)) other = await HeedClaimAsync(claim, cancellationToken);
            }
            else
            {
                BridgeInfoMessage? info = Payload.TryRead(message.Payload, BridgeInfoJson.Default.BridgeInfoMessage);
                if (info is not null && !self.Is(info.Sender)) other = await HeedInfoAsync(info, cancellationToken);
            }
            if (other is not null) return other;
        }
        throw new OperationCanceledException(cancellationToken);
    }

    private async Task<Instance?> HeedClaimAsync(ClaimMessage claim, CancellationToken cancellationToken)
    {
        // It takes our answer for its own words, and will have the topic in a moment: rather no owner for that long than two.
        if (self.IsCopiedToOldRelease(claim.Sender)) return claim.Sender;
        Tell(claim.Sender);
        // Not retained: it answers this claim, and would speak for the dead later.
        await connection.SayAsync(topics.BridgeInfo, Info(claim.Token), cancellationToken);
        return null;
    }

    private async Task<Instance?> HeedInfoAsync(BridgeInfoMessage info, CancellationToken cancellationToken)
    {
        OwnersLife life = _answers.ProvedBy(info);
        // It may have replaced ours on the broker, whoever said it. (The answer that we asked for did not.)
        bool replaced = life != OwnersLife.Proven || info.Answers is null;
        if (replaced && IsDue(ref _shownAt, BrokerTimers.ClaimSettles))
        {
            await connection.RetainAsync(topics.BridgeInfo, Info(answers: null), cancellationToken);
        }
        switch (life)
        {
            case OwnersLife.Proven:
                var theirs = new ClaimMessage(info.InstanceId, Incumbent: true) { Nonce = info.Nonce };
                if (!TopicClaim.GoesBefore(_mine, theirs)) return info.Sender;
                // It learns it from our info, or by asking.
                Tell(info.Sender);
                break;
            case OwnersLife.AskAgain:
                await AskAsync(cancellationToken);
                break;
            case OwnersLife.Unproven when IsDue(ref _askedAt, BrokerTimers.ClaimSettlesLate):
                await AskAsync(cancellationToken);
                break;
        }
        return null;
    }

    private Task<bool> AskAsync(CancellationToken cancellationToken) => connection.SayAsync(
        topics.BridgeClaim, Payload.Of(_mine with { Token = _answers.NewToken() }, ClaimJson.Default.ClaimMessage), cancellationToken);

    private byte[] Info(string? answers) => RetainedSnapshot.BridgeInfo(feed.Current.Bridge, self.Version, self.Nonce, answers);

    /// <summary>Two that answer each other must not do it as fast as the network.</summary>
    private bool IsDue(ref long? last, TimeSpan every)
    {
        if (last is { } then && time.GetElapsedTime(then) < every) return false;
        last = time.GetTimestamp();
        return true;
    }

    private void Tell(Instance other)
    {
        if (_told is { } told && told.Id == other.Id) return;
        _told = other;
        ILogger log = logger.About("base topic", other.Id);
        if (self.IsCopiedTo(other)) MqttLog.DefendedFromCopy(log, Printable.Of(other.Id, 40), topics.Base);
        else MqttLog.Defended(log, Printable.Of(other.Id, 40), topics.Base);
    }
}
