using Longwire.Attach.Memory;

namespace Longwire.Tests.LinkedPis;

/// <summary>A book of addresses that nobody writes to disk.</summary>
internal static class ForgetfulBook
{
    public static AddressBook New() => new(new AddressFile("/nowhere"), TimeProvider.System, _ => { });
}
