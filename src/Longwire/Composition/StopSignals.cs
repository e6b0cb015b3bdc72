using System.Runtime.InteropServices;

namespace Longwire.Composition;

/// <summary>
/// The signals that ask this process to stop, heard for as long as this lives. A host hears them too, but only its own life long: a role
/// that is being started anew must not lose one in between.
/// </summary>
internal sealed class StopSignals : IDisposable
{
    private static readonly PosixSignal[] s_signals = [PosixSignal.SIGTERM, PosixSignal.SIGINT, PosixSignal.SIGQUIT];

    private readonly CancellationTokenSource _stop;
    private readonly PosixSignalRegistration[] _registrations;

    /// <param name="cancellationToken">Somebody else's way to say the same.</param>
    public StopSignals(CancellationToken cancellationToken)
    {
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _registrations = [.. s_signals.Select(signal => PosixSignalRegistration.Create(signal, Heard))];
    }

    public CancellationToken Token => _stop.Token;

    public void Dispose()
    {
        foreach (PosixSignalRegistration registration in _registrations) registration.Dispose();
        _stop.Dispose();
    }

    private void Heard(PosixSignalContext context)
    {
        // Not the runtime's answer, which is to end at once.
        context.Cancel = true;
        _stop.Cancel();
    }
}
