namespace Longwire.Lab;

/// <summary>A test of the Debian package, on the machine in the shed.</summary>
public abstract class PackageTest(Home home) : RadioTest(home)
{
    protected const string ExportFile = "/etc/longwire/export.yaml";
    protected const string AttachFile = "/etc/longwire/attach.yaml";

    protected static string Package { get; } = InGuest(file => !file.Contains("+later", StringComparison.Ordinal));

    protected static string LaterPackage { get; } = InGuest(file => file.Contains("+later", StringComparison.Ordinal));

    protected string ExportOptions => $"""
        stock:
          allow: [{Home.Host.Address}]

        """;

    protected string AttachOptions => $"""
        pis:
          - name: attic
            address: {Home.Attic.Address}

        """;

    private static string InGuest(Predicate<string> wanted) =>
        "/packages/" + Path.GetFileName(Directory.GetFiles(LabFolders.Packages, "*.deb").Single(file => wanted(file)));
}
