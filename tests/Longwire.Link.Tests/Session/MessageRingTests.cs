using Longwire.Link.Session;
using Longwire.Link.Wire;
using Xunit;

namespace Longwire.Link.Tests.Session;

/// <summary>The ring against a plain list: the same messages, whatever is added and removed where.</summary>
public sealed class MessageRingTests
{
    private static readonly LinkWindow s_window = new(16, 4096);

    [Fact]
    public void It_holds_what_a_list_would_hold()
    {
        for (int seed = Seeds.First; seed < Seeds.First + 300; seed++)
        {
            var random = new Random(seed);
            var ring = new MessageRing(s_window);
            var model = new List<byte[]>();
            for (int step = 0; step < 200; step++)
            {
                Step(random, ring, model);
                Assert.True(Same(ring, model), $"seed {seed}, step {step}");
                Assert.True(ring.Capacity <= s_window.Bytes + s_window.MaxMessage, $"seed {seed}, step {step}: {ring.Capacity} bytes");
            }
        }
    }

    [Fact]
    public void Memory_that_is_full_grown_is_kept_when_nothing_is_taken_out_of_the_middle()
    {
        var random = new Random(5);
        var ring = new MessageRing(s_window);
        byte[] message = new byte[4096];
        for (int step = 0; step < 5000; step++) FillAndDrain();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int step = 0; step < 5000; step++) FillAndDrain();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void FillAndDrain()
        {
            int length = random.Next(1, random.Next(2) == 0 ? 4097 : 300);
            while (!ring.HasRoom(length)) ring.RemoveFirst(1);
            ring.Add(message.AsSpan(0, length), 0, default);
        }
    }

    private static void Step(Random random, MessageRing ring, List<byte[]> model)
    {
        switch (random.Next(5))
        {
            case 0 when model.Count > 0:
                int count = random.Next(1, model.Count + 1);
                ring.RemoveFirst(count);
                model.RemoveRange(0, count);
                break;
            case 1 when model.Count > 0:
                int index = random.Next(model.Count);
                ring.RemoveAt(index);
                model.RemoveAt(index);
                break;
            case 2 when random.Next(20) == 0:
                ring.Clear();
                model.Clear();
                break;
            default:
                byte[] message = new byte[random.Next(1, random.Next(3) == 0 ? 4097 : 400)];
                random.NextBytes(message);
                bool room = model.Count < 16 && model.Sum(one => one.Length) + message.Length <= 4096;
                Assert.Equal(room, ring.HasRoom(message.Length));
                if (!room) break;
                ring.Add(message, 0, default);
                model.Add(message);
                break;
        }
    }

    private static bool Same(MessageRing ring, List<byte[]> model) =>
        ring.Count == model.Count
            && ring.Bytes == model.Sum(one => one.Length)
            && model.Index().All(one => ring.Message(one.Index).Span.SequenceEqual(one.Item));
}
