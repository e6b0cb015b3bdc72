using Longwire.Options;

namespace Longwire.Supervisor;

/// <summary>The app's options, which the Supervisor keeps.</summary>
internal sealed class SupervisorOptionsStore(SupervisorClient supervisor) : IOptionsStore
{
    public Task<byte[]> ReadTypedAsync(CancellationToken cancellationToken) =>
        ToldAsync(() => supervisor.ReadTypedOptionsAsync(cancellationToken));

    public Task<byte[]> ReadFilledInAsync(CancellationToken cancellationToken) =>
        ToldAsync(() => supervisor.ReadOwnOptionsAsync(cancellationToken));

    public async Task WriteAsync(byte[] typed, CancellationToken cancellationToken)
    {
        try
        {
            await supervisor.WriteOwnOptionsAsync(typed, cancellationToken);
        }
        catch (SupervisorException e) when (e.Failure == SupervisorFailure.Away)
        {
            throw new UnconfirmedWriteException(e.Message, e);
        }
        catch (SupervisorException e)
        {
            throw new IOException(e.Message, e);
        }
    }

    private static async Task<byte[]> ToldAsync(Func<Task<byte[]>> asked)
    {
        try
        {
            return await asked();
        }
        catch (SupervisorException e)
        {
            throw new IOException(e.Message, e);
        }
    }
}
