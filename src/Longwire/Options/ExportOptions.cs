using System.Collections.Immutable;
using Microsoft.Extensions.Logging;

namespace Longwire.Options;

/// <summary>What a person asked of <c>longwire export</c>. Nothing at all is a valid wish.</summary>
internal sealed record ExportOptions
{
    public static ExportOptions Default { get; } = new();

    public string? Name { get; init; }

    /// <summary>Port of the link.</summary>
    public int Listen { get; init; } = 3241;

    /// <inheritdoc cref="AttachOptions.Radios"/>
    public ImmutableArray<RadioRule> Radios { get; init; } = [];

    /// <inheritdoc cref="AttachOptions.TakeRecognised"/>
    public bool TakeRecognised { get; init; } = true;

    /// <summary>
    /// Paths of options that are there, or may be under a misspelt key, and cannot be read: what they said before is not absent.
    /// </summary>
    public ImmutableArray<string> Unclear { get; init; } = [];

    /// <summary>Serve a stick that somebody else bound to usbip-host and left free, and leave it bound at the stop.</summary>
    public bool TakeOver { get; init; }
    public StockExportOptions Stock { get; init; } = new();

    /// <summary>The longest hold a host may ask for.</summary>
    public TimeSpan MaxHold { get; init; } = TimeSpan.FromSeconds(600);
    public LogLevel LogLevel { get; init; } = LogLevel.Information;

    /// <summary>
    /// What is to be in force after a change. What cannot be read whole changes nothing: what was there before may be what it means, and
    /// a slip must not take a working radio away.
    /// </summary>
    public ExportOptions KeepingWhatIsUnclear(ExportOptions before) => Unclear.Aggregate(this, (now, path) => path switch
    {
        "radios" => now with { Radios = before.Radios, TakeRecognised = before.TakeRecognised },
        "take_over" => now with { TakeOver = before.TakeOver },
        "stock.port" => now with { Stock = now.Stock with { Port = before.Stock.Port } },
        "stock.allow" => now with { Stock = now.Stock with { Allow = before.Stock.Allow } },
        _ => throw new InvalidOperationException($"nobody keeps {path}"),
    });

    public bool Equals(ExportOptions? other) =>
        other is not null
        && Name == other.Name
        && Listen == other.Listen
        && SequenceEquality.Same(Radios, other.Radios)
        && TakeRecognised == other.TakeRecognised
        && TakeOver == other.TakeOver
        && Stock == other.Stock
        && MaxHold == other.MaxHold
        && LogLevel == other.LogLevel;

    public override int GetHashCode() =>
        HashCode.Combine(Name, Listen, SequenceEquality.HashOf(Radios), TakeRecognised, TakeOver, Stock, MaxHold, LogLevel);
}

/// <summary>Serving stock USB/IP clients: nobody, unless their addresses are named.</summary>
internal sealed record StockExportOptions
{
    public int Port { get; init; } = PiOptions.StockPort;

    /// <summary>Clients' addresses, networks and names, each in the spelling of <see cref="AllowEntry"/>. Empty: serve nobody.</summary>
    public ImmutableArray<string> Allow { get; init; } = [];

    public bool Equals(StockExportOptions? other) => other is not null && Port == other.Port && SequenceEquality.Same(Allow, other.Allow);

    public override int GetHashCode() => HashCode.Combine(Port, SequenceEquality.HashOf(Allow));
}
