using Longwire.Options;

namespace Longwire.Supervisor;

/// <summary>The app's options, which the Supervisor keeps.</summary>
internal sealed class SupervisorOptionsStore(SupervisorClient supervisor) : IOptionsStore
{
    public Task<byte[]> ReadTypedAsync(CancellationToken cancellationToken) =>
        ToldAsync(() => supervisor.ReadTypedOptionsAsync(cancellationToken));

    public Task<byte[]> ReadFilledInAsync(CancellationToken cancellationToken) =>
        ToldAsync(() => supervisor.ReadOwnOptionsAsync(cancellationToken));

    public Task WriteAsync(byte[] typed, CancellationToken cancellationToken) => ToldAsync(async () =>
    {
        await supervisor.WriteOwnOptionsAsync(typed, cancellationToken);
        return typed;
    });

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
