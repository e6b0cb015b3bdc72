using Longwire.Testing.Peers;
using Longwire.Testing.Peers.Manners;
using Longwire.UsbIp.Client;
using Longwire.UsbIp.Errors;
using Longwire.UsbIp.Usb;
using Longwire.UsbIp.Wire;
using Xunit;

namespace Longwire.UsbIp.Tests.Client;

/// <summary>Our client at servers that are not the kernel's usbipd, each in one manner of its own.</summary>
public sealed class OtherServersTests
{
    private const int Stall = -32;
    private const int ProtocolError = -71;
    private const int Overflow = -75;

    private static readonly BusId s_place = BusId.Parse("1-1.4");
    private static readonly UsbId s_zwave = UsbId.Parse("0658:0200");

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_stick_that_somebody_has_is_neither_listed_nor_given_by_a_server_without_manners_of_its_own()
    {
        await using UsbipServer server = UsbipServer.Start(new ServedStick(AcmStick.FullSpeed()));
        Assert.Equal(s_zwave, Assert.Single(await ListAsync(server)).Id);
        using UsbIpConnection held = await ImportAsync(server);
        Assert.Empty(await ListAsync(server));
        Assert.Equal(
            UsbIpStatus.DeviceBusy, (await Assert.ThrowsAsync<UsbIpRefusedException>(() => ImportAsync(server))).Status);
    }

    [Fact]
    public async Task A_stick_that_somebody_has_is_listed_where_everything_is_and_is_refused_all_the_same()
    {
        await using UsbipServer server = UsbipServer.Start(new ServedStick(AcmStick.FullSpeed()), new ListsEverything());
        using UsbIpConnection held = await ImportAsync(server);
        Assert.Single(await ListAsync(server));
        await Assert.ThrowsAsync<UsbIpRefusedException>(() => ImportAsync(server));
    }

    [Fact]
    public async Task The_first_who_had_a_stick_sees_the_end_of_his_connection_where_the_second_takes_it_over()
    {
        await using UsbipServer server = UsbipServer.Start(new ServedStick(AcmStick.FullSpeed()), new TakesOver());
        using UsbIpConnection first = await ImportAsync(server);
        using UsbIpConnection second = await ImportAsync(server);
        Assert.Equal(0, await first.Socket.ReceiveAsync(new byte[1], Cancelled));
        Assert.Equal("ZW0001", (await second.ReadIdentityAsync(ScriptedDevice, Cancelled)).Serial);
    }

    [Fact]
    public async Task A_device_number_that_is_another_after_each_session_is_the_same_in_the_list_and_at_the_import_that_follows()
    {
        await using UsbipServer server = UsbipServer.Start(new ServedStick(AcmStick.FullSpeed()), new NumbersAnew());
        var numbers = new HashSet<uint>();
        for (int session = 0; session < 3; session++)
        {
            uint listed = Assert.Single(await ListAsync(server)).DevId;
            using (UsbIpConnection connection = await ConnectAsync(server))
                Assert.Equal(listed, (await connection.ImportAsync(s_place, Cancelled)).DevId);
            Assert.True(numbers.Add(listed));
            while (server.Sticks[0].IsHeld) await Task.Delay(1, Cancelled);
        }
    }

    [Fact]
    public async Task Ids_that_differ_between_list_and_import_are_each_told_as_they_are()
    {
        await using UsbipServer server = UsbipServer.Start(
            new ServedStick(AcmStick.FullSpeed()), new ListsAnotherId(UsbId.Parse("10c4:ea60")));
        Assert.Equal(UsbId.Parse("10c4:ea60"), Assert.Single(await ListAsync(server)).Id);
        using UsbIpConnection connection = await ConnectAsync(server);
        ExportedDevice imported = await connection.ImportAsync(s_place, Cancelled);
        Assert.Equal(s_zwave, imported.Id);
        Assert.Equal(s_zwave, (await connection.ReadIdentityAsync(imported, Cancelled)).Id);
    }

    [Fact]
    public async Task An_import_that_is_closed_without_an_answer_says_so()
    {
        await using UsbipServer server = UsbipServer.Start(new ServedStick(AcmStick.FullSpeed()), new ClosesAfterImport());
        await Assert.ThrowsAsync<UsbIpClosedException>(() => ImportAsync(server));
    }

    [Fact]
    public async Task A_speed_of_SuperSpeedPlus_is_told_as_it_is_and_such_a_stick_answers_for_itself()
    {
        await using UsbipServer server = UsbipServer.Start(new ServedStick(AcmStick.SuperSpeed()) { Speed = UsbSpeed.SuperPlus });
        using UsbIpConnection connection = await ConnectAsync(server);
        ExportedDevice imported = await connection.ImportAsync(s_place, Cancelled);
        Assert.Equal(UsbSpeed.SuperPlus, imported.Speed);
        DeviceIdentity identity = await connection.ReadIdentityAsync(imported, Cancelled);
        Assert.Equal([new UsbInterfaceClass(2, 2, 1), new UsbInterfaceClass(10, 0, 0)], identity.Interfaces);
    }

    [Theory]
    [InlineData("zwave")]
    [InlineData("usbip-vudc.0")]
    [InlineData("ugen17.2")]
    [InlineData("0-0-0")]
    [InlineData("a bus id of thirty-one bytes...")]
    public async Task A_bus_id_is_said_back_to_its_server_as_the_server_wrote_it(string busId)
    {
        await using UsbipServer server = UsbipServer.Start(new ServedStick(AcmStick.FullSpeed(), busId));
        ExportedDevice listed = Assert.Single(await ListAsync(server));
        using UsbIpConnection connection = await ConnectAsync(server);
        ExportedDevice imported = await connection.ImportAsync(listed.BusId, Cancelled);
        Assert.Equal(listed.BusId, imported.BusId);
        Assert.Equal("ZW0001", (await connection.ReadIdentityAsync(imported, Cancelled)).Serial);
    }

    public static TheoryData<string> OddRecords => ["without a zero", "a path in Latin 1", "no bus id"];

    [Theory]
    [MemberData(nameof(OddRecords))]
    public async Task One_odd_record_in_a_list_costs_no_other_stick_its_place(string what)
    {
        byte[] odd = new ServedStick(AcmStick.FullSpeed(), busId: what switch
        {
            "without a zero" => new string('x', BusId.WireSize),
            "no bus id" => "",
            _ => "1-1.3",
        })
        {
            Folder = what == "a path in Latin 1" ? "/sys/devices/caf\u00e9" : "/sys/devices",
        }.Record();
        await using UsbipServer server = UsbipServer.Start(new ServedStick(AcmStick.FullSpeed()), new ListsOddly(odd));
        Assert.Contains(await ListAsync(server), device => device.BusId == s_place);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(100)]
    public async Task A_list_that_is_cut_short_keeps_what_came_whole(int bytes)
    {
        await using UsbipServer server = UsbipServer.Start(new ServedStick(AcmStick.FullSpeed()), new CutsLists(bytes));
        Assert.Contains(await ListAsync(server), device => device.BusId == s_place);
    }

    [Fact]
    public async Task A_stick_without_a_language_is_asked_in_English_as_the_kernel_does()
    {
        await using UsbipServer server = UsbipServer.Start(new ServedStick(AcmStick.FullSpeed()), new KnowsNoLanguage());
        using UsbIpConnection connection = await ImportAsync(server);
        Assert.Equal("ZW0001", (await connection.ReadIdentityAsync(ScriptedDevice, Cancelled)).Serial);
    }

    public static TheoryData<string> WaysToGiveNoText => ["stall", "protocol error", "overflow", "one byte"];

    [Theory]
    [MemberData(nameof(WaysToGiveNoText))]
    public async Task A_stick_whose_texts_cannot_be_read_is_known_by_all_else(string way)
    {
        Manner manner = way switch
        {
            "stall" => new RefusesTexts(Stall),
            "protocol error" => new RefusesTexts(ProtocolError),
            "overflow" => new RefusesTexts(Overflow),
            _ => new SaysTextsByHalf(),
        };
        await using UsbipServer server = UsbipServer.Start(new ServedStick(AcmStick.FullSpeed()), manner);
        using UsbIpConnection connection = await ImportAsync(server);
        DeviceIdentity identity = await connection.ReadIdentityAsync(ScriptedDevice, Cancelled);
        Assert.Equal(s_zwave, identity.Id);
        Assert.Equal(2, identity.Interfaces.Length);
        Assert.Null(identity.Serial);
    }

    private static ExportedDevice ScriptedDevice => Testing.Usbipd.ScriptedStick.Exported;

    private static Task<UsbIpConnection> ConnectAsync(UsbipServer server) =>
        UsbIpConnection.ConnectAsync(server.EndPoint, ConnectOptions.Default, Cancelled);

    private static async Task<IReadOnlyList<ExportedDevice>> ListAsync(UsbipServer server)
    {
        using UsbIpConnection connection = await ConnectAsync(server);
        return (await connection.ListAsync(Cancelled)).Devices;
    }

    private static async Task<UsbIpConnection> ImportAsync(UsbipServer server)
    {
        UsbIpConnection connection = await ConnectAsync(server);
        try
        {
            await connection.ImportAsync(s_place, Cancelled);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }
}
