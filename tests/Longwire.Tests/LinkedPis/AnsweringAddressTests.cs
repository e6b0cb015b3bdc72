using System.Net;
using Longwire.Attach.Pis;
using Xunit;

namespace Longwire.Tests.LinkedPis;

/// <summary>Where a Pi answers, as those find it who connect beside its control connection.</summary>
public sealed class AnsweringAddressTests
{
    private static readonly IPEndPoint s_first = new(IPAddress.Parse("192.0.2.1"), 3241);
    private static readonly IPEndPoint s_second = new(IPAddress.Parse("192.0.2.2"), 3241);

    private readonly AnsweringAddress _answering = new();

    [Fact]
    public async Task The_first_that_takes_a_connection_counts_until_that_comes_to_nothing()
    {
        (Task<IPEndPoint> at, CancellationToken lost) = _answering.Now;
        Assert.False(at.IsCompleted);
        _answering.Answers(s_first);
        _answering.Answers(s_second);
        Assert.Equal(s_first, await at);
        // Another that comes to nothing is nobody's loss.
        _answering.Lose(s_second);
        Assert.False(lost.IsCancellationRequested);
        _answering.Lose(s_first);
        Assert.True(lost.IsCancellationRequested);
        Assert.False(_answering.Now.At.IsCompleted);
    }

    [Fact]
    public async Task Whoever_waits_for_it_is_not_disturbed_by_the_end_of_what_never_answered()
    {
        (Task<IPEndPoint> at, CancellationToken lost) = _answering.Now;
        _answering.Lose();
        Assert.False(lost.IsCancellationRequested);
        _answering.Answers(s_first);
        Assert.Equal(s_first, await at);
    }

    [Fact]
    public async Task Where_the_control_connection_stands_counts_more_than_where_somebody_answered_first()
    {
        _answering.Answers(s_first);
        CancellationToken lost = _answering.Now.Lost;
        Assert.False(_answering.IsCertain);
        _answering.Stands(s_second);
        Assert.True(_answering.IsCertain);
        Assert.True(lost.IsCancellationRequested);
        Assert.Equal(s_second, await _answering.Now.At);
        lost = _answering.Now.Lost;
        _answering.Stands(s_second);
        _answering.Lose(s_second);
        Assert.False(lost.IsCancellationRequested);
        _answering.Lose();
        _answering.Answers(s_first);
        Assert.False(_answering.IsCertain);
    }
}
