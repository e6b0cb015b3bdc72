namespace Longwire.Options;

/// <summary>Where a person keeps the options, if Longwire may write there.</summary>
internal interface IOptionsStore
{
    /// <summary>The options in JSON, as they were typed, and as they are now: secrets by their names.</summary>
    /// <exception cref="IOException">Not to be had now; the message is a clause for a person.</exception>
    public Task<byte[]> ReadTypedAsync(CancellationToken cancellationToken);

    /// <summary>The same with secrets filled in.</summary>
    /// <inheritdoc cref="ReadTypedAsync"/>
    public Task<byte[]> ReadFilledInAsync(CancellationToken cancellationToken);

    /// <exception cref="UnconfirmedWriteException">Whether they were taken is not known.</exception>
    /// <exception cref="IOException">They were not taken; the message is a clause for a person.</exception>
    public Task WriteAsync(byte[] typed, CancellationToken cancellationToken);
}
