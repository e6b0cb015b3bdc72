using System.Net.Sockets;
using Longwire.Lab.Machines;
using Longwire.Testing;

namespace Longwire.Lab.Sticks;

/// <summary>
/// The stick with an FTDI chip that the emulator has. It is plugged in while its inside is connected, and what is said there is read
/// always: the emulator stands still, and with it the guest, while that connection is full.
/// </summary>
internal sealed class FtdiStick(Guest pi, StickModel model) : LabStick(pi, model)
{
    private FtdiInside? _inside;

    // The inside outlives who opens it, as it outlives on a radio who listens to that.
    public override Task<ISerialEnd> OpenInsideAsync(int serialPort = 0) => Task.FromResult<ISerialEnd>(
        new FtdiEnd(_inside ?? throw new InvalidOperationException("The stick is not plugged in."), $"{Machine.Name}: the FTDI stick"));

    internal override async Task RemakeAsync()
    {
        await DisconnectAsync();
        if (IsPluggedIn) await PlugAsync(Port);
    }

    internal override Task PutAwayAsync() => _inside is null ? Task.CompletedTask : Machine.IsOn ? RemoveAsync() : DisconnectAsync();

    private protected override async Task<string> InsertAsync(int port)
    {
        // Its controller is not of those that the other sticks are plugged into, and no other test has to wait for its driver.
        await Machine.RunAsync("modprobe -a ohci_pci ftdi_sio");
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(Machine.FtdiAddress);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
        _inside = new FtdiInside(socket);
        await Machine.WaitForAsync(Find, Deadlines.Patience, "the FTDI stick");
        return await Machine.RunAsync($"{Find} && echo ${{stick##*/}}");
    }

    private protected override async Task RemoveAsync()
    {
        await DisconnectAsync();
        await Machine.WaitForAsync($"[ ! -e /sys/bus/usb/devices/{BusId} ]", Deadlines.Patience, "the FTDI stick is gone");
    }

    // Found by what it is: the number of its bus depends on which controllers were there first.
    private string Find =>
        $"found() {{ for stick in /sys/bus/usb/devices/*-*; do [ -e $stick/idVendor ] && read -r vendor <$stick/idVendor "
            + $"&& [ $vendor = {Model.VendorId} ] && return; done; return 1; }}; found";

    private async Task DisconnectAsync()
    {
        if (_inside is null) return;
        await _inside.PullAsync();
        _inside = null;
    }

    private sealed class FtdiEnd(FtdiInside inside, string description) : ISerialEnd
    {
        public string Description => description;

        public Task WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken = default) =>
            inside.WriteAsync(bytes, cancellationToken);

        public Task<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            inside.ReadAsync(buffer, cancellationToken);

        public Task<byte[]> ReadExactlyAsync(int count, TimeSpan deadline) => SerialReading.ReadExactlyAsync(this, count, deadline);

        public void Dispose()
        {
            // Closing the inside would pull the stick.
        }
    }
}
