using Longwire.UsbIp.Wire;

namespace Longwire.Benchmarks;

/// <summary>Every URB of every radio passes here in link mode: one allocation each would be garbage for ever.</summary>
internal static class UrbHeaders
{
    private const int Rounds = 1_000_000;

    public static Figure Measure(string command)
    {
        var bytes = new byte[UrbHeader.Size];
        new CmdSubmit { Seqnum = 1, DevId = 2, Direction = UrbDirection.In, Ep = 3, TransferBufferLength = 4 }.Write(bytes);
        ParseAndWrite(bytes); // what the just-in-time compiler allocates is not ours
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < Rounds; i++) ParseAndWrite(bytes);
        double allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        return new Figure("allocated by parsing and writing a URB header", allocated / Rounds, "B", 0, command);
    }

    private static void ParseAndWrite(byte[] bytes) => CmdSubmit.Parse(bytes).Write(bytes);
}
