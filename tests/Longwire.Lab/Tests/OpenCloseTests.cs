using Longwire.Lab.Sticks;
using Xunit;

namespace Longwire.Lab.Tests;

/// <summary>On the machines of all tests.</summary>
[Collection(FirstHouse.Name)]
public sealed class OpenCloseTests(Home home) : OpenCloseTest(home)
{
    [Fact]
    public Task Two_opened_and_closed_two_hundred_times_while_their_radios_talk_keep_their_ports() =>
        OpenAndCloseAsync(200, StickModel.ZWave, StickModel.Ftdi);

    [Fact(Explicit = true)]
    public Task Two_opened_and_closed_two_thousand_times_while_their_radios_talk_keep_their_ports() =>
        OpenAndCloseAsync(2000, StickModel.ZWave, StickModel.Ftdi);
}
