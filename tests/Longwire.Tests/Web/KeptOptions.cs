using System.Text;
using Longwire.Options;
using Longwire.Tests.Options;

namespace Longwire.Tests.Web;

/// <summary>Options that are kept for the program, as the Supervisor does it; in force as soon as they are looked at.</summary>
internal sealed class KeptOptions : IOptionsStore
{
    private readonly WebBench _bench;

    public KeptOptions(WebBench bench, string json)
    {
        (_bench, Json) = (bench, json);
        bench.Store = this;
        bench.Look = TakeEffect;
        bench.Options = Read.Json(json).Options;
    }

    public string Json { get; set; }

    /// <summary>False: what is in force is all that has changed.</summary>
    public bool IsSeen { get; set; } = true;

    public Task<byte[]> ReadTypedAsync(CancellationToken cancellationToken) => Task.FromResult(Encoding.UTF8.GetBytes(Json));

    public Task<byte[]> ReadFilledInAsync(CancellationToken cancellationToken) => ReadTypedAsync(cancellationToken);

    public Task WriteAsync(byte[] typed, CancellationToken cancellationToken)
    {
        Json = Encoding.UTF8.GetString(typed);
        return Task.CompletedTask;
    }

    public void TakeEffect()
    {
        AttachOptions now = Read.Json(Json).Options;
        if (now == _bench.Options) return;
        _bench.Options = now;
        _bench.Revision += "+";
        if (IsSeen) _bench.Publish([.. _bench.Feed.Current.Radios]);
    }
}
