using Longwire.Attach.Identity;
using Longwire.Testing.Kernel;
using Longwire.UsbIp.Usb;
using Xunit;

namespace Longwire.Tests.Attach.Identity;

public sealed class IdentityComparisonTests
{
    private static readonly DeviceIdentity s_asked = AttachBench.IdentityOf("ZW0001") with
    {
        Product = "UZB",
        Descriptors = FakeSysfs.Descriptors("0658:0200", [(2, 2, 1), (10, 0, 0)]),
    };

    [Fact]
    public void The_same_face_shows_no_difference() => Assert.Null(IdentityComparison.Difference(s_asked, s_asked with { }));

    [Fact]
    public void Blanks_that_the_kernel_keeps_are_no_difference() =>
        Assert.Null(IdentityComparison.Difference(s_asked, s_asked with { Serial = "ZW0001 ", Product = " UZB\0" }));

    [Fact]
    public void Another_kind_is_named() => AssertDiffers("0658:0200 and then 046d:c31c", s_asked with { Id = UsbId.Parse("046d:c31c") });

    [Fact]
    public void Another_serial_is_named() => AssertDiffers("'ZW0001' and then 'ZW0002'", s_asked with { Serial = "ZW0002" });

    [Fact]
    public void A_serial_that_went_is_named() => AssertDiffers("'ZW0001' and then ''", s_asked with { Serial = null });

    [Fact]
    public void Another_product_text_is_named() => AssertDiffers("'UZB' and then 'Keyboard'", s_asked with { Product = "Keyboard" });

    [Fact]
    public void An_interface_that_became_a_keyboard_is_seen() =>
        AssertDiffers(
            "changed between our look and the kernel's",
            s_asked with { Descriptors = FakeSysfs.Descriptors("0658:0200", [(2, 2, 1), (3, 1, 1)]) });

    [Fact]
    public void Every_changed_byte_of_the_descriptors_is_seen()
    {
        byte[] bytes = s_asked.Descriptors.ToArray();
        for (int at = 0; at < bytes.Length; at++)
        {
            byte[] changed = [.. bytes];
            changed[at] ^= 0x40;
            Assert.NotNull(IdentityComparison.Difference(s_asked, s_asked with { Descriptors = changed }));
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(17)]
    public void Descriptors_that_are_cut_short_are_a_difference(int length) =>
        AssertDiffers("changed between", s_asked with { Descriptors = s_asked.Descriptors[..length] });

    private static void AssertDiffers(string how, DeviceIdentity kernel) =>
        Assert.Contains(how, IdentityComparison.Difference(s_asked, kernel), StringComparison.Ordinal);
}
