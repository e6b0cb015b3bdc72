using Longwire.State;
using Longwire.Tests.AddOn;
using Longwire.Tests.HomeAssistant;
using Longwire.UsbIp.Client;
using Longwire.UsbIp.Usb;
using Longwire.UsbIp.Wire;
using Microsoft.Playwright;
using Xunit;

namespace Longwire.Tests.Web.Browser;

/// <summary>The README's pictures: a house as it may be, on the real page. Whoever changes how it looks copies the new ones.</summary>
[Trait("needs", "chromium")]
public sealed class PictureTests(Chromium chromium) : IClassFixture<Chromium>, IAsyncDisposable
{
    private const int MostBytes = 200_000;
    private const int Seed = 24;

    private readonly WebBench _bench = new() { Clock = TimeProvider.System };

    public ValueTask DisposeAsync() => _bench.DisposeAsync();

    [Theory]
    [InlineData("light", ColorScheme.Light)]
    [InlineData("dark", ColorScheme.Dark)]
    public async Task The_README_shows_a_house_on_the_page_as_it_is(string name, ColorScheme colors)
    {
        Furnish();
        await using IBrowserContext context = await chromium.Browser.NewContextAsync(new()
        {
            ViewportSize = new() { Width = 860, Height = 740 }, ColorScheme = colors,
        });
        context.SetDefaultTimeout(20_000);
        IPage page = await context.NewPageAsync();
        await page.GotoAsync((await _bench.StartAsync()).ToString());
        await page.Locator("article").Nth(2).WaitForAsync();
        await page.Locator("article canvas").First.WaitForAsync();
        await page.GetByText("3 of 3 radios attached").WaitForAsync();
        string picture = Checkout.PathOf($"artifacts/pictures/readme-{name}.png");
        await page.ScreenshotAsync(new() { Path = picture });
        Assert.InRange(new FileInfo(picture).Length, 10_000, MostBytes);
        var shown = new FileInfo(Checkout.PathOf($"docs/pictures/page-{name}.png"));
        Assert.InRange(shown.Length, 10_000, MostBytes);
        Assert.Contains(
            $"docs/pictures/{shown.Name}",
            await File.ReadAllTextAsync(Checkout.PathOf("README.md"), TestContext.Current.CancellationToken),
            StringComparison.Ordinal);
    }

    private void Furnish()
    {
        PiSnapshot attic = AddPi("attic", ("1-1.2", "0658:0200"), ("1-1.3", "10c4:ea60")) with { Mode = PiMode.Link, Version = "9.8.7" };
        PiSnapshot cellar = AddPi("cellar", ("1-1.1", "1366:0105"));
        RadioSnapshot[] radios =
        [
            Of("Z-Wave", "attic", "0658:0200", "Aeotec", "Z-Stick Gen5", "usb-0658_0200-if00"),
            Of("Zigbee", "attic", "10c4:ea60", "Silicon Labs", "Sonoff Zigbee 3.0 Dongle Plus", "usb-ITead_Sonoff_Zigbee-if00-port0"),
            Of("Thread", "cellar", "1366:0105", "Nordic", "nRF52840 Dongle", "usb-Nordic_nRF52840-if00"),
        ];
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        // The same picture each time, but for its hours.
        var random = new Random(Seed);
        for (int ago = 24 * 60; ago >= 0; ago--)
        {
            RadioSnapshot[] then = [.. radios.Select((radio, index) => radio with
            {
                // An access point was restarted; later the cellar was without power for a while.
                Status = ago is > 610 and < 618 && index < 2 ? RadioStatus.Held
                    : ago is > 200 and < 236 && index == 2 ? RadioStatus.PiUnreachable
                    : RadioStatus.Attached,
                RoundTrip = TimeSpan.FromMilliseconds(1.4 + index - Math.Log(1 - random.NextDouble())),
            })];
            _bench.History.Add(Some.Snapshot(then), now.AddMinutes(-ago));
        }
        _bench.Feed.Publish(
            new Snapshot(new BridgeSnapshot("a1", []) { RadiosAttached = 3, RadiosExpected = 3 }, [attic, cellar], [.. radios]), []);
    }

    private PiSnapshot AddPi(string name, params (string BusId, string Id)[] sticks)
    {
        ExportedDevice[] devices = [.. sticks.Select(stick => WebBench.Device(stick.BusId, stick.Id))];
        _bench.AddPi(name, devices);
        return Some.Pi with { Id = name, Name = name, Offers = PiOffers.Of(new DeviceList([.. devices], Notice: null)) };
    }

    private static RadioSnapshot Of(string name, string pi, string id, string maker, string product, string path) => Some.Radio with
    {
        Id = $"{pi}_{id.Replace(':', '_')}",
        Name = name,
        PiId = pi,
        UsbId = UsbId.Parse(id),
        Manufacturer = maker,
        Product = product,
        Serial = null,
        Since = TimeProvider.System.GetUtcNow().AddDays(-9),
        RoundTrip = TimeSpan.FromMilliseconds(1.9),
        Disconnects = 0,
        LastDisconnectReason = null,
        SerialPorts = [$"/dev/serial/by-id/{path}"],
    };
}
