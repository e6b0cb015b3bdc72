using System.Globalization;

namespace Longwire.UsbIp.Client;

/// <summary>
/// A time by which a piece of work must be done, on the caller's clock. It turns its own expiry into a <see cref="TimeoutException"/> that
/// names the step, and leaves the caller's cancellation what it is.
/// </summary>
internal sealed class StepDeadline : IDisposable
{
    private readonly CancellationToken _caller;
    private readonly TimeSpan _duration;
    private readonly CancellationTokenSource _timer;
    private readonly CancellationTokenSource _either;

    public StepDeadline(string step, TimeSpan duration, TimeProvider timeProvider, CancellationToken caller)
    {
        Step = step;
        _duration = duration;
        _caller = caller;
        _timer = new CancellationTokenSource(duration, timeProvider);
        _either = CancellationTokenSource.CreateLinkedTokenSource(_timer.Token, caller);
    }

    /// <summary>What is being waited for now, for the message: "reading the serial number of 1-1.4".</summary>
    public string Step { get; set; }

    public CancellationToken Token => _either.Token;

    /// <summary>True if this deadline, and not the caller, ended the work.</summary>
    public bool Expired => _timer.IsCancellationRequested && !_caller.IsCancellationRequested;

    public async Task<T> RunAsync<T>(Func<Task<T>> work)
    {
        try
        {
            return await work();
        }
        catch (OperationCanceledException e) when (Expired)
        {
            throw Exception(e);
        }
    }

    public TimeoutException Exception(Exception? cause = null) =>
        new(string.Create(CultureInfo.InvariantCulture, $"{Step}: not done within {_duration.TotalSeconds:0.###} s"), cause);

    public void Dispose()
    {
        _either.Dispose();
        _timer.Dispose();
    }
}
