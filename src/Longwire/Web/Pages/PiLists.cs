using Longwire.Inventory;
using Longwire.Options;
using Longwire.UsbIp.Errors;

namespace Longwire.Web.Pages;

/// <summary>What a Pi lists right now.</summary>
/// <param name="Problem">Why there is no list, for a person; null if there is one.</param>
internal sealed record PiList(PiOptions Pi, StickList? List, string? Problem);

/// <summary>
/// Asks Pis for their sticks when somebody looks. However many look at once: one question at a time per Pi, and its answer is good for a
/// moment. Each has its own deadline (<see cref="PiSticks.ReadAsync"/>), so a dead Pi costs a page some seconds and no more.
/// </summary>
/// <param name="sticksOf">Asks one Pi, under these options.</param>
internal sealed class PiLists(Func<AttachOptions> options, Func<PiOptions, AttachOptions, PiSticks> sticksOf, TimeProvider time)
{
    public static readonly TimeSpan GoodFor = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Question> _questions = new(StringComparer.Ordinal);

    /// <summary>One per Pi of the options, in their order.</summary>
    /// <param name="stopping">Ends the questions; who asked may have gone long before, and others wait for the same answer.</param>
    public async Task<IReadOnlyList<PiList>> ReadAsync(CancellationToken stopping)
    {
        AttachOptions now = options();
        return await Task.WhenAll(now.Pis.Select(pi => Ask(pi, now, stopping)));
    }

    private Task<PiList> Ask(PiOptions pi, AttachOptions now, CancellationToken stopping)
    {
        lock (_gate)
        {
            foreach (string gone in _questions.Keys.Where(id => now.Pis.All(known => known.Id != id)).ToList()) _questions.Remove(gone);
            if (_questions.TryGetValue(pi.Id, out Question? last) && last.Options == now && last.IsGood(time)) return last.Answer;
            // The one before belongs to options that are no more; it is awaited all the same, by this one.
            var question = new Question(now, time);
            question.Answer = AnswerAsync(question, pi, last?.Answer, stopping);
            _questions[pi.Id] = question;
            return question.Answer;
        }
    }

    private async Task<PiList> AnswerAsync(Question question, PiOptions pi, Task<PiList>? before, CancellationToken stopping)
    {
        // Off the caller's lock.
        await Task.Yield();
        if (before is not null) await ((Task)before).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        try
        {
            return new PiList(pi, await sticksOf(pi, question.Options).ReadAsync(time, stopping), null);
        }
        catch (Exception e) when (e is UsbIpException or TimeoutException)
        {
            return new PiList(pi, null, e.Message);
        }
        finally
        {
            question.AnsweredAt = time.GetTimestamp();
        }
    }

    private sealed class Question(AttachOptions options, TimeProvider time)
    {
        private long _answeredAt = time.GetTimestamp();

        public AttachOptions Options => options;
        public Task<PiList> Answer { get; set; } = null!;

        public long AnsweredAt
        {
            set => Volatile.Write(ref _answeredAt, value);
        }

        public bool IsGood(TimeProvider now) =>
            !Answer.IsCompleted || (Answer.IsCompletedSuccessfully && now.GetElapsedTime(Volatile.Read(ref _answeredAt)) < GoodFor);
    }
}
