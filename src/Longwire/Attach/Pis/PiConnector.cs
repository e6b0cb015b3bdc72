using System.Net;
using System.Net.Sockets;
using Longwire.Link.Errors;
using Longwire.Link.Liveness;
using Longwire.Link.Pairing;
using Longwire.Link.Tls;
using Longwire.Link.Wire;
using Longwire.Platform;
using Longwire.UsbIp.Net;

namespace Longwire.Attach.Pis;

/// <summary>Connects to one Pi: from the SYN to its verdict.</summary>
/// <param name="pin">Whoever has another key is not told anything.</param>
internal sealed class PiConnector(LinkKey own, KeyPin pin, TimeProvider time)
{
    /// <summary>One attempt at one address.</summary>
    /// <param name="within">For all of it; for the first part <see cref="LinkTimers.Dial"/> at most.</param>
    /// <param name="progress">Is told how far it is.</param>
    /// <exception cref="LinkRefusedException">It said no.</exception>
    /// <exception cref="LinkPinException">Another key answers there.</exception>
    /// <exception cref="IOException">No answer, or not the link's.</exception>
    public async Task<PiConnection> ConnectAsync(
        IPEndPoint to, Hello hello, TimeSpan within, AttemptProgress progress, CancellationToken cancellationToken)
    {
        using var deadline = new Deadline(within, time, cancellationToken);
        LinkConnection? connection = null;
        try
        {
            long start = time.GetTimestamp();
            (Socket socket, PromptRead? wait) = await DialInTimeAsync(to, deadline.Token);
            TimeSpan took = time.GetElapsedTime(start);
            await BeginHandshakeAsync(socket, wait, progress, deadline.Token);
            connection = await LinkTls.ConnectAsync(socket, own, pin, deadline.Token, wait);
            progress.Secured();
            Welcome welcome = await Handshake.AskAsync(connection, hello, deadline.Token);
            var welcomed = new PiConnection(connection, welcome, to, took);
            connection = null;
            return welcomed;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw NoAnswer(to, within);
        }
        finally
        {
            if (connection is not null) await connection.DisposeAsync();
        }
    }

    /// <summary>
    /// Attempts, one every <see cref="LinkTimers.BetweenAttempts"/>, until one is welcomed: so the network's return is noticed at once,
    /// though the attempts of before hang in it. Fewer once one is taken, see <see cref="LinkTimers"/>.
    /// </summary>
    /// <param name="hello">A new one for each attempt.</param>
    /// <param name="atOnce">Attempts under way at one time.</param>
    /// <param name="failed">Is told why an attempt came to nothing, and may throw to end it.</param>
    /// <param name="taken">Is told where somebody has taken one, on any thread; its handshake begins when that has ended.</param>
    public async Task<PiConnection> ConnectAnywhereAsync(
        PiAddresses addresses, Func<Hello> hello, int atOnce, Func<IOException, TimeSpan> failed, Func<IPEndPoint, Task> taken,
        CancellationToken cancellationToken)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var attempts = new List<Attempt>(atOnce);
        int strangers = 0;
        long began = time.GetTimestamp();
        try
        {
            while (true)
            {
                cancellationToken.ThrowIfCancellationRequested();
                addresses.LookUp();
                IPEndPoint? next = attempts.Count < atOnce ? addresses.Next() : null;
                if (next is not null && !IsComputing(attempts, next)) attempts.Add(Begin(next, hello(), taken, over.Token));
                else if (next is null && addresses.Problem is { } problem && attempts.Count == 0)
                    failed(new LinkClosedException(problem));
                // Whoever takes connections and hangs does not answer either.
                if (attempts.Find(attempt => time.GetElapsedTime(attempt.Begun) >= LinkTimers.Dial) is { } old)
                    failed(NoAnswer(old.To, LinkTimers.Dial));
                Task pause = Task.Delay(LinkTimers.BetweenAttempts, time, over.Token);
                while (await Task.WhenAny([pause, .. attempts.Select(attempt => attempt.Connecting)]) is Task<PiConnection> ended)
                {
                    attempts.RemoveAll(attempt => attempt.Connecting == ended);
                    if (ended.IsCompletedSuccessfully)
                    {
                        PiConnection welcomed = await ended;
                        addresses.Last = welcomed.EndPoint;
                        return welcomed;
                    }
                    if (ended.Exception?.InnerException is not IOException why) await ended;
                    // Another machine at one address says nothing of the others: two Pis may have changed theirs.
                    else if (why is LinkPinException && ++strangers % addresses.Turns != 0) continue;
                    else if (failed(why) is var more && more > TimeSpan.Zero) await Task.Delay(more, time, over.Token);
                    else if (IsNobodyThere(why) && time.GetElapsedTime(began) < LinkTimers.SoonFor)
                        pause = Task.Delay(LinkTimers.SoonAgain, time, over.Token);
                }
            }
        }
        finally
        {
            await over.CancelAsync();
            foreach (Attempt attempt in attempts) await DropAsync(attempt.Connecting);
        }
    }

    private static LinkClosedException NoAnswer(IPEndPoint to, TimeSpan within) =>
        new($"{to} did not answer within {within.TotalSeconds:0.#} s");

    private static bool IsNobodyThere(IOException why) =>
        why.InnerException is SocketException { SocketErrorCode: SocketError.ConnectionRefused };

    private Attempt Begin(IPEndPoint to, Hello hello, Func<IPEndPoint, Task> taken, CancellationToken cancellationToken)
    {
        var attempt = new Attempt(to, time.GetTimestamp());
        var progress = new AttemptProgress
        {
            BeforeHandshake = () =>
            {
                attempt.IsTaken = true;
                return taken(to);
            },
        };
        attempt.Connecting = ConnectAsync(to, hello, LinkTimers.Verdict, progress, cancellationToken);
        return attempt;
    }

    private bool IsComputing(List<Attempt> attempts, IPEndPoint at)
    {
        List<Attempt> taken = attempts.FindAll(attempt => attempt.IsTaken && attempt.To.Equals(at));
        return taken.Count >= LinkTimers.MostTaken
            || taken.Exists(attempt => time.GetElapsedTime(attempt.Begun) < LinkTimers.BesideTaken);
    }

    private async Task<(Socket Socket, PromptRead? Wait)> DialInTimeAsync(IPEndPoint to, CancellationToken cancellationToken)
    {
        using var deadline = new Deadline(LinkTimers.Dial, time, cancellationToken);
        try
        {
            return await DialAsync(to, deadline.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw NoAnswer(to, LinkTimers.Dial);
        }
    }

    private static async Task<(Socket Socket, PromptRead? Wait)> DialAsync(IPEndPoint to, CancellationToken cancellationToken)
    {
        Socket? socket = null;
        PromptRead? wait = null;
        try
        {
            // That alone fails for an IPv6 address on a kernel without IPv6, and where too much is open.
            socket = new Socket(to.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            // A control connection without a ping for a while: its loss is noticed all the same.
            DeadPeerDetection.Apply(socket);
            wait = PromptRead.TryOf(socket);
            await (wait is null ? socket.ConnectAsync(to, cancellationToken).AsTask() : wait.ConnectAsync(socket, to, cancellationToken));
            (Socket, PromptRead?) dialled = (socket, wait);
            (socket, wait) = (null, null);
            return dialled;
        }
        catch (SocketException e)
        {
            throw new LinkClosedException($"{to}: {e.Message}", e);
        }
        finally
        {
            wait?.Dispose();
            socket?.Dispose();
        }
    }

    // Until its handshake nobody else disposes it.
    private static async Task BeginHandshakeAsync(
        Socket socket, PromptRead? wait, AttemptProgress progress, CancellationToken cancellationToken)
    {
        bool isTaken = false;
        try
        {
            await progress.BeforeHandshake().WaitAsync(cancellationToken);
            isTaken = true;
        }
        finally
        {
            if (!isTaken)
            {
                wait?.Dispose();
                socket.Dispose();
            }
        }
    }

    // One that was welcomed a moment too late: its server sees it go.
    private static async Task DropAsync(Task<PiConnection> attempt)
    {
        await ((Task)attempt).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (attempt.IsCompletedSuccessfully) await (await attempt).Connection.DisposeAsync();
    }

    private sealed class Attempt(IPEndPoint to, long begun)
    {
        private volatile bool _isTaken;

        public IPEndPoint To => to;
        public long Begun => begun;
        public Task<PiConnection> Connecting { get; set; } = null!;

        public bool IsTaken
        {
            get => _isTaken;
            set => _isTaken = value;
        }
    }
}
