using Longwire.UsbIp.Usb;
using Longwire.UsbIp.Wire;

namespace Longwire.Testing.Usbipd;

/// <summary>A stick that answers GET_DESCRIPTOR from a table; a request that is not in it stalls.</summary>
internal sealed class ScriptedStick
{
    private const string OneConfiguration =
        "090220000101008032" + "090400000202020100" + "0705820308000a" + "07050102400000";

    /// <summary>What has been asked for: descriptor type and index as in wValue, language, length.</summary>
    public List<(ushort Value, ushort LangId, ushort Length)> Requests { get; } = [];

    /// <summary>By wValue: descriptor type &lt;&lt; 8 | index.</summary>
    public Dictionary<ushort, byte[]> Descriptors { get; } = new()
    {
        [0x0100] = Convert.FromHexString("120100020200004058060002010101020301"),
        [0x0200] = Convert.FromHexString(OneConfiguration),
        [0x0300] = Convert.FromHexString("04030904"),
        [0x0301] = Text("Sigma Designs"),
        [0x0302] = Text("UZB"),
        [0x0303] = Text("ZW0001"),
    };

    /// <summary>Changes an answer before it is sent: the request's number, the request, header and data.</summary>
    public Func<int, CmdSubmit, RetSubmit, byte[], (RetSubmit Header, byte[] Data)>? Twist { get; init; }

    /// <summary>Requests that it reads and never answers; the server takes them back when it is told to.</summary>
    public Func<CmdSubmit, bool> Ignores { get; init; } = _ => false;

    /// <summary>Runs when it has ignored a request.</summary>
    public Action? HasIgnored { get; init; }

    /// <summary>Answers so many requests, then says no more.</summary>
    public int Answers { get; init; } = int.MaxValue;

    /// <summary>Runs when it falls silent: the request has been read and will not be answered.</summary>
    public Action? FallenSilent { get; init; }

    public static ExportedDevice Exported { get; } = new()
    {
        Path = "/sys/devices/platform/soc/usb1/1-1/1-1.4",
        BusId = BusId.Parse("1-1.4"),
        BusNumber = 1,
        DeviceNumber = 7,
        Speed = UsbSpeed.Full,
        Id = new UsbId(0x0658, 0x0200),
        BcdDevice = 0x0101,
        DeviceClass = 2,
        DeviceSubClass = 0,
        DeviceProtocol = 0,
        ConfigurationValue = 1,
        ConfigurationCount = 1,
        InterfaceCount = 0,
    };

    public static byte[] Text(string text) =>
        [(byte)(2 + (2 * text.Length)), 3, .. System.Text.Encoding.Unicode.GetBytes(text)];

    /// <summary>Grants the import, then answers URBs until the client leaves.</summary>
    public async Task ServeAsync(FakeClient client, ExportedDevice? exported = null)
    {
        await client.ReceiveImportRequestAsync();
        await client.SendAsync(ImportReply.Encode(exported ?? Exported));
        while (true)
        {
            byte[] bytes = await client.ReceiveAsync(UrbHeader.Size);
            if (bytes.Length < UrbHeader.Size) return;
            if (Requests.Count >= Answers)
            {
                FallenSilent?.Invoke();
                await client.StaySilentAsync();
                return;
            }
            if (UrbHeader.Parse(bytes).Command == UrbCommand.CmdUnlink)
            {
                await client.SendAsync(TakenBack(CmdUnlink.Parse(bytes)));
                continue;
            }
            CmdSubmit submit = CmdSubmit.Parse(bytes);
            if (Ignores(submit))
            {
                Requests.Add((submit.Setup.Value, submit.Setup.Index, submit.Setup.Length));
                HasIgnored?.Invoke();
                continue;
            }
            await client.SendAsync(Answer(submit));
        }
    }

    private static byte[] TakenBack(CmdUnlink unlink)
    {
        var bytes = new byte[UrbHeader.Size];
        new RetUnlink { Seqnum = unlink.Seqnum, Status = RetUnlink.TakenBack }.Write(bytes);
        return bytes;
    }

    private byte[] Answer(CmdSubmit submit)
    {
        Requests.Add((submit.Setup.Value, submit.Setup.Index, submit.Setup.Length));
        bool known = Descriptors.TryGetValue(submit.Setup.Value, out byte[]? descriptor);
        byte[] data = known ? descriptor![..Math.Min(descriptor!.Length, submit.Setup.Length)] : [];
        var header = new RetSubmit { Seqnum = submit.Seqnum, Status = known ? 0 : RetSubmit.Stall, ActualLength = data.Length };
        if (Twist is not null) (header, data) = Twist(Requests.Count, submit, header, data);
        var bytes = new byte[UrbHeader.Size + data.Length];
        header.Write(bytes);
        data.CopyTo(bytes, UrbHeader.Size);
        return bytes;
    }
}
