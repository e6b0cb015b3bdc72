using System.Net;
using Longwire.Link.Errors;
using Longwire.Link.Liveness;
using Longwire.Link.Wire;

namespace Longwire.Attach.Pis;

/// <summary>
/// Connects sessions to a Pi, beside its control connection and where that is taken. A session that waits for the Pi's return begins its
/// own handshake at that moment, which asks for the Pi's key as well, and not only after the Pi has looked through its sticks.
/// </summary>
internal sealed class SessionConnector(PiConnector connector)
{
    private readonly AnsweringAddress _answering = new();
#pragma warning disable CA2213 // Whoever still connects through this, or asks once more, must not find it gone; it has nothing to free.
    private readonly SemaphoreSlim _computing = new(LinkTimers.MostTaken);
#pragma warning restore CA2213

    /// <inheritdoc cref="IPiLink.ConnectAsync"/>
    public async Task<PiConnection> ConnectAsync(Func<Hello> hello, TimeSpan within, CancellationToken cancellationToken)
    {
        while (true)
        {
            (Task<IPEndPoint> answering, CancellationToken lost) = _answering.Now;
            IPEndPoint at = await answering.WaitAsync(cancellationToken);
            bool isCertain = _answering.IsCertain;
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, lost);
            try
            {
                await _computing.WaitAsync(either.Token);
                using var place = new Place(_computing);
                // What the Pi does with the hello may take its time, and is another one's for each stick.
                return await connector.ConnectAsync(at, hello(), within, new AttemptProgress { Secured = place.Dispose }, either.Token);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                if (isCertain) throw new LinkClosedException($"{at} was lost meanwhile");
            }
            catch (LinkClosedException e) when (PiConnector.IsNobodyThere(e) && !isCertain)
            {
                // What took the control connection there a moment ago was on its way out.
                _answering.Lose(at);
            }
        }
    }

    /// <returns>Held during its handshake, which counts among those that the Pi computes; null: there is no place.</returns>
    public IDisposable? ControlTaken(IPEndPoint at)
    {
        Place? place = _computing.Wait(0) ? new Place(_computing) : null;
        _answering.Answers(at);
        return place;
    }

    /// <summary>What was taken came to nothing.</summary>
    public void ControlDropped(IPEndPoint at) => _answering.Lose(at);

    public void ControlStands(IPEndPoint at) => _answering.Stands(at);

    public void ControlLost() => _answering.Lose();

    /// <summary>Left once, however often it is asked to.</summary>
    private sealed class Place(SemaphoreSlim places) : IDisposable
    {
        private int _left;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _left, 1) == 0) places.Release();
        }
    }
}
