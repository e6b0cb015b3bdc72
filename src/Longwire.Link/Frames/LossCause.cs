namespace Longwire.Link.Frames;

/// <summary>How a connection ended.</summary>
/// <param name="Kind">In a word.</param>
/// <param name="Reason">For a person.</param>
public sealed record LossCause(LossKind Kind, string Reason);

/// <inheritdoc cref="LossCause"/>
public enum LossKind
{
    /// <summary>The other side, or something on the way, ended it.</summary>
    Closed,

    /// <summary>Nothing was heard for too long.</summary>
    Silent,

    /// <summary>The other side broke the protocol.</summary>
    Broken,

    /// <summary>It was ended here.</summary>
    Ended,
}
