using Longwire.Lab.Machines;
using Longwire.Lab.Sticks;
using Xunit;

namespace Longwire.Lab;

/// <summary>A test of a radio that is held while its Pi is away.</summary>
public abstract class HoldingTest(Home home) : RadioTest(home)
{
    protected const string Holding = "hold_seconds: 300\n";

    // Giving a stick to usbip-host hangs its inside up, so that is opened for each exchange.
    protected static async Task ExchangeAsync(LabStick stick, GuestStream tty, string word)
    {
        byte[] said = System.Text.Encoding.ASCII.GetBytes(word);
        using ISerialEnd inside = await stick.OpenInsideAsync();
        await tty.WriteAsync(said, Cancelled);
        await HearsAsync(inside, said);
        await inside.WriteAsync(said, Cancelled);
        Assert.Equal(said, await tty.ReadExactlyAsync(said.Length, Patience));
    }

    // What was written in an outage may come before it.
    protected static async Task HearsAsync(ISerialEnd inside, byte[] said)
    {
        byte[] heard = [];
        while (!heard.AsSpan().EndsWith(said)) heard = [.. heard, .. await inside.ReadExactlyAsync(1, Patience)];
    }

    /// <param name="from">What was told before is not looked at.</param>
    /// <param name="since">Nor what the host's kernel said.</param>
    protected void StayedAttached(StickModel model, int from, TimeSpan since)
    {
        Assert.DoesNotContain(
            Watch.Messages.Skip(from),
            message => message.Topic == $"longwire/radio/{IdOf(model)}/event"
                && message.Payload.Contains("\"lost\"", StringComparison.Ordinal));
        Assert.Equal("on", Connected(Watch.Entities(), IdOf(model)));
        Assert.DoesNotContain(
            Home.Host.Kernel.Lines,
            line => line.Time >= since && line.Message.Contains("USB disconnect", StringComparison.Ordinal));
    }
}
