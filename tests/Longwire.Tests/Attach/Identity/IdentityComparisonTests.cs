using Longwire.Attach.Identity;
using Longwire.Attach.Memory;
using Longwire.Testing.Kernel;
using Longwire.UsbIp.Usb;
using Xunit;

namespace Longwire.Tests.Attach.Identity;

public sealed class IdentityComparisonTests
{
    private static readonly DeviceIdentity s_asked = AttachBench.IdentityOf("ZW0001") with
    {
        Manufacturer = "Sigma",
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

    public static TheoryData<DeviceTexts, DeviceTexts> Unread
    {
        get
        {
            var rows = new TheoryData<DeviceTexts, DeviceTexts>();
            for (int ours = 0; ours < 8; ours++)
            {
                for (int kernels = 0; kernels < 8; kernels++) rows.Add((DeviceTexts)ours, (DeviceTexts)kernels);
            }
            return rows;
        }
    }

    [Theory]
    [MemberData(nameof(Unread))]
    public void A_text_that_one_of_the_two_could_not_read_is_no_other_text(DeviceTexts ours, DeviceTexts kernels) =>
        Assert.Null(IdentityComparison.Difference(Without(s_asked, ours), Without(s_asked, kernels)));

    [Theory]
    [MemberData(nameof(Unread))]
    public void What_both_have_read_and_differs_is_named_whatever_else_could_not_be_read(DeviceTexts ours, DeviceTexts kernels)
    {
        DeviceIdentity other = s_asked with { Serial = "ZW0002", Product = "Keyboard" };
        string? difference = IdentityComparison.Difference(Without(s_asked, ours), Without(other, kernels));
        DeviceTexts both = ~(ours | kernels);
        Assert.Equal(both.HasFlag(DeviceTexts.Serial) || both.HasFlag(DeviceTexts.Product), difference is not null);
        if (both.HasFlag(DeviceTexts.Serial)) Assert.Contains("'ZW0001' and then 'ZW0002'", difference, StringComparison.Ordinal);
        // Other descriptors are another device, read or not.
        Assert.NotNull(IdentityComparison.Difference(Without(s_asked, ours), Without(s_asked, kernels) with { Descriptors = default }));
    }

    [Theory]
    [MemberData(nameof(Unread))]
    public void What_one_of_them_could_read_is_known(DeviceTexts ours, DeviceTexts kernels)
    {
        DeviceIdentity union = IdentityUnion.Of(Without(s_asked, ours), Without(s_asked, kernels));
        Assert.Equal(Without(s_asked, ours & kernels), union);
    }

    [Theory]
    [MemberData(nameof(Unread))]
    public void What_is_remembered_of_a_radio_stands_in_for_what_could_not_be_read(DeviceTexts unread, DeviceTexts unknown)
    {
        RadioMemory known = AttachBench.Known("r", unknown.HasFlag(DeviceTexts.Serial) ? null : "ZW0001") with
        {
            Manufacturer = unknown.HasFlag(DeviceTexts.Manufacturer) ? null : "Sigma",
            Product = unknown.HasFlag(DeviceTexts.Product) ? null : "UZB",
        };
        Assert.Equal(Without(s_asked, unread & unknown), IdentityUnion.Of(Without(s_asked, unread), known));
    }

    private static DeviceIdentity Without(DeviceIdentity identity, DeviceTexts unread) => identity with
    {
        Manufacturer = unread.HasFlag(DeviceTexts.Manufacturer) ? null : identity.Manufacturer,
        Product = unread.HasFlag(DeviceTexts.Product) ? null : identity.Product,
        Serial = unread.HasFlag(DeviceTexts.Serial) ? null : identity.Serial,
        Unread = unread,
    };

    private static void AssertDiffers(string how, DeviceIdentity kernel) =>
        Assert.Contains(how, IdentityComparison.Difference(s_asked, kernel), StringComparison.Ordinal);
}
