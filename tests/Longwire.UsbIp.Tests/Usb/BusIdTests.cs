using System.Diagnostics.CodeAnalysis;
using System.Text;
using Longwire.Testing.Kernel;
using Longwire.UsbIp.Sysfs;
using Longwire.UsbIp.Tests.Wire;
using Longwire.UsbIp.Usb;
using Longwire.UsbIp.Vhci;
using Longwire.UsbIp.Wire;
using Xunit;

namespace Longwire.UsbIp.Tests.Usb;

/// <summary>A bus id is its server's to choose, and only a kernel's own name may become part of a path.</summary>
[SuppressMessage("Security", "CA5394", Justification = "Seeded, so that a failure comes back.")]
public sealed class BusIdTests
{
    [Theory]
    [InlineData("1-1", "1")]
    [InlineData("3-1.4", "1.4")]
    [InlineData("17-1.2.3.4", "1.2.3.4")]
    public void A_kernels_name_has_a_chain_of_ports_without_its_bus(string text, string chain)
    {
        Assert.True(BusId.TryParseKernelName(text, out BusId busId));
        Assert.Equal((text, chain), (busId.KernelName, busId.PortChain));
    }

    // Linux' own device mode, FreeBSD's usbipd, the Rust crate, ESPHome's server; and what would be a path elsewhere.
    [Theory]
    [InlineData("usbip-vudc.0")]
    [InlineData("ugen17.2")]
    [InlineData("0-0-0")]
    [InlineData("zwave")]
    [InlineData("Z-Wave im Keller")]
    [InlineData("Küche 📻")]
    [InlineData("1-")]
    [InlineData("-1")]
    [InlineData("1-1.")]
    [InlineData("1--1")]
    [InlineData("1-1/..")]
    [InlineData("../../etc")]
    [InlineData("..")]
    [InlineData("usb1")]
    [InlineData("1-1:1.0")]
    public void Any_other_name_is_a_key_and_a_chain_of_its_own_and_has_no_kernel_name(string text)
    {
        var busId = BusId.Parse(text);
        Assert.Equal((text, text, false), (busId.ToString(), busId.PortChain, busId.IsKernelName));
        Assert.False(BusId.TryParseKernelName(text, out _));
        Assert.Throws<InvalidOperationException>(() => busId.KernelName);
        Assert.Equal(text, Encoding.UTF8.GetString(OnTheWire(busId)));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("a\nb")]
    [InlineData("\u001b[31m")]
    [InlineData("a\u0000")]
    [InlineData("zero\u200bwidth")]
    [InlineData("\u202eright to left")]
    [InlineData("\u2028")]
    [InlineData("0123456789012345678901234567890-")] // 32 bytes
    [InlineData("äääääääääääääääx")] // 16 characters of 31 bytes, and one more of them below
    public void What_no_line_can_show_and_what_does_not_fit_is_none(string? text)
    {
        if (text is "äääääääääääääääx") text += "x";
        Assert.False(BusId.TryParse(text, out BusId busId));
        Assert.Equal(default, busId);
    }

    [Fact]
    public void Half_a_surrogate_pair_is_none() => Assert.False(BusId.TryParse("a" + (char)0xd83d, out _));

    [Fact]
    public void Whatever_a_server_chooses_is_said_back_to_it_byte_for_byte_and_is_a_path_only_where_it_is_a_kernels_name()
    {
        using var sysfs = new FakeSysfs();
        var vhci = new FakeVhci(sysfs);
        var authorization = new VhciAuthorization(sysfs.Root, vhci.Host);
        var random = new Random(20_261);
        for (int i = 0; i < 5000; i++)
        {
            byte[] chosen = Choose(random);
            byte[] field = [.. chosen, .. new byte[BusId.WireSize - chosen.Length]];
            BusId busId = ImportRequest.ParseBody(field);
            Assert.Equal(field, Samples.Write(bytes => DeviceRecord.WriteBusId(bytes, busId), BusId.WireSize));
            if (busId.IsKernelName)
            {
                Assert.All(busId.KernelName, c => Assert.True(char.IsAsciiDigit(c) || c is '-' or '.'));
                Assert.DoesNotContain("..", busId.KernelName, StringComparison.Ordinal);
                continue;
            }
            Assert.Null(UsbDevices.TryRead(sysfs.Root, busId));
            Assert.False(authorization.IsUnderVhci(busId));
            Assert.Throws<ArgumentException>(() => authorization.SetAuthorized(busId, authorized: true));
        }
        Assert.Empty(vhci.Writes);
    }

    private static byte[] OnTheWire(BusId busId)
    {
        byte[] field = Samples.Write(bytes => DeviceRecord.WriteBusId(bytes, busId), BusId.WireSize);
        return field[..Array.IndexOf(field, (byte)0)];
    }

    // Half of them nearly a kernel's name, half of them anything that can be shown.
    private static byte[] Choose(Random random)
    {
        string alphabet = random.Next(2) == 0 ? "0123456789-." : "azAZ09-_./\\: äß€漢📻";
        Rune[] runes = [.. alphabet.EnumerateRunes()];
        var text = new StringBuilder();
        for (int n = random.Next(1, 32); n > 0; n--)
        {
            Rune next = runes[random.Next(runes.Length)];
            if (Encoding.UTF8.GetByteCount(text.ToString()) + next.Utf8SequenceLength >= BusId.WireSize) break;
            text.Append(next.ToString());
        }
        return Encoding.UTF8.GetBytes(text.ToString());
    }
}
