using Longwire.Lab.Containers;
using Longwire.Lab.Sticks;
using Xunit;

namespace Longwire.Lab.Tests;

/// <summary>
/// The host's side without the Supervisor: the image with what the compose file for Home Assistant Container asks for and nothing else.
/// </summary>
[Collection(SecondHouse.Name)]
public sealed class StandaloneTests(Home home) : RadioTest(home)
{
    private static readonly Compose s_compose = Compose.Read("addon/standalone/compose.yaml", "attach");

    [Fact]
    public async Task The_standalone_container_attaches_with_the_rights_of_its_compose_file_and_frees_its_port_when_it_is_stopped()
    {
        await Task.WhenAll(Home.StartAsync(Home.Attic, Home.Host), Home.Broker.StartAsync());
        LabStick stick = await Home.Attic.PlugAsync(StickModel.ZWave);
        await ExportAsync(Home.Attic, PiSide.Longwire, stick.Model);
        await Home.Host.WriteFileAsync($"{Compose.Folder}/attach.yaml", Home.Options([Home.Attic]));
        Container standalone = await s_compose.StartAsync(Home.Host, "standalone", s_compose.Rights);
        await UntilConnectedAsync(stick.Model);
        await CarriesDataAsync(stick, ZWavePath);
        await stick.PullAsync();
        await UntilStatusAsync(ZWave, "unplugged");
        await stick.PlugAsync(1);
        await UntilConnectedAsync(stick.Model);

        Assert.Equal(0, await StopsInTimeAsync(Home.Host, () => standalone.StopAsync(Patience)));
        await Home.Host.WaitUntilNothingIsAttachedAsync(Patience);
        Assert.Equal("offline", Watch.Latest("longwire/bridge/state"));
    }
}
