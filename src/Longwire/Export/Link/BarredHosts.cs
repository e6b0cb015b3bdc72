namespace Longwire.Export.Link;

/// <summary>
/// Ends what a host has that is not let in any more: one that never loses its connection would never be told. 'longwire pair' is another
/// process, and all that is seen of it is its file.
/// </summary>
internal sealed class BarredHosts(Enrolment enrolment, HostControls controls, HostSessions sessions, TimeProvider time)
{
    /// <summary>Until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var every = new PeriodicTimer(ExportTimers.Barred, time);
        while (await every.WaitForNextTickAsync(cancellationToken))
        {
            sessions.EndAllBut(IsLetIn);
            controls.EndAllBut(IsLetIn);
        }
    }

    private bool IsLetIn(Client.Host host) => enrolment.IsEnrolled(host.Key);
}
