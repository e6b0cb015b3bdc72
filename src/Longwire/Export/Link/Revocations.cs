namespace Longwire.Export.Link;

/// <summary>
/// Ends what hosts have that are not let in any more: <c>longwire pair --revoke</c> is another process, which has no way to tell.
/// </summary>
internal sealed class Revocations(Enrolment enrolment, HostControls controls, HostSessions sessions, TimeProvider time)
{
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            await Task.Delay(ExportTimers.RevocationLook, time, cancellationToken);
            controls.EndAllBut(IsLetIn);
            sessions.EndAllBut(IsLetIn);
        }
    }

    private bool IsLetIn(Client.Host host) => enrolment.IsEnrolled(host.Key);
}
