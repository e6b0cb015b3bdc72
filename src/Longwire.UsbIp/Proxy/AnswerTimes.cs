namespace Longwire.UsbIp.Proxy;

/// <summary>How long those who waited in the host's kernel had to wait for the far side, OUTs and control transfers together.</summary>
/// <param name="Count">Answers of the far side.</param>
/// <param name="Sum">From submit to answer, of all of them.</param>
/// <param name="Slowest">The longest.</param>
public readonly record struct AnswerTimes(long Count, TimeSpan Sum, TimeSpan Slowest)
{
    /// <summary>Null without an answer.</summary>
    public TimeSpan? Mean => Count == 0 ? null : Sum / Count;

    internal AnswerTimes With(TimeSpan took) => new(Count + 1, Sum + took, took > Slowest ? took : Slowest);

    internal AnswerTimes With(AnswerTimes other) =>
        new(Count + other.Count, Sum + other.Sum, Slowest > other.Slowest ? Slowest : other.Slowest);
}
