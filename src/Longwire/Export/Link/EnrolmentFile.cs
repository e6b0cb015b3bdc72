using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Longwire.Link.Pairing;
using Longwire.Platform;

namespace Longwire.Export.Link;

/// <param name="Pin">Of its key: see <see cref="PinText"/>.</param>
/// <param name="Name">As it called itself; null if it did not.</param>
/// <param name="Since">By the clock of this machine, whatever that showed.</param>
internal sealed record KnownHost(string Pin, string? Name, DateTimeOffset Since)
{
    /// <summary>What people know it by.</summary>
    public override string ToString() => $"{Name ?? "a host without a name"} (key {PinText.Shown(Pin)})";
}

/// <summary>The last token that was given out.</summary>
/// <param name="Secret">32 hexadecimal digits.</param>
/// <param name="Spent">It has enrolled a key.</param>
internal sealed record GivenToken(string Secret, Moment Made, bool Spent)
{
    /// <summary>Not the secret.</summary>
    public override string ToString() => "(token)";
}

/// <summary>link-hosts.json: what a Pi knows of hosts.</summary>
internal sealed record EnrolmentFile
{
    public const int CurrentFormat = 1;

    public int Format { get; init; } = CurrentFormat;

    /// <summary>Let in.</summary>
    public ImmutableArray<KnownHost> Enrolled { get; init; } = [];

    /// <summary>Never let in again, whatever they bring.</summary>
    public ImmutableArray<KnownHost> Barred { get; init; } = [];

    public GivenToken? Token { get; init; }

    public static EnrolmentFile Empty { get; } = new();

    /// <returns>Null, or what is wrong with what was read; nothing of its secret.</returns>
    public static string? FaultOf(EnrolmentFile? file)
    {
        if (file is null) return "is empty";
        if (JsonFormat.FaultOf(file.Format, CurrentFormat) is { } other) return other;
        if (file.Enrolled.IsDefault || file.Barred.IsDefault) return "lacks enrolled or barred";
        if (file.Enrolled.Concat(file.Barred).Any(host => host is null || !PinText.IsOne(host.Pin))) return "has a pin that is none";
        bool bad = file.Token is { } token && (token.Made is not { BootId: not null } || !IsSecret(token.Secret));
        return bad ? "has a token that is none" : null;
    }

    private static bool IsSecret(string? text) =>
        text is { Length: 2 * PairingToken.Size } && text.All(char.IsAsciiHexDigitLower);
}

[JsonSourceGenerationOptions(
    WriteIndented = true,
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(EnrolmentFile))]
internal sealed partial class EnrolmentJson : JsonSerializerContext;
