using System.Text;
using Longwire.UsbIp.Usb;
using Longwire.UsbIp.Wire;

namespace Longwire.Testing.Peers;

/// <summary>A stick as its server sees it: under which name and number it is served, and to whom.</summary>
internal sealed class ServedStick(EchoStick stick, string busId = "1-1.4")
{
    private const int BusIdAt = DeviceRecord.PathSize;

    private readonly Lock _gate = new();
    private UrbSession? _session;
    private int _imports;

    public EchoStick Stick => stick;

    /// <summary>The server's name for it: any bytes, one for each character.</summary>
    public string BusId => busId;

    public uint DeviceNumber { get; set; } = 7;

    /// <summary>As the server's kernel numbers it.</summary>
    public UsbSpeed Speed { get; set; } = UsbSpeed.Full;

    /// <summary>Where it sits, in the server's sysfs.</summary>
    public string Folder { get; init; } = "/sys/devices/platform/soc/usb1/1-1";

    public bool IsHeld
    {
        get { lock (_gate) return _session is not null; }
    }

    /// <summary>How often it was given to somebody: at the end of each such session a real Pi resets it.</summary>
    public int Imports => Volatile.Read(ref _imports);

    /// <summary>The 312 bytes that describe it.</summary>
    public byte[] Record()
    {
        var record = new byte[DeviceRecord.Size];
        DeviceRecord.Write(record, new ExportedDevice
        {
            Path = "",
            BusId = UsbIp.Usb.BusId.Parse("1-1"),
            BusNumber = 1,
            DeviceNumber = DeviceNumber,
            Speed = Speed,
            Id = stick.Id,
            BcdDevice = 0x0101,
            DeviceClass = 2,
            DeviceSubClass = 0,
            DeviceProtocol = 0,
            ConfigurationValue = stick.ConfigurationValue,
            ConfigurationCount = 1,
            InterfaceCount = 0,
        });
        // Past our own writer, which may know better what a bus id is.
        Write(record.AsSpan(0, DeviceRecord.PathSize), $"{Folder}/{busId}");
        Write(record.AsSpan(BusIdAt, UsbIp.Usb.BusId.WireSize), busId);
        return record;
    }

    /// <summary>Gives it to whom this session serves; false if somebody else has it.</summary>
    /// <param name="takeOver">End the other's session instead.</param>
    public bool TryGive(UrbSession session, bool takeOver)
    {
        UrbSession? former;
        lock (_gate)
        {
            former = _session;
            if (former is not null && !takeOver) return false;
            _session = session;
        }
        former?.End();
        stick.Reset();
        Interlocked.Increment(ref _imports);
        return true;
    }

    /// <summary>Ends the session of whoever has it.</summary>
    public void EndSession()
    {
        UrbSession? session;
        lock (_gate) session = _session;
        session?.End();
    }

    /// <summary>A session is over; false if it had lost the stick to another one before.</summary>
    public bool Return(UrbSession session)
    {
        lock (_gate)
        {
            if (_session != session) return false;
            _session = null;
        }
        stick.Reset();
        return true;
    }

    private static void Write(Span<byte> field, string text)
    {
        field.Clear();
        Encoding.Latin1.GetBytes(text.AsSpan(0, Math.Min(text.Length, field.Length)), field);
    }
}
