using Longwire.Lab.Consumers;
using Longwire.Lab.Sticks;
using Longwire.Testing;
using Xunit;

namespace Longwire.Lab.Tests;

/// <summary>
/// zigbee-herdsman's zstack takes a stick that has not said a word 250 ms after its first one for hung, and pulls the line that resets it.
/// </summary>
[Collection(FirstHouse.Name)]
public sealed class FirstAnswerTests(Home home) : HoldingTest(home)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMilliseconds(250);

    [Theory(Explicit = true)]
    [InlineData(0)]
    [InlineData(50)]
    public async Task The_first_answer_of_a_carried_stick_comes_in_time(int roundTrip)
    {
        LabStick stick = await BringUpAsync(PiSide.Link, ConsumerKind.ZStack.Stick);
        // What is sent to the Pi waits so long, and nothing else does.
        Home.Attic.Cable.Delay(TimeSpan.FromMilliseconds(roundTrip));
        await AnswersInTimeAsync(stick, $"carried, a round trip of {roundTrip} ms");
    }

    /// <summary>What of it is the emulation's: the same program, kernel and stick, and no network.</summary>
    [Fact(Explicit = true)]
    public async Task The_first_answer_of_a_stick_that_is_plugged_in_here_comes_in_time()
    {
        await Home.StartAsync(Home.Host);
        await Home.Host.RunAsync(
            "modprobe dummy_hcd num=1 && modprobe -a libcomposite usb_f_acm && mkdir -p /sys/kernel/config && "
                + "{ grep -q configfs /proc/mounts || mount -t configfs none /sys/kernel/config; }");
        LabStick stick = await GadgetStick.MakeAsync(Home.Host, "local", ConsumerKind.ZStack.Stick);
        await stick.PlugAsync(0);
        try
        {
            await Home.Host.WaitForDeviceAsync(stick.Model.Path, Deadlines.Patience);
            await AnswersInTimeAsync(stick, "plugged in here");
        }
        finally
        {
            await Home.Host.RunAsync("stick drop local");
        }
    }

    private async Task AnswersInTimeAsync(LabStick stick, string how)
    {
        await using ConsumerAtWork zstack = await ConsumerAtWork.StartAsync(Home.Host, ConsumerKind.ZStack, stick, TimeProvider.System);
        TimeSpan asked = zstack.Consumer.OnTty("W").First().At, answered = zstack.Consumer.OnTty("R").First().At;
        Say($"{how}: the first answer came after {(answered - asked).TotalMilliseconds:0} ms");
        await KeepsPromiseAsync(answered - asked, s_patience, Home.Host);
        Assert.DoesNotContain(
            zstack.Consumer.Process.Lines, line => line.Text.Contains("skip bootloader", StringComparison.OrdinalIgnoreCase));
    }
}
