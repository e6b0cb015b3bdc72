namespace Longwire.Options;

/// <summary>The options that the program lives by now.</summary>
internal interface IOptionsInForce
{
    public AttachOptions Current { get; }

    /// <summary>Another one after each change: whoever has seen an older one has seen other options.</summary>
    public string Revision { get; }

    /// <summary>Looks for a change at once, and does not wait until it is time.</summary>
    public void LookNow();

    /// <summary>Until they are so.</summary>
    public Task UntilAsync(Func<AttachOptions, bool> holds, CancellationToken cancellationToken);
}
