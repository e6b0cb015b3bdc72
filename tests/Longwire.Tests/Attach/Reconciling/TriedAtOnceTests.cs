using Longwire.Attach;
using Longwire.Options;
using Xunit;
using static Longwire.Tests.Attach.AttachBench;

namespace Longwire.Tests.Attach.Reconciling;

/// <summary>What is asked of one Pi at once fits what a Longwire there answers at once.</summary>
public sealed class TriedAtOnceTests
{
    // Our own question for the list, and a person's.
    private const int Others = 2;

    [Fact]
    public async Task Of_many_sticks_so_many_are_tried_at_once_as_find_a_place_beside_the_questions_for_the_list()
    {
        await using var bench = new AttachBench();
        bench.Load(Wishes([Pi("attic")]));
        bench.List("attic", [.. Enumerable.Range(1, 20).Select(port => Device($"1-1.{port}", (uint)port))]);
        await bench.SettledAsync();
        Assert.Equal(PiOptions.ConnectionsAtOnce, bench.Attachments.Count + Others);
        bench.Tell(new AttachEvent.Ended(bench.Attachments[0], new AttachOutcome.Failed("cut")));
        await bench.SettledAsync();
        Assert.Equal(PiOptions.ConnectionsAtOnce, bench.Attachments.Count - 1 + Others);
        Assert.Equal(bench.Attachments.Count, bench.Attachments.Select(attachment => attachment.BusId).Distinct().Count());
    }
}
