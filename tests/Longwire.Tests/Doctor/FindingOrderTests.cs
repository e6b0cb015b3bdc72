using Longwire.Commands;
using Longwire.Doctor;
using Longwire.Web.Api;
using Xunit;

namespace Longwire.Tests.Doctor;

public sealed class FindingOrderTests
{
    private static readonly Question s_question = new("played", "A test looked.");

    private static readonly Finding[] s_findings =
    [
        s_question.Ok("fine one"), s_question.Note("note"), s_question.Problem("wrong one", "do"), s_question.Unknown("unseen", "look"),
        s_question.Problem("wrong two", "do"), s_question.Ok("fine two"),
    ];

    private static readonly string[] s_worstFirst = ["wrong one.", "wrong two.", "unseen.", "note.", "fine one.", "fine two."];

    [Fact]
    public void The_page_has_the_worst_first_and_those_of_one_level_as_the_checks_have_them() =>
        Assert.Equal(s_worstFirst, DoctorRound.Ended(DateTimeOffset.UnixEpoch, s_findings).Findings.Select(finding => finding.Found));

    [Fact]
    public void The_text_for_people_has_the_same_order()
    {
        using var output = new StringWriter();
        DoctorText.Write(output, s_findings);
        string text = output.ToString();
        string[] parts = ["WRONG", .. s_worstFirst, "2 things are wrong."];
        int[] places = [.. parts.Select(part => text.IndexOf(part, StringComparison.Ordinal))];
        Assert.DoesNotContain(-1, places);
        Assert.Equal(places.Order(), places);
    }
}
