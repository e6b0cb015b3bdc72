using Longwire.Lab.Machines;
using Longwire.Lab.Sticks;
using Xunit;

namespace Longwire.Lab.Tests;

/// <summary>On machines that no other test uses. They are switched on for each row and off behind it.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class OtherMachines
{
    public const string Name = "other machines";
}

public abstract class OtherMachinesTest(MachineKind kind) : OpenCloseTest(new Home(kind))
{
    [Fact(Explicit = true)]
    public Task Two_opened_and_closed_two_hundred_times_while_their_radios_talk_keep_their_ports() =>
        OpenAndCloseThereAsync(200);

    [Fact(Explicit = true)]
    public Task Two_opened_and_closed_two_thousand_times_while_their_radios_talk_keep_their_ports() =>
        OpenAndCloseThereAsync(2000);

    [Theory(Explicit = true)]
    [InlineData(PiSide.Stock)]
    [InlineData(PiSide.Link)]
    public Task A_Pi_that_stands_still_for_a_moment_again_and_again_costs_nobody_a_port_and_its_kernel_nothing(PiSide side) =>
        OpenAndCloseWhileThePiStandsStillAsync(30, side, StickModel.ZWave, StickModel.Ftdi);

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await Home.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    private async Task OpenAndCloseThereAsync(int times)
    {
        await OpenAndCloseAsync(times, StickModel.ZWave, StickModel.Ftdi);
        foreach (Guest guest in new Guest[] { Home.Host, Home.Attic })
        {
            string release = await guest.RunAsync("uname -r");
            Say($"{guest.Name}: {release}");
            Assert.StartsWith(kind.Kernel ?? "", release, StringComparison.Ordinal);
            Assert.Equal($"{kind.Processors}", await guest.RunAsync("nproc"));
        }
    }
}

/// <summary>Two processors: what the drivers do at once is done at once.</summary>
[Collection(OtherMachines.Name)]
public sealed class TwoProcessorsTests() : OtherMachinesTest(new MachineKind(Processors: 2));

[Collection(OtherMachines.Name)]
public sealed class NewerKernelTests() : OtherMachinesTest(new MachineKind("6.12"));

[Collection(OtherMachines.Name)]
public sealed class NewerKernelOnTwoProcessorsTests() : OtherMachinesTest(new MachineKind("6.12", Processors: 2));
