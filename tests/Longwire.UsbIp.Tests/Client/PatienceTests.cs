using System.Globalization;
using Longwire.Testing;
using Longwire.Testing.Usbipd;
using Longwire.UsbIp.Client;
using Longwire.UsbIp.Usb;
using Microsoft.Extensions.Time.Testing;
using Xunit;
using static Longwire.UsbIp.Tests.Client.ScriptedIdentity;

namespace Longwire.UsbIp.Tests.Client;

/// <summary>A stick far away, or on a slow Pi: each answer has its time, and texts are given up before the stick is.</summary>
public sealed class PatienceTests
{
    [Theory]
    [InlineData(100, DeviceTexts.None)]
    [InlineData(300, DeviceTexts.None)]
    [InlineData(600, DeviceTexts.None)]
    [InlineData(900, DeviceTexts.Serial)]
    [InlineData(1500, DeviceTexts.Manufacturer | DeviceTexts.Product | DeviceTexts.Serial)]
    [InlineData(1900, DeviceTexts.Manufacturer | DeviceTexts.Product | DeviceTexts.Serial)]
    public async Task Answers_are_waited_for_one_by_one_and_of_a_slow_stick_texts_are_given_up_first(int milliseconds, DeviceTexts unread)
    {
        var clock = new SteppedClock();
        var stick = new ScriptedStick
        {
            Twist = (_, _, header, data) =>
            {
                clock.Advance(TimeSpan.FromMilliseconds(milliseconds));
                return (header, data);
            },
        };
        DeviceIdentity identity = await ReadAsync(stick, clock: clock);
        Assert.Equal((unread, 1), (identity.Unread, identity.Interfaces.Length));
    }

    [Theory]
    [InlineData(0, 2)]
    [InlineData(100, 2.4)]
    [InlineData(250, 3)]
    [InlineData(1900, 3)]
    public async Task A_long_way_to_the_server_has_more_patience_up_to_a_limit(int roundTrip, double patience)
    {
        var clock = new LongWay(TimeSpan.FromMilliseconds(roundTrip));
        var stick = new ScriptedStick { Answers = 0, FallenSilent = () => clock.Advance(TimeSpan.FromSeconds(patience)) };
        await using FakeUsbipd server = FakeUsbipd.Start(client => stick.ServeAsync(client));
        using UsbIpConnection connection = await ImportAsync(server, clock);
        Assert.Equal(TimeSpan.FromMilliseconds(roundTrip), connection.ConnectTime);
        var e = await Assert.ThrowsAsync<TimeoutException>(
            () => connection.ReadIdentityAsync(ScriptedStick.Exported, TestContext.Current.CancellationToken));
        Assert.EndsWith(
            string.Create(CultureInfo.InvariantCulture, $"not done within {patience} s"), e.Message,
            StringComparison.Ordinal);
    }

    /// <summary>Between the two looks that measure a connection so much time goes by.</summary>
    private sealed class LongWay(TimeSpan roundTrip) : FakeTimeProvider
    {
        private int _looks;

        // The connector looks when it begins, when it takes what is left of its time, and right before and after it connects.
        public override long GetTimestamp()
        {
            if (++_looks == 5) Advance(roundTrip);
            return base.GetTimestamp();
        }
    }
}
