using Longwire.Export.Link;
using Longwire.Link.Pairing;
using Longwire.Link.Wire;
using Xunit;
using static Longwire.Tests.Export.Link.PiWithHosts;

namespace Longwire.Tests.Export.Link;

/// <summary>Whatever stands in link-hosts.json: it is understood, or an error says so; nobody is let in by chance.</summary>
public sealed class HostileEnrolmentFileTests : IDisposable
{
    private const int Files = 3000;

    private readonly PiWithHosts _pi = new();

    public void Dispose() => _pi.Dispose();

    [Fact]
    public void A_damaged_file_is_read_or_told_with_its_path()
    {
        Assert.Equal(RefusalReason.None, _pi.Export.Judge(Key(1), _pi.Pair(), "house"));
        _pi.Pair();
        byte[] good = File.ReadAllBytes(_pi.Store.Path);
        int read = 0, told = 0;
        for (int seed = 1; seed <= Files; seed++)
        {
            byte[] bytes = Damage(good, new Random(seed));
            File.WriteAllBytes(_pi.Store.Path, bytes);
            try
            {
                EnrolmentFile file = _pi.Store.Read();
                // And what was read can be judged by.
                Assert.NotEqual(RefusalReason.None, file.Judge(Key(9), null, _pi.Now()));
                Assert.NotEqual(RefusalReason.None, file.Judge(Key(9), PairingToken.Create(), _pi.Now()));
                read++;
            }
            catch (IOException e)
            {
                Assert.Contains(_pi.Store.Path, e.Message, StringComparison.Ordinal);
                told++;
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"seed {seed}: {System.Text.Encoding.UTF8.GetString(bytes)}", e);
            }
        }
        Assert.True(read > 100 && told > 100, $"{read} read, {told} told");
    }

    private static byte[] Damage(byte[] good, Random random)
    {
        byte[] bytes = [.. good];
        switch (random.Next(4))
        {
            case 0: return bytes[..random.Next(bytes.Length)];
            case 1:
                int from = random.Next(bytes.Length), to = random.Next(from, bytes.Length);
                return [.. bytes[..from], .. bytes[to..]];
            case 2:
                int at = random.Next(bytes.Length);
                return [.. bytes[..at], .. "null"u8, .. bytes[at..]];
            default:
                for (int wounds = random.Next(1, 4); wounds > 0; wounds--) bytes[random.Next(bytes.Length)] = (byte)random.Next(32, 127);
                return bytes;
        }
    }
}
