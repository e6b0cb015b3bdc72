using Longwire.Link.Wire;

namespace Longwire.Attach.Pis;

/// <summary>The way to a Pi to which we are paired, for whoever carries a radio.</summary>
internal interface IPiLink
{
    /// <summary>Who we are there.</summary>
    public LinkIdentity Own { get; }

    /// <summary>
    /// A radio of it is carried, or about to be: until that is over it is to be noticed at once when the Pi falls silent.
    /// </summary>
    /// <returns>Ends it.</returns>
    public IDisposable Attend();

    /// <summary>
    /// Connects to where the Pi is, once it is known to be there: one that is away is looked for by one alone, however many wait.
    /// </summary>
    /// <param name="hello">Asked for when it is about to be said.</param>
    /// <param name="within">From then on, once it is its turn: a few connect at one time.</param>
    /// <exception cref="Longwire.Link.Tls.LinkRefusedException">It said no.</exception>
    /// <exception cref="IOException">It did not answer, or was lost meanwhile.</exception>
    public Task<PiConnection> ConnectAsync(Func<Hello> hello, TimeSpan within, CancellationToken cancellationToken);

    /// <summary>
    /// The same for a stick that we had there: it need not wait until the Pi has said what it has. The hello may be asked for more than
    /// once.
    /// </summary>
    /// <inheritdoc cref="ConnectAsync"/>
    public Task<PiConnection> ReconnectAsync(Func<Hello> hello, TimeSpan within, CancellationToken cancellationToken);
}
