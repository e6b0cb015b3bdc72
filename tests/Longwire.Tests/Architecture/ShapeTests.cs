using System.Reflection;
using System.Text.RegularExpressions;
using Longwire.Tests.AddOn;
using Xunit;

namespace Longwire.Tests.Architecture;

/// <summary>What keeps a file and a type readable.</summary>
public sealed partial class ShapeTests
{
    private const int MostLines = 300;
    private const int MostColumns = 140;
    private const int MostCollaborators = 7;

    [Fact]
    public void No_file_of_the_program_is_longer_than_300_lines() =>
        Assert.All(SourceFile.All, file => Assert.InRange(file.Text.Split('\n').Length - 1, 0, MostLines));

    [Fact]
    public void No_line_is_longer_than_140_columns() => Assert.All(
        Checkout.Files().Where(IsOurs),
        path => Assert.All(
            Checkout.Text(path).Split('\n').Where(line => !QuotesRawText(path, line)),
            line => Assert.True(line.Length <= MostColumns, $"{path}: {line}")));

    [Fact]
    public void No_class_is_partial_but_for_what_a_generator_adds() => Assert.All(
        SourceFile.All.SelectMany(
            file => PartialPattern().Matches(file.Text).Select(match => match.Groups["name"].Value)).CountBy(name => name),
        found => Assert.True(found.Value == 1, $"{found.Key} is written in {found.Value} places"));

    [Fact]
    public void No_type_has_more_than_seven_collaborators() => Assert.All(
        new[] { typeof(Longwire.State.Snapshot).Assembly, typeof(UsbIp.Usb.BusId).Assembly, typeof(Link.Session.LinkSession).Assembly }
            .SelectMany(assembly => assembly.GetTypes()),
        type => Assert.True(
            type.IsValueType || IsRecord(type) || type.FullName!.Contains('<') || Most(type) <= MostCollaborators,
            $"{type} has {Most(type)}"));

    [Fact]
    public void Who_belongs_to_whom_is_changed_in_one_place() => Assert.All(
        SourceFile.All.Where(file => file.Room == "Attach/Reconciling" && Path.GetFileName(file.Path) is not "Assignments.cs"),
        file => Assert.DoesNotMatch(TiePattern(), file.Text));

    private static int Most(Type type) => Constructors(type)
        .Select(constructor => constructor.GetParameters().Sum(parameter => Weight(parameter.ParameterType))).DefaultIfEmpty().Max();

    // A bag of services counts as its members, data not at all.
    private static int Weight(Type type) => type switch
    {
        { IsValueType: true } => 0,
        _ when type == typeof(string) => 0,
        _ when IsRecord(type) => Most(type),
        _ => 1,
    };

    private static ConstructorInfo[] Constructors(Type type) =>
        [.. type.GetConstructors(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic)
            .Where(constructor => constructor.GetParameters() is not [var only] || only.ParameterType != type)];

    private static bool IsRecord(Type type) => type.GetMethod("<Clone>$") is not null;

    private static bool IsOurs(string path) =>
        !path.Contains("/vendor/", StringComparison.Ordinal)
        && (Path.GetExtension(path) is ".cs" or ".sh" or ".yaml" or ".yml" or ".csproj" or ".props" or ".css" or ".js"
            || path.StartsWith("script/", StringComparison.Ordinal));

    // Somebody else's text, quoted in a test as it stands.
    private static bool QuotesRawText(string path, string line) =>
        path.StartsWith("tests/", StringComparison.Ordinal)
            && (line.Contains("\"\"\"", StringComparison.Ordinal) || RawPattern().IsMatch(line));

    [GeneratedRegex(@"^(?:public|internal)[ \w]* partial (?:class|record|struct) (?<name>\w+)", RegexOptions.Multiline)]
    private static partial Regex PartialPattern();

    [GeneratedRegex(@"\.Assignment = |\bassignment\.RadioId = |stick\.Assignment = ")]
    private static partial Regex TiePattern();

    [GeneratedRegex("^ *(?:Exec(?:Start|Stop)=|find / |\\{ ?\"|\"(?:cmps|mqtt)\":|@\"|\"bind@)")]
    private static partial Regex RawPattern();
}
