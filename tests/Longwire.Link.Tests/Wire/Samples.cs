using System.Net;
using Longwire.Link.Pairing;
using Longwire.Link.Wire;

namespace Longwire.Link.Tests.Wire;

/// <summary>Frames with another value in every field.</summary>
internal static class Samples
{
    public static Hello Hello { get; } = new()
    {
        Version = new ProtocolVersion(1, 0x0203),
        Purpose = HelloPurpose.Session,
        Resume = true,
        TakeOver = true,
        SessionId = new SessionId(UInt128.Parse("05060708090a0b0c0d0e0f1011121314", System.Globalization.NumberStyles.HexNumber, null)),
        Epoch = 0x15161718,
        Window = new LinkWindow(0x191a, 0x1b1c1d),
        NextExpected = 0x1e1f202122232425,
        Instance = new InstanceNonce(
            UInt128.Parse("262728292a2b2c2d2e2f303132333435", System.Globalization.NumberStyles.HexNumber, null)),
        StartCounter = 0x363738393a3b3c3d,
        Token = new PairingToken(Convert.FromHexString("3e3f404142434445464748494a4b4c4d")),
        Name = "attic",
        Subject = "1-1.4",
        Release = "0.2.0",
    };

    public static Welcome Welcome { get; } = new()
    {
        Version = new ProtocolVersion(1, 0x0203),
        Epoch = 0x04050607,
        Window = new LinkWindow(0x0809, 0x0a0b0c),
        NextExpected = 0x0d0e0f1011121314,
        Silence = TimeSpan.FromMilliseconds(0x15161718),
        Name = "Küche",
        Release = "0.2.1",
    };

    public static Refusal Refusal { get; } = new(new ProtocolVersion(0x0102, 0x0304), (RefusalReason)0x0506);

    public static AckFrame Ack { get; } = new(0x0102030405060708);

    public static PingFrame Ping { get; } = new(0x1112131415161718);

    public static EndFrame End { get; } = new((EndReason)0x0102, 0x030405060708090a);

    public static byte[] HelloBytes { get; } = Write(bytes => Hello.Write(bytes));

    public static byte[] WelcomeBytes { get; } = Write(bytes => Welcome.Write(bytes));

    public static byte[] RefusalBytes { get; } = Write(bytes => Refusal.Write(bytes));

    public static byte[] DataBytes { get; } = Write(bytes => DataFrame.Write(bytes, 0x0102030405060708, 0x090a0b0c0d0e0f10, "message"u8));

    public static byte[] AckBytes { get; } = Write(bytes => Ack.Write(bytes));

    public static byte[] PingBytes { get; } = Write(bytes => Ping.Write(bytes, FrameType.Ping));

    public static byte[] EndBytes { get; } = Write(bytes => End.Write(bytes));

    public static byte[] ResetBytes { get; } = Write(bytes => new ResetFrame("1-1.4", ResetStep.Reauthorize).Write(bytes));

    public static byte[] ResetAnswerBytes { get; } =
        Write(bytes => new ResetAnswerFrame("1-1.4", ResetStep.Reauthorize, ResetOutcome.NotServed).Write(bytes));

    public static byte[] VitalsBytes { get; } = Write(bytes =>
    {
        byte[] body = VitalsTests.Sample.Encode();
        Frame.WriteHeader(bytes, FrameType.Vitals, body.Length);
        body.CopyTo(bytes, Frame.HeaderSize);
        return Frame.HeaderSize + body.Length;
    });

    public static byte[] AddressesBytes { get; } = Write(bytes =>
    {
        byte[] body = AddressesFrame.Encode([new IPAddress([10, 1, 2, 3]), IPAddress.Parse("fd01:203:405:607:809:a0b:c0d:e0f")]);
        Frame.WriteHeader(bytes, FrameType.Addresses, body.Length);
        body.CopyTo(bytes, Frame.HeaderSize);
        return Frame.HeaderSize + body.Length;
    });

    public static byte[] Write(Func<byte[], int> write)
    {
        byte[] bytes = new byte[Frame.MaxSize];
        return bytes[..write(bytes)];
    }
}
