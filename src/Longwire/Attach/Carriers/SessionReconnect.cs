using Longwire.Attach.Pis;
using Longwire.Link.Errors;
using Longwire.Link.Liveness;
using Longwire.Link.Session;
using Longwire.Link.Tls;
using Longwire.Link.Wire;
using Longwire.Platform;

namespace Longwire.Attach.Carriers;

/// <summary>Gets a session another connection, for as long as the radio is held.</summary>
/// <param name="hello">All that is not the session's.</param>
/// <param name="hold">Counted from when the Pi was heard last.</param>
internal sealed class SessionReconnect(IPiLink link, Hello hello, TimeSpan hold, LinkClock clock)
{
    private long? _attempted;

    /// <summary>
    /// For how long our clock stood still while the connection was away, as a machine's does that was paused; what was written before that
    /// is older than it seems. The two sides need not have lost each other at the same moment, so what they may differ by does not count.
    /// </summary>
    public TimeSpan StoodStill { get; private set; }

    /// <param name="session">Whose connection is lost. All that fed our kernel from it has ended.</param>
    /// <param name="gate">Guards the session.</param>
    /// <param name="silentFor">For how long nothing was heard by now.</param>
    /// <returns>A connection over which the session goes on, and nothing was sent; else why there will be none, null if the time is
    /// over.</returns>
    public async Task<(PiConnection? Next, string? Why)> TryAsync(
        LinkSession session, Lock gate, TimeSpan silentFor, CancellationToken cancellationToken)
    {
        long lost = clock.Time.GetTimestamp();
        TimeSpan left = hold - silentFor;
        using var over = new Deadline(left > TimeSpan.Zero ? left : TimeSpan.Zero, clock.Time, cancellationToken);
        try
        {
            while (true)
            {
                // From the last one of the outage before, too: a Pi that welcomes and then breaks the protocol must cost next to nothing.
                if (_attempted is { } at
                    && LinkTimers.BetweenAttempts - clock.Time.GetElapsedTime(at) is var pause && pause > TimeSpan.Zero)
                    await Task.Delay(pause, clock.Time, over.Token);
                _attempted = clock.Time.GetTimestamp();
                (PiConnection? next, Refusal no) = await AttemptAsync(session, gate, over.Token);
                if (next is not null)
                {
                    TimeSpan ours = silentFor + clock.Time.GetElapsedTime(lost);
                    TimeSpan more = next.Welcome.Silence - ours - LinkTimers.LostAfter;
                    StoodStill = more > TimeSpan.Zero ? more : TimeSpan.Zero;
                    return (next, null);
                }
                if (no.Reason is not (RefusalReason.None or RefusalReason.OldEpoch or RefusalReason.Stopping or RefusalReason.NotReady))
                {
                    lock (gate) session.End(EndOf(no.Reason));
                    return (null, LinkRefusalText.Of(no.Reason, no.Version));
                }
            }
        }
        catch (OperationCanceledException) when (over.Token.IsCancellationRequested)
        {
            return (null, null);
        }
    }

    private static EndReason EndOf(RefusalReason reason) => reason switch
    {
        // Forgotten, as when the stick was pulled or the export started anew.
        RefusalReason.UnknownSession => EndReason.UnknownSession,
        RefusalReason.TakenOver => EndReason.TakenOver,
        RefusalReason.Superseded => EndReason.Superseded,
        RefusalReason.Revoked or RefusalReason.NotEnrolled => EndReason.Revoked,
        _ => EndReason.ProtocolError,
    };

    private async Task<(PiConnection? Next, Refusal No)> AttemptAsync(
        LinkSession session, Lock gate, CancellationToken cancellationToken)
    {
        PiConnection? connection = null;
        try
        {
            connection = await link.ReconnectAsync(() => Hello(session, gate), LinkTimers.Verdict, cancellationToken);
            bool isWelcome;
            lock (gate) isWelcome = session.TryWelcome(connection.Welcome);
            if (!isWelcome) return default;
            PiConnection welcomed = connection;
            connection = null;
            return (welcomed, default);
        }
        catch (LinkRefusedException e)
        {
            return (null, e.Refusal);
        }
        catch (LinkProtocolException)
        {
            // It contradicts the session.
            return (null, new Refusal(ProtocolVersion.Current, RefusalReason.ProtocolError));
        }
        catch (IOException)
        {
            return default;
        }
        finally
        {
            if (connection is not null) await connection.Connection.DisposeAsync();
        }
    }

    private Hello Hello(LinkSession session, Lock gate)
    {
        lock (gate)
        {
            // Ended here, a moment ago; whoever ended it also cancels.
            if (session.State is LinkState.Ending or LinkState.Ended) throw new LinkClosedException("the session is over");
            return session.Connect(hello);
        }
    }
}
