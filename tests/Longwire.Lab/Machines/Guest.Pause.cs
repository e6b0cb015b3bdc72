namespace Longwire.Lab.Machines;

public abstract partial class Guest
{
    /// <summary>
    /// Its processors stop, and its clock with them, and go on after this time of the test machine's clock. What is asked of it waits.
    /// </summary>
    public async Task PauseAsync(TimeSpan time, CancellationToken cancellationToken = default)
    {
        using EmulatorControl control = await EmulatorControl.ConnectAsync(_emulator!.ControlAddress, cancellationToken);
        await control.PauseAsync(cancellationToken);
        try
        {
            await Task.Delay(time, Time, cancellationToken);
        }
        finally
        {
            await control.ContinueAsync(CancellationToken.None);
            _clock = await GuestClock.ReadAsync(this, Time);
        }
    }
}
