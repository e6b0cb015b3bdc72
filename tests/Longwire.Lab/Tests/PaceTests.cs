using Longwire.Lab.Machines;
using Xunit;

namespace Longwire.Lab.Tests;

/// <summary>What the lab measures is the program and not the test machine.</summary>
[Collection(FirstHouse.Name)]
public sealed class PaceTests(Home home) : LabTest(home)
{
    [Fact]
    public async Task The_guests_are_fast_enough_for_what_is_measured_in_them()
    {
        await Home.StartAsync(Home.Attic, Home.Host);
        foreach (Guest guest in new Guest[] { Home.Attic, Home.Host })
        {
            double pace = await Pace.OfAsync(guest);
            Say($"{guest.Name} is {pace:0.00} times slower than the machine that the promises are for");
            Assert.InRange(pace, 0, Pace.Slowest);
        }
    }
}
