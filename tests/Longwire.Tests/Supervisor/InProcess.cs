using System.Net;
using System.Text;
using Longwire.Supervisor;
using Longwire.Testing.Supervisor;

namespace Longwire.Tests.Supervisor;

/// <summary>Our client and the stand-in without a network between them: an answer is there as soon as it is asked for.</summary>
internal sealed class InProcess(StandInSupervisor supervisor) : HttpMessageHandler
{
    /// <summary>Nobody answers.</summary>
    public bool Silent { get; set; }

#pragma warning disable CA2000 // The client owns what it is made of.
    public static SupervisorClient Client(StandInSupervisor supervisor, TimeProvider time, string token = StandInSupervisor.Token) =>
        Client(new InProcess(supervisor), time, token);

    public static SupervisorClient Client(InProcess handler, TimeProvider time, string token = StandInSupervisor.Token) =>
        new(new HttpClient(handler), new Uri(SupervisorClient.DefaultUrl), token, time);
#pragma warning restore CA2000

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (Silent) await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
        string body = request.Content is null ? "" : await request.Content.ReadAsStringAsync(cancellationToken);
        StandInAnswer answer = await supervisor.AnswerAsync(
            request.Method.Method,
            request.RequestUri!.AbsolutePath,
            request.Headers.Authorization?.ToString(),
            body).WaitAsync(cancellationToken);
        return new HttpResponseMessage(
            (HttpStatusCode)answer.Status) { Content = new StringContent(answer.Body, Encoding.UTF8, answer.Type) };
    }
}
