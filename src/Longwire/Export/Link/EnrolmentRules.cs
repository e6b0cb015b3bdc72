using System.Collections.Immutable;
using Longwire.Link.Pairing;
using Longwire.Link.Wire;

namespace Longwire.Export.Link;

/// <summary>
/// Who is let in: each rule takes what is known and gives what is known afterwards. A key that was barred stays so for good, also with a
/// token that was made after it; a host that is to come back needs a new key.
/// </summary>
internal static class EnrolmentRules
{
    public const int MostKeys = 32;

    /// <summary>A token enrols no key after this.</summary>
    public static readonly TimeSpan TokenLasts = TimeSpan.FromHours(24);

    /// <returns>None: it is enrolled, or may be with this token.</returns>
    public static RefusalReason Judge(this EnrolmentFile file, KeyPin key, PairingToken? token, Moment now)
    {
        string pin = PinText.Of(key);
        if (file.IsBarred(pin)) return RefusalReason.Revoked;
        if (file.IsEnrolled(pin)) return RefusalReason.None;
        if (token is null) return RefusalReason.NotEnrolled;
        if (file.Token is not { } given || !TokenOf(given).Equals(token)) return RefusalReason.UnknownToken;
        if (!given.IsOpen(now)) return RefusalReason.TokenSpent;
        return file.Enrolled.Length < MostKeys ? RefusalReason.None : RefusalReason.TooManyKeys;
    }

    public static bool IsEnrolled(this EnrolmentFile file, string pin) => file.Enrolled.Any(host => host.Pin == pin);

    public static bool IsBarred(this EnrolmentFile file, string pin) => file.Barred.Any(host => host.Pin == pin);

    public static bool IsOpen(this GivenToken token, Moment now) => !token.Spent && now.Since(token.Made) <= TokenLasts;

    public static PairingToken TokenOf(GivenToken token) => new(Convert.FromHexString(token.Secret));

    /// <summary>With one more host, at the cost of the token that it brought.</summary>
    public static EnrolmentFile WithHost(this EnrolmentFile file, KeyPin key, string? name, Moment now) => file with
    {
        Enrolled = file.Enrolled.Add(new KnownHost(PinText.Of(key), PeerName.Clean(name), now.Clock)),
        Token = file.Token! with { Spent = true },
    };

    /// <summary>With a token that may still enrol a key: the last one if it may, else another, and then the last one may no more.</summary>
    /// <param name="another">Another one in any case.</param>
    public static EnrolmentFile WithOpenToken(this EnrolmentFile file, Func<PairingToken> create, Moment now, bool another)
    {
        if (!another && file.Token is { } last && last.IsOpen(now)) return file;
        return file with { Token = new GivenToken(Convert.ToHexStringLower(create().Bytes), now, Spent: false) };
    }

    /// <summary>
    /// Without a host, for good. The open token goes with it: the code may well stand in that host's options and its backups.
    /// </summary>
    public static EnrolmentFile WithBarred(this EnrolmentFile file, KnownHost host, Moment now) => file with
    {
        Enrolled = file.Enrolled.RemoveAll(other => other.Pin == host.Pin),
        Barred = file.Barred.Add(host with { Since = now.Clock }),
        Token = null,
    };

    /// <summary>For a Pi with another key: nobody is enrolled, and a code that names the old key is worth nothing.</summary>
    public static EnrolmentFile WithNobody(this EnrolmentFile file) =>
        file with { Enrolled = ImmutableArray<KnownHost>.Empty, Token = null };
}
