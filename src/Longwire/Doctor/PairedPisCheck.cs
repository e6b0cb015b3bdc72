using System.Net;
using System.Net.Sockets;
using Longwire.Attach;
using Longwire.Attach.Memory;
using Longwire.Attach.Pis;
using Longwire.Link.Errors;
using Longwire.Link.Pairing;
using Longwire.Link.Tls;
using Longwire.Link.Wire;
using Longwire.Options;
using Longwire.Platform;

namespace Longwire.Doctor;

/// <summary>
/// Paired Pis: a control connection as attach has one, until its verdict. The code's token is not said, so nothing is enrolled by a look;
/// a running attach keeps its own connection.
/// </summary>
internal sealed class PairedPisCheck : ICheck
{
    public Question Question { get; } = new("pi_reachable", "The paired Pis were asked whether they let this machine in.");

    public async Task<IReadOnlyList<Finding>> RunAsync(DoctorContext context, CancellationToken cancellationToken)
    {
        PiOptions[] pis = [.. context.Attach!.Pis.Where(pi => pi.Pairing is not null)];
        if (pis.Length == 0) return [];
        (LinkKey key, WhyNoKey? whyNone) = await context.Calls.RunAsync(() => OwnKey(context), cancellationToken);
        using (key)
        {
            var book = new AddressBook(new AddressFile(context.DataFolder), context.Time, static _ => { });
            await context.Calls.RunAsync(book.Load, cancellationToken);
            Finding[][] found = await Task.WhenAll(pis.Select(pi => AskAsync(pi, key, whyNone, book, context, cancellationToken)));
            return [.. found.SelectMany(findings => findings)];
        }
    }

    // Without ours a Pi is still asked: who answers there is known by its key.
    private static (LinkKey Key, WhyNoKey? WhyNone) OwnKey(DoctorContext context)
    {
        if (!LinkKeyFile.IsIn(context.DataFolder)) return (LinkKey.Create(), new WhyNoKey("this machine has no key yet"));
        try
        {
            return (LinkKeyFile.Open(context.DataFolder), null);
        }
        catch (LinkKeyException) when (!context.IsPrivileged)
        {
            return (LinkKey.Create(), new WhyNoKey("this user may not read the key of this machine"));
        }
        catch (LinkKeyException e)
        {
            return (LinkKey.Create(), new WhyNoKey(e.Message, IsFault: true));
        }
    }

    private static async Task<Finding[]> AskAsync(
        PiOptions pi, LinkKey key, WhyNoKey? whyNoKey, AddressBook book, DoctorContext context, CancellationToken cancellationToken)
    {
        var questions = new PiQuestions(pi);
        try
        {
            PiConnection welcomed = await ConnectAsync(pi, key, book, context, cancellationToken);
            await welcomed.Connection.DisposeAsync();
            Finding[] in_ = [questions.Reachable.Ok($"{pi.DisplayName} answers."), questions.Pairing.Ok($"{pi.DisplayName} lets this "
                + "machine in.")];
            return welcomed.Welcome.Release is { } release ? [.. in_, questions.Version(release)] : in_;
        }
        catch (LinkRefusedException e) when (whyNoKey is not null && e.Refusal.Reason == RefusalReason.NotEnrolled)
        {
            return
            [
                questions.Reachable.Ok($"{pi.DisplayName} answers, with the key that the pairing code names."),
                whyNoKey.Tell(questions.Pairing),
            ];
        }
        catch (LinkRefusedException e)
        {
            (string found, string remedy) = FindingText.Split(LinkRefusalText.Of(e.Refusal.Reason, e.Refusal.Version));
            return [questions.Reachable.Ok($"{pi.DisplayName} answers."), questions.Pairing.Problem(found, remedy)];
        }
        catch (LinkPinException)
        {
            (string found, string remedy) = FindingText.Split(LinkRefusalText.WrongPin);
            return [questions.Pairing.Problem(found, remedy)];
        }
        catch (IOException e) when (e.InnerException is SocketException { SocketErrorCode: SocketError.ConnectionRefused })
        {
            return [questions.NothingListens()];
        }
        catch (IOException e)
        {
            return [questions.NotReached(e.Message.TrimEnd('.'))];
        }
    }

    private static async Task<PiConnection> ConnectAsync(
        PiOptions pi, LinkKey key, AddressBook book, DoctorContext context, CancellationToken cancellationToken)
    {
        PairingCode code = pi.Pairing!;
        var addresses = new PiAddresses(
            [.. code.Addresses.Select(address => new DnsEndPoint(address, code.Port)).Prepend(pi.EndPoint).Distinct()],
            name => context.ResolveAsync(name, cancellationToken));
        if (book.Of(pi.Id, code.Pin) is [var last, .. var said]) (addresses.Last, addresses.Said) = (last, said);
        var hello = new Hello
        {
            Purpose = HelloPurpose.Control, Instance = InstanceNonce.Create(), Name = "longwire doctor", Release = ProgramVersion.Text,
        };
        using var deadline = new Deadline(context.PiWithin, context.Time, cancellationToken);
        IOException? why = null;
        int failures = 0;
        try
        {
            // A Pi keeps two control connections of a key and ends the oldest for a third: beside attach's there is room for one.
            return await new PiConnector(key, code.Pin, context.Time)
                .ConnectAnywhereAsync(addresses, () => hello, atOnce: 1, Failed, static _ => Task.CompletedTask, deadline.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw why ?? new LinkClosedException($"no answer within {context.PiWithin.TotalSeconds:0.#} s");
        }

        TimeSpan Failed(IOException e)
        {
            why = e;
            // Everywhere was tried once, or somebody has said no.
            if (e is LinkRefusedException or LinkPinException || ++failures >= addresses.Turns) throw e;
            return TimeSpan.Zero;
        }
    }

    /// <param name="IsFault">Longwire itself cannot read it either.</param>
    private sealed record WhyNoKey(string Text, bool IsFault = false)
    {
        public Finding Tell(Question question)
        {
            if (!IsFault)
            {
                return question.Unknown(
                    $"Whether it lets this machine in is not known: {Text}.",
                    "Run 'sudo longwire doctor'. Longwire makes its key when it starts with a paired Pi: start it, and look at its log");
            }
            (string found, string remedy) = FindingText.Split(Text);
            return question.Problem(found, remedy);
        }
    }
}
